# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which side wins if both changed a record since they last agreed."""

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
    """The side whose values both sides get."""

    LOCAL = "local"
    REMOTE = "remote"
    #: a person decides
    ASK = "ask"


def decide(
    policy: str, local_at: datetime | None, remote_at: datetime | None
) -> Winner:
    """Return who wins by a policy; the times of both changes are UTC.

    In a tie, ``newest`` prefers the remote change: the local one can still be found in
    the history of the record. A change without a time does not count as newer.
    """
    if policy != "newest":
        return Winner(policy)
    if local_at is None or remote_at is None:
        return Winner.REMOTE if local_at is None else Winner.LOCAL
    return Winner.LOCAL if local_at > remote_at else Winner.REMOTE


class ConflictResolver(AbstractComponent):
    """Resolver that applies the ``conflict_policy`` of the backend."""

    _name = "generic.conflict.resolver"
    _inherit = "base.connector"
    _usage = "conflict.resolver"

    def resolve(
        self,
        binding: models.BaseModel,
        local_at: datetime,
        remote_at: datetime | str | float,
    ) -> Winner:
        """Return and log who wins; notify a person if the policy says so.

        :param remote_at: as the backend returns it, see ``_external_updated_at``
        """
        policy = self.backend_record.conflict_policy
        remote_at = last_change(remote_at)
        winner = decide(policy, local_at, remote_at)
        _logger.info(
            "%s %s (external id %s) was changed in Odoo at %s and in %s at %s. "
            "Policy %s: %s",
            binding._name,
            binding.id,
            binding[self.binder_for()._external_field],
            local_at,
            self.backend_record.display_name,
            remote_at,
            policy,
            {
                Winner.LOCAL: "the local values are kept",
                Winner.REMOTE: "the remote values are kept",
                Winner.ASK: "a person is asked",
            }[winner],
        )
        if winner is Winner.ASK:
            self._ask(binding, local_at, remote_at)
        return winner

    def _ask(
        self, binding: models.BaseModel, local_at: datetime, remote_at: datetime
    ) -> None:
        """Create an activity on the record, or on the backend if it cannot have one."""
        record = self.binder_for().unwrap_binding(binding)
        backend = self.backend_record
        if "activity_ids" not in record._fields:
            record = backend
        summary = self.env._("Changed in Odoo and in %s", backend.display_name)
        if summary in record.activity_ids.mapped("summary"):
            return
        record.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            note=Markup("<p>%s</p>")
            % self.env._(
                "%(record)s was changed in Odoo at %(local)s and in %(backend)s at "
                "%(remote)s (UTC). Choose a version in its Connectors tab.",
                record=binding.display_name,
                local=local_at,
                backend=backend.display_name,
                remote=remote_at,
            ),
            user_id=backend._find_responsible().id,
        )
