# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.queue_job.exception import JobError

from ..backend_company import as_own_user, in_own_company
from ..exception import ConnectorException
from ..job_priorities import BULK_PRIORITY
from ..service_identity import explain_service
from .connector_schedule import next_time


def import_changes_key(backend: models.BaseModel, model_name: str) -> str:
    """Return the identity key of the search for changes of a model."""
    return f"import changes {model_name} {backend._name} {backend.id}"


class ConnectorBackendMixin(models.AbstractModel):
    """Give a backend its states, its buttons and its schedule.

    The backend says by ``_imported_models`` and ``_exported_models`` what is
    synchronized, and by ``_check_connection`` how to try the connection.
    """

    _name = "connector.backend.mixin"
    _inherit = ["connector.backend", "connector.backend.user"]
    _description = "Backend with states and schedule"

    state = fields.Selection(
        selection="_select_state",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        help="Only backends in production are synchronized by the schedule.",
    )
    import_interval_minutes = fields.Integer(
        string="Import every (minutes)",
        help="How often changes are looked for, in production. 0: never",
    )
    next_import_at = fields.Datetime(string="Next import", copy=False)

    _import_interval_not_negative = models.Constraint(
        "CHECK (import_interval_minutes BETWEEN 0 AND 527040)",
        "An interval cannot be negative, or longer than a year.",
    )

    @api.model
    def _select_state(self) -> list[tuple[str, str]]:
        """Return the states a backend goes through, in their order."""
        return [
            ("draft", self.env._("Draft")),
            ("checked", self.env._("Checked")),
            ("production", self.env._("In production")),
            ("paused", self.env._("Paused")),
        ]

    # -- states ---------------------------------------------------------------

    def _check_connection(self) -> str | None:
        """Try the connection and return what to tell about it.

        By default, the first page of the first model to import is asked for.

        :raise UserError: why the backend cannot be used; so do the errors of a
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

    def _check_synchronized_models(self) -> None:
        """Raise an error where the backends name what cannot be synchronized."""
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

    def button_check_connection(self) -> dict:
        """Try the connection; a draft that passes is checked."""
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
        reload = {"type": "ir.actions.client", "tag": "soft_reload"}
        return self._notify("\n".join(messages), type="success", next=reload)

    def _notify(self, message: str, **params) -> dict:
        """Return the action that tells a person something, for a button."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "info", "message": message, **params},
        }

    def button_start_production(self) -> bool:
        """Let the schedule synchronize the backends; they must be checked."""
        self.check_access("write")
        drafts = self.filtered(lambda backend: backend.state == "draft")
        if drafts:
            raise UserError(
                self.env._(
                    "Check the connection first: %s",
                    ", ".join(drafts.mapped("display_name")),
                )
            )
        self.state = "production"
        return True

    def button_reset_to_draft(self) -> bool:
        """Stop the schedule, until the connection was checked again."""
        self.check_access("write")
        self.state = "draft"
        return True

    # -- schedule -------------------------------------------------------------

    @api.model
    def _imported_models(self) -> list[str]:
        """Return the binding models to import, in the order of their dependencies."""
        return []

    @api.model
    def _exported_models(self) -> list[str]:
        """Return the binding models to export, in the order of their dependencies."""
        return []

    def import_changes(self) -> bool:
        """Delay the import of what changed in the backends, model by model."""
        self.check_access("write")
        self._check_is_on()
        for backend in map(in_own_company, self):
            models_in_order = backend._imported_models()
            for priority, model_name in enumerate(models_in_order, BULK_PRIORITY):
                model = backend.env[model_name]
                model.with_delay(
                    priority=priority,
                    identity_key=import_changes_key(backend, model_name),
                    description=self.env._(
                        "Find what changed: %(model)s of %(backend)s",
                        model=model._description,
                        backend=backend.display_name,
                    ),
                ).import_changes(backend)
        return True

    def button_import_now(self) -> dict:
        """Delay the import of what changed; say where to see it, or why it waits."""
        self.import_changes()
        waiting = self._describe_waiting_imports()
        if waiting:
            return self.env["connector.waiting.import"]._open(self, waiting)
        return self._notify(
            self.env._("What changed is imported by jobs; the dashboard tells of them.")
        )

    def button_export_now(self) -> dict:
        """Delay the export of every binding, and say where to see it."""
        self.export_all()
        return self._notify(
            self.env._("All is exported by jobs; the dashboard tells of them.")
        )

    def export_all(self, filters: list | None = None) -> bool:
        """Delay the export of all bindings in the domain, a run for each model."""
        runs = self.env["connector.sync.run"].sudo()
        self.check_access("write")
        self._check_is_on()
        for backend in map(in_own_company, self):
            models_in_order = backend._exported_models()
            for priority, model_name in enumerate(models_in_order, BULK_PRIORITY):
                model = backend.env[model_name]
                run = runs._start(backend, model_name, direction="export")
                model.with_delay(
                    priority=priority,
                    description=self.env._(
                        "Export all: %(model)s to %(backend)s",
                        model=model._description,
                        backend=backend.display_name,
                    ),
                ).export_batch(backend, filters=filters, run=run)
        return True

    @api.model
    def _run_schedules(self) -> None:
        """Delay what is due, for the backends of all models with this mixin."""
        for model_name in self.pool.descendants([self._name], "_inherit"):
            model = self.env[model_name]
            if not model._abstract:
                self._run_guarded(model_name, model._run_schedule)
        self._run_guarded("dead jobs", self.env["queue.job"]._note_dead_jobs)

    @api.model
    def _run_schedule(self) -> None:
        now = fields.Datetime.now()
        due = self._find_scheduled(
            [
                ("import_interval_minutes", ">", 0),
                "|",
                ("next_import_at", "=", False),
                ("next_import_at", "<=", now),
            ]
        )

        def import_changes(backend: models.BaseModel) -> None:
            as_own_user(backend).import_changes()
            backend.next_import_at = next_time(
                backend.next_import_at, backend.import_interval_minutes, now
            )

        due.try_lock_for_update(allow_referencing=True)._run_each(import_changes)
