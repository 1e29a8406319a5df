# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Start synchronizations of all records of a backend, one job per model.

=======================  ===========================================================
``action_import_all``    compare all records; unchanged ones are not read
``button_dry_run``       report what would change (``binding_dry_runs.py``)
``import_removed``       handle records that were deleted remotely
``export_all``           all bindings
=======================  ===========================================================

Each starts a run per model. The models follow in the order of their dependencies, by
priority. ``import_changes`` (``backend_schedule.py``) starts a run only when it finds
changes.
"""

from __future__ import annotations

from collections.abc import Iterator

from odoo import fields, models
from odoo.tools import format_datetime

from ..jobs.lifecycle import BULK_PRIORITY, in_own_company
from .backend_schedule import import_changes_key

DASHBOARD_URL = "/odoo/connectors"
#: models with a company that follows the company of their backend
SUBJECTS = (
    "connector.sync.batch",
    "connector.sync.run",
    "connector.sync.cause",
    "connector.sync.error",
    "connector.cursor",
    "connector.export.receipt",
    "connector.file",
)


class ConnectorBackendMixin(models.AbstractModel):
    _inherit = "connector.backend.mixin"

    max_removed_percent = fields.Integer(
        string="Ask before removing more than (%)",
        default=10,
        required=True,
        help="A user is asked before more of the bound records than this are removed, "
        "and always before all of them are",
    )

    _max_removed_percent_is_share = models.Constraint(
        "CHECK (max_removed_percent BETWEEN 0 AND 100)",
        "A share must be between 0 and 100 %.",
    )

    def action_import_all(self, force: bool = False) -> dict:
        """Delay the comparison of all records with the backends, and show the runs.

        Records that are unchanged since their import are not read, unless ``force``.
        """
        return self._delay_runs("import", force=force)._action_open()

    def export_all(self, filters: list | None = None) -> bool:
        """Delay the export of all bindings in the domain, with a run for each model."""
        self._delay_runs("export", filters=filters)
        return True

    def import_removed(self) -> models.BaseModel:
        """Delay the search for records that were deleted remotely; return the runs.

        An unanswered question of an earlier run is replaced, if it still arises.
        """
        runs = self.env["connector.sync.run"].sudo()
        for backend, run, priority in self._start_runs("removal"):
            run._find_questions().unlink()
            run._delay_import_removed(backend, priority=priority)
            runs |= run
        return runs

    def _delay_runs(self, direction: str, **options) -> models.BaseModel:
        """Delay the search for the records of a run of each model; return the runs."""
        descriptions = {
            "import": self.env._("Search for records to import: %s"),
            "export": self.env._("Search for records to export: %s"),
        }
        runs = self.env["connector.sync.run"]
        for backend, run, priority in self._start_runs(direction):
            model = backend.env[run.model_name].with_delay(
                priority=priority,
                description=descriptions[direction] % run._subject_text(),
            )
            getattr(model, f"{direction}_batch")(backend, run=run, **options)
            runs |= run
        return runs

    def _start_runs(self, direction: str) -> Iterator[tuple]:
        """Yield each backend, a new run of each of its models, and its priority."""
        self.check_access("write")
        self._check_is_on()
        runs = self.env["connector.sync.run"].sudo()
        for backend in map(in_own_company, self):
            models_in_order = (
                backend._exported_models()
                if direction == "export"
                else backend._imported_models()
            )
            batches = self.env["connector.sync.batch"]
            batch = batches._start(backend, direction, len(models_in_order))
            for priority, model_name in enumerate(models_in_order, BULK_PRIORITY):
                run = runs._start(backend, model_name, direction, batch.id)
                yield backend, run, priority

    def write(self, vals):
        """Move the runs, errors and cursors of a backend to its new company."""
        result = super().write(vals)
        if "company_id" in vals:
            # Odoo checks the record rules before it writes, not for the new company
            company_ids = self.env.user.company_ids.ids
            self.with_context(allowed_company_ids=company_ids).check_access("write")
            of_backend = [
                ("backend_model", "=", self._name),
                ("backend_id", "in", self.ids),
            ]
            for model_name in SUBJECTS:
                subjects = self.env[model_name].sudo().search(of_backend)
                subjects.company_id = vals["company_id"]
            history = self.env["connector.sync.change"]
            history._move_to_company(self._name, self.ids, vals["company_id"])
        return result

    # -- buttons --------------------------------------------------------------

    def button_import_now(self) -> dict:
        """Delay the import of changes; show the batch, or which imports wait."""
        batches = self._start_import_changes()
        waiting = self._describe_waiting_imports()
        if waiting:
            return self.env["connector.waiting.import"]._open(self, waiting)
        if not batches:
            return self._notify_started(self.env._("Import started."))
        return batches._action_open()

    def button_import_all_again(self) -> dict:
        """Import all records again, also unchanged ones, and show the runs."""
        return self.action_import_all(force=True)

    def button_export_now(self) -> dict:
        """Delay the export of all bindings."""
        self.export_all()
        return self._notify_started(self.env._("Export started."))

    def button_import_removed(self) -> dict:
        """Search for records that were deleted remotely, and show the runs."""
        return self.import_removed()._action_open()

    def _notify_started(self, message: str) -> dict:
        """Return a notification that links to the progress on the dashboard."""
        link = {"label": self.env._("View progress"), "url": DASHBOARD_URL}
        return self._notify(f"{message} %s", links=[link])

    def button_start_waiting_imports(self) -> dict:
        """Start the waiting imports of changes, even if the backend asked to wait."""
        self.check_access("write")
        self._check_is_on()
        self.env["connector.backend.pause"].sudo()._lift(self)
        waiting = self._find_waiting_imports()
        for job in waiting.try_lock_for_update(allow_referencing=True):
            job.eta = False
        return self._notify_started(self.env._("Import started."))

    def _find_waiting_imports(self) -> models.BaseModel:
        """Return the jobs that will import changes, and wait for their time."""
        keys = [
            import_changes_key(backend, model_name)
            for backend in self
            for model_name in backend._imported_models()
        ]
        return (
            self.env["queue.job"]
            .sudo()
            .search(
                [
                    ("identity_key", "in", keys),
                    ("state", "=", "pending"),
                    ("eta", ">", fields.Datetime.now()),
                    ("sync_is_parked", "=", False),
                ]
            )
        )

    def _describe_waiting_imports(self) -> str:
        """Return which imports wait, until when and why; empty if none waits."""
        pauses = self.env["connector.backend.pause"].sudo()
        lines = [pauses._describe(backend) for backend in self]
        for job in self._find_waiting_imports():
            lines.append(
                self.env._(
                    "%(job)s: waits until %(until)s. %(reason)s",
                    job=job.name,
                    until=format_datetime(self.env, job.eta),
                    reason=job.result or "",
                )
            )
        return "\n".join(line for line in lines if line)
