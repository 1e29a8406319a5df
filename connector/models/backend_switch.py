# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Pause and resume a backend; wake its jobs and edits.

While a backend is off, its jobs are parked (``queue_job/postponed.py``), and changed
fields are stored (``unconfirmed_field.py``). ``_wake`` runs and exports them: in the
transaction that switches the backend on, and again after its commit, as jobs that
others commit meanwhile are not visible in the transaction.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from odoo import api, models
from odoo.exceptions import UserError

from ..components.exporter.queue import WAITING_STATES
from ..components.two_way.unconfirmed import stores_unconfirmed_edits
from ..database import separate_transaction
from ..jobs.descriptions import name_of_model
from ..jobs.lifecycle import in_own_company
from .backend import PAUSED

_logger = logging.getLogger(__name__)

#: states of a backend that a user wants to be synchronized
ACTIVE_STATES = ("checked", "production")


class ConnectorBackendMixin(models.AbstractModel):
    """Backend that wakes its jobs and edits when it is switched on."""

    _inherit = "connector.backend.mixin"

    # -- pause and resume -----------------------------------------------------

    def button_pause(self) -> bool:
        """Send and fetch nothing until the backends are resumed."""
        self.check_access("write")
        self._check_is_on()
        self._pause()
        return True

    def _pause(self, reason: str | None = None) -> None:
        """Pause the backends that are on; with a reason, send an alert."""
        for backend in self:
            if not backend._find_reason_to_pause():
                backend.write(
                    {
                        "state_before_pause": backend.state,
                        "pause_reason": reason,
                        "state": PAUSED,
                    }
                )
            if reason:
                _logger.warning("%s was paused: %s", backend, reason)
                self.env["connector.alert"]._check_backend(backend)

    def button_resume(self) -> bool:
        """Synchronize as before the pause, including the changes made meanwhile."""
        self.check_access("write")
        for backend in self:
            if backend.state != PAUSED:
                raise UserError(
                    self.env._("%s is not paused.", backend.display_name),
                )
            backend.state = backend.state_before_pause or "checked"
        return True

    # -- switched -------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_database(vals) for vals in vals_list])

    def write(self, vals):
        """Wake jobs and edits that wait, or cancel the jobs of archived backends."""
        if not self._fields_to_switch_by() & vals.keys():
            return super().write(vals)
        were_off = self.filtered(lambda backend: backend._find_reason_to_pause())
        were_archived = self.filtered(lambda backend: backend._is_archived())
        vals = self._with_database(vals)
        if "state" in vals and vals["state"] != PAUSED:
            vals = {**vals, "pause_reason": False, "state_before_pause": False}
        written = super().write(vals)
        for backend in self - were_archived:
            if backend._is_archived():
                self.env["queue.job"]._cancel_of_backends(
                    backend, *WAITING_STATES, reason=backend._find_reason_to_pause()
                )
        switched_on = were_off.filtered(lambda each: not each._find_reason_to_pause())
        switched_on._wake()
        if switched_on:
            self.env.cr.postcommit.add(partial(_wake_again, switched_on))
        return written

    @api.model
    def _fields_to_switch_by(self) -> set[str]:
        """Return the fields that switch a backend on or off."""
        return {"state", "active"}

    @api.model
    def _with_database(self, vals: dict[str, Any]) -> dict[str, Any]:
        """Return the values and, if they activate a backend, this database."""
        if vals.get("state") not in ACTIVE_STATES:
            return vals
        uuid, database = self._identify_database()
        return {**vals, "activated_uuid": uuid, "activated_database": database}

    def _wake(self) -> None:
        """Run the parked jobs, and export edits made while the backends were off."""
        if not self:
            return
        self.env["queue.job"]._wake_of_backends(self)
        unconfirmed = self.env["connector.unconfirmed.field"]
        for backend in map(in_own_company, self):
            exported = [
                name
                for name in backend._models_exported_on_activation()
                if stores_unconfirmed_edits(backend.env[name])
            ]
            for model_name in unconfirmed._find_models(exported):
                backend._delay_unconfirmed(model_name)

    def _models_exported_on_activation(self) -> list[str]:
        """Return the binding models whose edits are exported once the backend is on.

        First those of ``_exported_models``, then the others of the backend, which are
        exported only when they are edited.
        """
        in_order = self._exported_models()
        others = (
            name
            for name in self.env.registry.descendants(
                ["connector.binding.mixin"], "_inherit"
            )
            if not self.env[name]._abstract
            and self.env[name]._fields["backend_id"].comodel_name == self._name
        )
        return list(dict.fromkeys([*in_order, *others]))

    def _delay_unconfirmed(self, model_name: str) -> None:
        """Delay the search for edits made while the backend was off, as superuser."""
        model = self.env[model_name].sudo()
        model.with_delay(
            identity_key=f"export unconfirmed {model_name} {self._name} {self.id}",
            description=self.env._(
                "Export edits made meanwhile: %(model)s to %(backend)s",
                model=name_of_model(model),
                backend=self.display_name,
            ),
        ).export_unconfirmed(self.sudo())


def _wake_again(switched_on: models.BaseModel) -> None:
    """Wake, after the commit, the jobs and edits that the transaction did not see.

    An error is logged, as the commit succeeded.
    """
    try:
        with separate_transaction(switched_on) as backends:
            backends.exists().filtered(
                lambda backend: not backend._find_reason_to_pause()
            )._wake()
    except Exception:
        _logger.exception(
            "Jobs and edits of %s %s could not be resumed after the commit. Pause and "
            "resume the backends to try again.",
            switched_on._name,
            switched_on.ids,
        )
