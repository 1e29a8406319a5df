# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import logging
from functools import partial

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.sql_db import BaseCursor

from ..backend_company import in_own_company
from ..components.export_jobs import WAITING_STATES
from ..components.unconfirmed import has_unconfirmed_fields

_logger = logging.getLogger(__name__)

PAUSED = "paused"


class ConnectorBackendMixin(models.AbstractModel):
    """Switch a backend off: a draft, paused or archived one sends and fetches nothing.

    What happens meanwhile is kept, and made up for on activation: parked jobs, the
    names of changed fields, deletions.
    """

    _inherit = "connector.backend.mixin"

    pause_reason = fields.Char(
        readonly=True, copy=False, help="Why it was paused without a person"
    )
    state_before_pause = fields.Char(readonly=True, copy=False)
    reason_to_pause = fields.Char(
        compute="_compute_reason_to_pause", help="Why nothing is synchronized now"
    )

    def _find_reason_to_pause(self) -> str | None:
        """Return why the backend is off: archived, a draft, or paused."""
        self.ensure_one()
        if self._is_archived():
            return self.env._(
                "%s is archived, nothing is synchronized. Unarchive it first.",
                self.display_name,
            )
        if self.state == "draft":
            return self.env._(
                "%s is a draft, nothing is synchronized. Test the connection first.",
                self.display_name,
            )
        if self.state != PAUSED:
            return super()._find_reason_to_pause()
        if not self.pause_reason:
            return self.env._(
                "%s is paused, nothing is synchronized. Resume it first.",
                self.display_name,
            )
        return self.env._(
            "%(backend)s was paused, nothing is synchronized: %(reason)s Correct this, "
            "then resume it.",
            backend=self.display_name,
            reason=self.pause_reason,
        )

    @api.depends(lambda self: self._fields_to_pause_by())
    @api.depends_context("lang")
    def _compute_reason_to_pause(self):
        for backend in self:
            backend.reason_to_pause = backend._find_reason_to_pause()

    @api.model
    def _fields_to_pause_by(self) -> list[str]:
        """Return the fields that ``_find_reason_to_pause`` reads."""
        names = ["state", "pause_reason", "display_name"]
        return [*names, "active"] if "active" in self._fields else names

    # -- pause and resume -----------------------------------------------------

    def button_pause(self) -> bool:
        """Send and fetch nothing until the backends are resumed."""
        self.check_access("write")
        self._check_is_on()
        self._pause()
        return True

    def _pause(self, reason: str | None = None) -> None:
        """Pause the backends that are on; say why, where no person wanted it."""
        for backend in self:
            if not backend._find_reason_to_pause():
                backend.write(
                    {
                        "state_before_pause": backend.state,
                        "pause_reason": reason,
                        "state": PAUSED,
                    }
                )

    def button_resume(self) -> bool:
        """Synchronize again as before the pause, what happened meanwhile included."""
        self.check_access("write")
        for backend in self:
            if backend.state != PAUSED:
                raise UserError(
                    self.env._("%s is not paused.", backend.display_name),
                )
            backend.state = backend.state_before_pause or "checked"
        return True

    # -- switched -------------------------------------------------------------

    def write(self, vals):
        """Wake what waited for a backend, or cancel the jobs of an archived one."""
        if not self._fields_to_switch_by() & vals.keys():
            return super().write(vals)
        were_off = self.filtered(lambda backend: backend._find_reason_to_pause())
        were_archived = self.filtered(lambda backend: backend._is_archived())
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
            # what others have committed since this transaction began is not seen in it
            cr = self.env.cr
            cr.postcommit.add(partial(_wake_again, cr, self._name, switched_on.ids))
        return written

    @api.model
    def _fields_to_switch_by(self) -> set[str]:
        """Return the fields that switch a backend on or off."""
        return {"state", "active"}

    def _wake(self) -> None:
        """Make up for what happened while the backends were off."""
        if not self:
            return
        self.env["queue.job"]._wake_of_backends(self)
        unconfirmed = self.env["connector.unconfirmed.field"]
        for backend in map(in_own_company, self):
            exported = [
                name
                for name in backend._models_exported_on_activation()
                if has_unconfirmed_fields(backend.env[name])
            ]
            for model_name in unconfirmed._find_models(exported):
                backend._delay_unconfirmed(model_name)

    def _models_exported_on_activation(self) -> list[str]:
        """Return the binding models whose edits are exported once the backend is on.

        Those of ``_exported_models`` first; then all others of the backend, which are
        exported only as they are edited.
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
        """Delay the search for what was edited while the backend was off.

        With all rights, as each edit would have been exported.
        """
        model = self.env[model_name].sudo()
        model.with_delay(
            identity_key=f"export unconfirmed {model_name} {self._name} {self.id}",
            description=self.env._(
                "Export what was edited meanwhile: %(model)s to %(backend)s",
                model=model._description,
                backend=self.display_name,
            ),
        ).export_unconfirmed(self.sudo())


def _wake_again(cr: BaseCursor, model_name: str, ids: list[int]) -> None:
    """Wake, after the commit, the jobs and edits that the transaction did not see.

    What fails here is in the log: the commit did not.
    """
    try:
        with Registry(cr.dbname).cursor() as own_cr:
            backends = api.Environment(own_cr, SUPERUSER_ID, {})[model_name].browse(ids)
            backends.exists().filtered(
                lambda backend: not backend._find_reason_to_pause()
            )._wake()
    except Exception:
        _logger.exception(
            "What was left for %s %s while they were switched on could not be looked "
            "at after the commit. Pause and resume them to look again.",
            model_name,
            ids,
        )
