# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Test the connection of a backend, and activate it.

A backend that refuses access leaves the schedule until its connection is tested. Its
responsible user is notified once.
"""

from __future__ import annotations

import logging

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.queue_job.exception import JobError

from ..exception import ConnectorException, IDMissingInBackend
from ..jobs.causes import CONNECTION, REFUSED
from ..servers import check_server_addresses, explain_service

_logger = logging.getLogger(__name__)


class ConnectorBackendMixin(models.AbstractModel):
    """Backend whose connection is tested before it is synchronized."""

    _inherit = "connector.backend.mixin"

    #: fields with an address of the server, where the model has them
    _address_fields: tuple[str, ...] = ("url",)

    schedule_stopped_reason = fields.Text(
        readonly=True,
        copy=False,
        help="Why the schedule does not synchronize it, until the connection is tested",
    )

    def _check_connection(self) -> str | None:
        """Test the connection and return a message about it.

        By default, read the first page of the first imported model.

        :raise UserError: why the backend cannot be used; so do the exceptions of a
            connector
        """
        for model_name in self._imported_models()[:1]:
            with self.work_on(model_name) as work:
                adapter = work.component(usage="backend.adapter")
                try:
                    next(iter(adapter.search_pages()), None)
                except IDMissingInBackend as error:
                    raise IDMissingInBackend(
                        f"{error}. Correct the address of the backend, or the path of "
                        f"the records in {adapter._name}."
                    ) from error
            return None
        raise NotImplementedError(
            f"{self._name} does not say how its connection is checked: name what is "
            "imported in _imported_models, or override _check_connection and raise a "
            "UserError if it fails."
        )

    @api.constrains(lambda self: [n for n in self._address_fields if n in self._fields])
    def _check_url(self):
        for name in self._address_fields:
            if name in self._fields:
                check_server_addresses(self, name)

    def _check_synchronized_models(self) -> None:
        """Raise a UserError if a synchronized model is not a binding model."""
        for backend in self:
            for name in [*backend._imported_models(), *backend._exported_models()]:
                if name in self.env and "backend_id" in self.env[name]._fields:
                    continue
                raise UserError(
                    self.env._(
                        "%(backend)s is to synchronize the model %(model)s, which is "
                        "not a binding model of an installed addon. Correct "
                        "_imported_models and _exported_models of %(backend_model)s.",
                        backend=backend.display_name,
                        model=name,
                        backend_model=self._name,
                    )
                )

    # -- buttons --------------------------------------------------------------

    def button_check_connection(self) -> dict:
        """Test the connection; a draft that passes becomes connected."""
        self.check_access("write")
        self._check_synchronized_models()
        messages = []
        for backend in self:
            try:
                message = backend._check_connection()
            except (ConnectorException, JobError) as error:
                # in a job, the reason begins with the backend
                prefix = f"{backend.display_name}: "
                reason = explain_service(error).removeprefix(prefix)
                raise UserError(
                    self.env._(
                        "%(backend)s cannot be used: %(reason)s",
                        backend=backend.display_name,
                        reason=reason,
                    )
                ) from error
            messages.append(
                message or self.env._("%s: the connection works.", backend.display_name)
            )
        self.filtered(lambda backend: backend.state == "draft").state = "checked"
        self._resume_schedule()
        reload = {"type": "ir.actions.client", "tag": "soft_reload"}
        return self._notify("\n".join(messages), type="success", next=reload)

    def _notify(self, message: str, **params) -> dict:
        """Return the action that shows a message to the user."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "info", "message": message, **params},
        }

    def button_activate(self) -> dict | bool:
        """Start the schedule; ask for it first if no interval is set."""
        self.ensure_one()
        self.check_access("write")
        has_schedule = self.import_interval_minutes or self.removal_interval_hours
        if self.user_id and (has_schedule or not self._imported_models()):
            return self.button_start_production()
        return self.env["connector.backend.activation"]._open(self)

    def button_start_production(self) -> bool:
        """Start the schedule of the backends; their connection must be tested."""
        self.check_access("write")
        for backend in self.filtered(lambda backend: backend._is_archived()):
            raise UserError(backend._find_reason_to_pause())
        drafts = self.filtered(lambda backend: backend.state == "draft")
        if drafts:
            raise UserError(
                self.env._(
                    "Test the connection first: %s",
                    ", ".join(drafts.mapped("display_name")),
                )
            )
        self.state = "production"
        self._resume_schedule()
        return True

    def button_reset_to_draft(self) -> bool:
        """Stop the schedule until the connection is tested again."""
        self.check_access("write")
        self.state = "draft"
        return True

    # -- a refusing backend leaves the schedule ---------------------------------

    def _stop_schedule(self, reason: str) -> None:
        """Remove the backends from the schedule; their responsible users get an alert.

        If another transaction has locked a backend, its next refusal does it.
        """
        for backend in self.sudo().try_lock_for_update(allow_referencing=True):
            if backend.schedule_stopped_reason:
                continue
            _logger.error(
                "The schedule of %s was stopped: %s", backend.display_name, reason
            )
            backend.schedule_stopped_reason = reason
            self.env["connector.alert"]._check_backend(backend)

    def _resume_schedule(self) -> None:
        """Return to the schedule, and resolve the errors of the connection."""
        stopped = self.filtered("schedule_stopped_reason")
        if stopped:
            stopped.schedule_stopped_reason = False
        self.env["connector.sync.error"]._resolve_of_backend(self, CONNECTION, REFUSED)
