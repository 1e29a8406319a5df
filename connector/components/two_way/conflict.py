# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which side wins if both changed a record since they last agreed."""

from __future__ import annotations

import logging
from datetime import datetime
from enum import Enum
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from odoo import SUPERUSER_ID, models

from odoo.addons.component.core import AbstractComponent

from ...binding_models import wrapped_record
from ...timestamps import last_change

_logger = logging.getLogger(__name__)

CONFLICT_ACTIVITY = "connector.mail_activity_type_conflict"
#: client action with the versions of a record
CONFLICT_ACTION = "connector_conflict"


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
        if "activity_ids" not in record._fields:
            return
        if binding._find_conflict_activities():
            return
        record.activity_schedule(
            CONFLICT_ACTIVITY,
            summary=self.env._("Changed in Odoo and in %s", backend.display_name),
            note=Markup('<p>%s</p><p><a href="%s">%s</a></p>')
            % (
                self.env._(
                    "%(record)s was changed in Odoo at %(local)s and in %(backend)s at "
                    "%(remote)s (UTC).",
                    record=binding.display_name,
                    local=local_at,
                    backend=backend.display_name,
                    remote=remote_at,
                ),
                conflict_address(binding),
                self.env._("Choose a version"),
            ),
            user_id=find_decider(binding, backend).id,
        )


def find_decider(
    binding: models.BaseModel, backend: models.BaseModel
) -> models.BaseModel:
    """Return the user who decides, the one responsible for the record or the backend.

    A record has its salesperson in ``user_id``.
    """
    record = wrapped_record(binding.sudo())
    field = record._fields.get("user_id")
    if field is not None and field.comodel_name == "res.users":
        user = record.user_id
        if user.active and not user.share and user.id != SUPERUSER_ID:
            return user
    return backend._find_responsible()


def conflict_address(binding: models.BaseModel) -> str:
    """Return the address of the screen on which a user chooses a version."""
    query = {"binding_model": binding._name, "binding_id": binding.id}
    return f"/odoo/{CONFLICT_ACTION}?{urlencode(query)}"


def leave_to_a_person(
    binding: models.BaseModel, backend: models.BaseModel, edits: Any, names: set[str]
) -> str:
    """Send none of the edits behind some fields until a person decides; return why."""
    behind = edits.edited_because_of(binding, names)
    rows = [row for row in edits.rows if row.name in behind]
    unconfirmed = binding.env["connector.unconfirmed.field"].sudo()
    unconfirmed._set_in_conflict(rows, True, find_decider(binding, backend))
    return binding.env._(
        "%(record)s was changed on both sides (%(fields)s): a person decides",
        record=binding.display_name,
        fields=binding._labels_of(names),
    )


def end_conflict(binding: models.BaseModel, edits: Any) -> None:
    """Note that no person has to decide any more, and close the activity."""
    if edits.in_conflict:
        unconfirmed = binding.env["connector.unconfirmed.field"].sudo()
        unconfirmed._set_in_conflict(edits.rows, False)
        binding._end_conflict_activities()
