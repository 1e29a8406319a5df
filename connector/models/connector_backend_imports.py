# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Iterator

from odoo import api, fields, models

from ..backend_company import (
    as_own_user,
    check_company_is_allowed,
    in_own_company,
)
from ..job_priorities import BULK_PRIORITY
from .connector_schedule import next_time

#: the models that keep something of a backend
SUBJECTS = (
    "connector.sync.run",
    "connector.sync.error",
    "connector.cursor",
    "connector.export.receipt",
)


class ConnectorBackendMixin(models.AbstractModel):
    """Give a backend what goes over all its records, each model in a run of its own."""

    _inherit = "connector.backend.mixin"

    removal_interval_hours = fields.Integer(
        string="Find removed records every (hours)",
        help="How often to look for what is gone in the backend, in production. "
        "0: never",
    )
    next_removal_at = fields.Datetime(string="Next search", copy=False)
    max_removed_percent = fields.Integer(
        string="Ask above (%)",
        default=10,
        required=True,
        help="A person is asked before more of the bound records than this are "
        "removed, and always before all of them are",
    )

    _removal_interval_not_negative = models.Constraint(
        "CHECK (removal_interval_hours BETWEEN 0 AND 8784)",
        "An interval cannot be negative, or longer than a year.",
    )
    _max_removed_percent_is_share = models.Constraint(
        "CHECK (max_removed_percent BETWEEN 0 AND 100)",
        "A share lies between 0 and 100 %.",
    )

    # -- compare everything ---------------------------------------------------

    def action_import_all(self, force: bool = False) -> dict:
        """Delay the comparison of everything with the backends, and show the runs.

        What has not changed since it was imported is not read, unless ``force``.
        """
        runs = self.env["connector.sync.run"]
        for backend, run, priority in self._start_runs("import"):
            backend.env[run.model_name].with_delay(
                priority=priority,
                description=self.env._("Find what to import: %s", run.display_name),
            ).import_batch(backend, run=run, force=force)
            runs |= run
        return runs._action_open()

    def button_import_all_again(self) -> dict:
        """Read everything again, whatever changed here, and show the runs."""
        return self.action_import_all(force=True)

    def button_dry_run(self) -> dict:
        """Find out what an import would change, and show the runs."""
        runs = self.env["connector.sync.run"]
        for backend, run, priority in self._start_runs("dry_run"):
            backend.env[run.model_name].with_delay(
                priority=priority,
                description=self.env._("Find what to run dry: %s", run.display_name),
            ).dry_run_batch(backend, run=run)
            runs |= run
        return runs._action_open()

    # -- what is gone ---------------------------------------------------------

    def import_removed(self) -> models.BaseModel:
        """Delay the search for what is gone in the backends; return the runs.

        A question that was not answered is asked anew, if it still is one.
        """
        runs = self.env["connector.sync.run"].sudo()
        for backend, run, priority in self._start_runs("removal"):
            run._find_questions().unlink()
            run._delay_import_removed(backend, priority=priority)
            runs |= run
        return runs

    def button_import_removed(self) -> dict:
        """Look for what is gone in the backend, and show the runs."""
        return self.import_removed()._action_open()

    def _start_runs(self, direction: str) -> Iterator[tuple]:
        """Yield each backend, a new run of each imported model, and its priority."""
        self.check_access("write")
        self._check_is_on()
        runs = self.env["connector.sync.run"].sudo()
        for backend in map(in_own_company, self):
            models_in_order = backend._imported_models()
            for priority, model_name in enumerate(models_in_order, BULK_PRIORITY):
                yield backend, runs._start(backend, model_name, direction), priority

    # -- company --------------------------------------------------------------

    def write(self, vals):
        """Have what is kept of a backend follow it into another company."""
        result = super().write(vals)
        if "company_id" in vals:
            check_company_is_allowed(self)
            of_backend = [
                ("backend_model", "=", self._name),
                ("backend_id", "in", self.ids),
            ]
            for model_name in SUBJECTS:
                subjects = self.env[model_name].sudo().search(of_backend)
                subjects.company_id = vals["company_id"]
        return result

    # -- schedule -------------------------------------------------------------

    @api.model
    def _run_schedule(self) -> None:
        super()._run_schedule()
        now = fields.Datetime.now()
        due = self._find_scheduled(
            [
                ("removal_interval_hours", ">", 0),
                "|",
                ("next_removal_at", "=", False),
                ("next_removal_at", "<=", now),
            ]
        )

        def import_removed(backend: models.BaseModel) -> None:
            as_own_user(backend).import_removed()
            backend.next_removal_at = next_time(
                backend.next_removal_at, backend.removal_interval_hours * 60, now
            )

        due.try_lock_for_update(allow_referencing=True)._run_each(import_removed)
