# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The backend: an external system, and the collection of its components.

``connector.backend`` is the base of all backend models. ``connector.backend.mixin``
adds what a backend that is operated by users needs; it is spread over several files:

==========================  ========================================================
``backend.py``              states, the connection, the context of its jobs
``backend_switch.py``       why it sends and fetches nothing; pause and resume
``backend_schedule.py``     what is due, and what happens when a schedule fails
``backend_sync.py``         start imports, exports, dry runs and deletion checks
``backend_user.py``         as which user it is synchronized
``backend_secrets.py``      its keys and passwords
``backend_pause.py``        what jobs do while the backend asks to wait
``deletion.py``             what is deleted with it
==========================  ========================================================

::

    draft ──Test connection──► checked ──Activate──► production ◄──► paused
      ▲                                                  │
      └────────── reset, or another server ──────────────┘
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from typing import Any

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.queue_job.exception import JobError

from ..components.session import Session
from ..exception import ConnectorException
from ..servers import check_server_addresses, explain_service

#: the language of untranslated texts in Odoo
SOURCE_LANGUAGE = "en_US"
#: context keys of the user who delayed a job, which would change its result
FOREIGN_KEYS = ("lang", "tz", "active_test", "force_company")


class ConnectorBackend(models.AbstractModel):
    """An external system: the collection of its components."""

    _name = "connector.backend"
    _inherit = ["collection.base", "connector.access"]
    _description = "Connector Backend"

    #: whether jobs run in a context of the backend, not of the user who delayed them
    _has_own_context = False

    @api.private
    @contextmanager
    def work_on(self, model_name, **kwargs):
        """Enter a work context; its session is closed when the block ends."""
        with super().work_on(model_name, **kwargs) as work, Session.of(work):
            yield work

    def _find_reason_to_pause(self) -> str | None:
        """Return why nothing may be sent to or fetched from the backend now.

        None while it is on, as a backend without states always is. While there is a
        reason, jobs wait, and listeners store the changed fields instead of delaying
        jobs.
        """
        return None

    def _is_archived(self) -> bool:
        """Return whether the backend is archived, if its model has that."""
        return "active" in self._fields and not self.active

    def _check_is_on(self) -> None:
        """Raise a UserError with the reason if one of the backends is off."""
        for backend in self:
            if reason := backend.sudo()._find_reason_to_pause():
                raise UserError(reason)

    def _get_own_context(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """Return the context in which the jobs of the backend run."""
        return dict(context)


class ConnectorBackendMixin(models.AbstractModel):
    """Backend with states, buttons and a schedule.

    The model says by ``_imported_models`` and ``_exported_models`` what is
    synchronized, and by ``_check_connection`` how the connection is tested.
    """

    _name = "connector.backend.mixin"
    _inherit = ["connector.backend", "connector.backend.user"]
    _description = "Backend with states and schedule"

    _has_own_context = True
    #: fields with an address of the server, where the model has them
    _address_fields: tuple[str, ...] = ("url",)

    state = fields.Selection(
        selection="_select_state",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        help="Only active backends are synchronized by the schedule.",
    )
    lang = fields.Selection(
        selection="_select_lang",
        string="Language",
        default=lambda self: self._default_lang(),
        help="Language in which translated texts are imported and exported",
    )

    @api.model
    def _select_state(self) -> list[tuple[str, str]]:
        """Return the states of a backend in their order."""
        return [
            ("draft", self.env._("Draft")),
            ("checked", self.env._("Connected")),
            ("production", self.env._("Active")),
            ("paused", self.env._("Paused")),
        ]

    @api.model
    def _imported_models(self) -> list[str]:
        """Return the binding models to import, in the order of their dependencies."""
        return []

    @api.model
    def _exported_models(self) -> list[str]:
        """Return the binding models to export, in the order of their dependencies."""
        return []

    # -- connection -----------------------------------------------------------

    def _check_connection(self) -> str | None:
        """Test the connection and return a message about it.

        By default, read the first page of the first imported model.

        :raise UserError: why the backend cannot be used; so do the exceptions of a
            connector
        """
        for model_name in self._imported_models()[:1]:
            with self.work_on(model_name) as work:
                adapter = work.component(usage="backend.adapter")
                next(iter(adapter.search_pages()), None)
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
                        "no binding model of an installed addon. Correct "
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
                raise UserError(
                    self.env._(
                        "%(backend)s cannot be used: %(reason)s",
                        backend=backend.display_name,
                        reason=explain_service(error),
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

    def button_start_production(self) -> bool:
        """Start the schedule of the backends; their connection must be tested."""
        self.check_access("write")
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

    # -- the context of its jobs ------------------------------------------------

    @api.model
    def _select_lang(self) -> list[tuple[str, str]]:
        """Return the installed languages."""
        return self.env["res.lang"].get_installed()

    @api.model
    def _default_lang(self) -> str:
        """Return English if it is installed, otherwise the language of the company."""
        installed = [code for code, __ in self._select_lang()]
        preferred = (SOURCE_LANGUAGE, self.env.company.partner_id.sudo().lang)
        return next((code for code in preferred if code in installed), installed[0])

    def _get_own_context(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """Return a context with the backend's language, and times in UTC.

        So a job reads, compares and writes the same texts whoever delayed it.
        """
        kept = {
            key: value
            for key, value in super()._get_own_context(context).items()
            if key not in FOREIGN_KEYS
            and not key.startswith(("default_", "search_default_"))
        }
        return {**kept, "lang": self.lang or SOURCE_LANGUAGE, "tz": "UTC"}
