# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Decide which side wins when a record changed on both since they last agreed."""

from __future__ import annotations

import logging
from datetime import datetime
from enum import Enum

from markupsafe import Markup

from odoo import models

from odoo.addons.component.core import AbstractComponent

from ...timestamps import last_change

_logger = logging.getLogger(__name__)


class Winner(Enum):
    """Whose values a record is to have on both sides."""

    HERE = "local"
    THERE = "remote"
    NOBODY_YET = "ask"


def decide(policy: str, here_at: datetime | None, there_at: datetime | None) -> Winner:
    """Return who wins by a policy, of a change here and one there (UTC).

    ``newest`` gives a tie to the other side: our change can still be seen in the
    history of the record. A change without a date is not known to be newer.
    """
    if policy == "newest":
        if here_at is None or there_at is None:
            return Winner.THERE if here_at is None else Winner.HERE
        return Winner.HERE if here_at > there_at else Winner.THERE
    return Winner(policy)


class ConflictResolver(AbstractComponent):
    """Apply the policy of the backend, its field ``conflict_policy``."""

    _name = "generic.conflict.resolver"
    _inherit = "base.connector"
    _usage = "conflict.resolver"

    def resolve(
        self,
        binding: models.BaseModel,
        here_at: datetime,
        there_at: datetime | str | float,
    ) -> Winner:
        """Return who wins, log it, and ask a person where the policy says so.

        :param there_at: as the backend tells it, see ``_external_updated_at``
        """
        policy = self.backend_record.conflict_policy
        there_at = last_change(there_at)
        winner = decide(policy, here_at, there_at)
        _logger.info(
            "%s %s (external id %s) changed here at %s and in %s at %s: "
            "%s, by policy %s",
            binding._name,
            binding.id,
            binding[self.binder_for()._external_field],
            here_at,
            self.backend_record.display_name,
            there_at,
            {
                Winner.HERE: "ours is kept",
                Winner.THERE: "theirs is kept",
                Winner.NOBODY_YET: "a person is asked",
            }[winner],
            policy,
        )
        if winner is Winner.NOBODY_YET:
            self._ask(binding, here_at, there_at)
        return winner

    def _ask(
        self, binding: models.BaseModel, here_at: datetime, there_at: datetime
    ) -> None:
        """Leave an activity on the record, or on the backend if it can have none."""
        record = self.binder_for().unwrap_binding(binding)
        if "activity_ids" not in record._fields:
            record = self.backend_record
        summary = self.env._("Changed here and in %s", self.backend_record.display_name)
        if summary in record.activity_ids.mapped("summary"):
            return
        record.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            note=Markup("<p>%s</p>")
            % self.env._(
                "%(record)s changed here at %(here)s and there at %(there)s (UTC). "
                "Open its binding, and keep one of the two.",
                record=binding.display_name,
                here=here_at,
                there=there_at,
            ),
            user_id=(self.backend_record.write_uid or self.env.user).id,
        )
