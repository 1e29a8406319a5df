# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The numbers of a run, the records and jobs behind each number, and its buttons."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from odoo import api, fields, models
from odoo.fields import Domain

from ..jobs.lifecycle import BULK_PRIORITY, PENDING_STATES, in_own_company
from ..outcome import Outcome

#: states of a job that ended without success
BROKEN_STATES = ("failed", "cancelled")


def run_state(
    found: int | None,
    with_outcome: int,
    failed: int,
    jobs: Mapping[str, int],
    retries: int = 0,
) -> str:
    """Return the state of a run.

    :param found: the number of its records, None while it is not known
    :param with_outcome: how many of them have an outcome
    :param failed: how many of these failed
    :param jobs: ``{state: number of jobs}``
    :param retries: how many of the pending jobs run again after a failure
    """
    pending = sum(jobs.get(state, 0) for state in PENDING_STATES)
    is_pending = bool(pending)
    if retries and retries == pending and found is not None:
        return "retrying"
    if found is None:
        return "failed" if jobs and not is_pending else "queued"
    if with_outcome < found:
        # jobs that were cancelled, set to done or deleted add no outcome
        return "running" if is_pending else "failed"
    return "failed" if failed or jobs.get("failed") else "done"


class ConnectorSyncRun(models.Model):
    _inherit = "connector.sync.run"

    created_count = fields.Integer(string="Created", compute="_compute_counts")
    updated_count = fields.Integer(string="Updated", compute="_compute_counts")
    unchanged_count = fields.Integer(string="Unchanged", compute="_compute_counts")
    removed_count = fields.Integer(string="Removed", compute="_compute_counts")
    skipped_count = fields.Integer(string="Skipped", compute="_compute_counts")
    failed_count = fields.Integer(string="Failed", compute="_compute_counts")
    pending_job_count = fields.Integer(string="Pending jobs", compute="_compute_counts")
    failed_job_count = fields.Integer(string="Failed jobs", compute="_compute_counts")
    progress = fields.Float(string="Progress (%)", compute="_compute_counts")
    duration_seconds = fields.Float(string="Seconds", compute="_compute_counts")
    records_per_second = fields.Float(string="Records/s", compute="_compute_counts")
    is_live = fields.Boolean(
        compute="_compute_counts", help="Its numbers still change: screens reload it"
    )
    state = fields.Selection(
        [
            ("queued", "Queued"),
            ("running", "Running"),
            ("retrying", "Retrying"),
            ("waiting", "Needs your decision"),
            ("done", "Done"),
            ("failed", "Done with failures"),
        ],
        compute="_compute_counts",
    )
    last_error = fields.Text(
        compute="_compute_last_error", help="Message of the last failed job"
    )
    waiting_text = fields.Text(
        compute="_compute_waiting_text",
        help="Until when the backend asks to wait, and why",
    )

    @api.depends("found_count", "searched", "question", "outcome_ids")
    def _compute_counts(self):
        totals = self._read_totals()
        jobs_by_run = self._read_jobs()
        for run in self:
            total, jobs = totals[run.id], jobs_by_run[run.id]
            for outcome in Outcome:
                # a retry that was noted before the failure is not below zero
                run[f"{outcome}_count"] = max(total[outcome], 0)
            run.pending_job_count = sum(jobs[state] for state in PENDING_STATES)
            run.failed_job_count = jobs["failed"]
            with_outcome = sum(total[outcome] for outcome in Outcome)
            seconds = total["seconds"]
            run.duration_seconds = seconds
            run.records_per_second = with_outcome / seconds if seconds else 0.0
            found = run.found_count if run.searched else None
            if run.day:
                found = with_outcome
            run.progress = 100.0 if found == 0 else 100.0 * with_outcome / (found or 1)
            run.state = (
                "waiting"
                if run.question
                else run_state(
                    found, with_outcome, run.failed_count, jobs, jobs["retries"]
                )
            )
            is_open = run.state in ("queued", "running", "retrying")
            run.is_live = bool(run.pending_job_count) or is_open

    def _read_totals(self) -> dict[int, Counter]:
        """Return the counts of each run, and the seconds in which its jobs worked."""
        groups = self.env["connector.sync.outcome"]._read_group(
            [("run_id", "in", self.ids)],
            ["run_id"],
            [f"{outcome}:sum" for outcome in Outcome],
        )
        totals = defaultdict(Counter)
        for run, *counts in groups:
            totals[run.id].update(dict(zip(Outcome, counts, strict=True)))
        for run_id, seconds in self._read_seconds():
            totals[run_id]["seconds"] = seconds
        return totals

    def _read_jobs(self) -> dict[int, Counter]:
        """Return ``{state: number of jobs}`` of each run; ``retries`` of pending ones.

        The pending jobs of a state are retries if each of them is.
        """
        groups = self.env["queue.job"]._read_group(
            [("sync_run_id", "in", self.ids)],
            ["sync_run_id", "state"],
            ["__count", "retry:min", "sync_had_failed:min"],
        )
        jobs = defaultdict(Counter)
        for run, state, count, retry, had_failed in groups:
            jobs[run.id][state] = count
            if state in PENDING_STATES and (retry or (had_failed or 0) > 0):
                jobs[run.id]["retries"] += count
        return jobs

    @api.depends("job_ids")
    def _compute_waiting_text(self):
        pauses = self.env["connector.backend.pause"].sudo()
        for run in self:
            backend = None
            if run.pending_job_count and run.backend_model in self.env:
                backend = run._get_backend().sudo().exists()
            run.waiting_text = backend and pauses._describe(backend)

    @api.depends("job_ids")
    def _compute_last_error(self):
        for run in self:
            failed = [("sync_run_id", "=", run.id), ("state", "=", "failed")]
            job = self.env["queue.job"].search(failed, order="id desc", limit=1)
            run.last_error = job.exc_message

    def _find_records(self, outcome: str) -> models.BaseModel:
        """Return the existing records that had an outcome.

        They are the wrapped records, or the bindings if these wrap nothing.
        """
        if self.model_name not in self.env:
            return self.env["base"]
        ledger = self.env["connector.sync.outcome"].search_fetch(
            [("run_id", "in", self.ids), (outcome, "!=", 0)], ["binding_ids"]
        )
        binding_ids = {
            binding_id
            for entry in ledger
            for binding_id in (entry.binding_ids or {}).get(outcome, ())
        }
        bindings = self.env[self.model_name].browse(sorted(binding_ids)).exists()
        return bindings.odoo_id if "odoo_id" in bindings._fields else bindings

    @api.model
    def _label_outcomes(self) -> dict[str, str]:
        """Return ``{outcome: label of its counter}``."""
        return {
            outcome: self._fields[f"{outcome}_count"]._description_string(self.env)
            for outcome in Outcome
        }

    def action_open_records(self) -> dict:
        """Open the records with the outcome ``connector_outcome`` of the context.

        They are rows of the history. Unchanged records have none, and old history is
        deleted: the records themselves are opened then, of failed ones their jobs.
        """
        self.ensure_one()
        self.check_access("read")
        outcome = self.env.context.get("connector_outcome")
        if outcome not in tuple(Outcome):
            raise ValueError(
                f"Which records to open? Expected connector_outcome in the context "
                f"to be one of {', '.join(Outcome)}; found {outcome!r}."
            )
        if self.direction == "dry_run" and outcome != "unchanged":
            return self._action_dry_run_lines([("outcome", "=", outcome)])
        title = f"{self.display_name}: {self._label_outcomes()[outcome]}"
        history, context = self.env["connector.sync.change"], {"create": False}
        of_outcome = [("run_id", "in", self.ids), ("outcome", "=", outcome)]
        of_outcome.append(("is_superseded", "=", False))
        if history.search_count(of_outcome, limit=1):
            views = [(False, "list")]
            return self._open_list(
                title, history._name, of_outcome, views=views, context=context
            )
        if outcome == "failed":
            return self._action_jobs(
                self.env._("Failed"),
                [("state", "in", (*PENDING_STATES, *BROKEN_STATES))]
                + ["|", ("sync_had_failed", ">", 0), ("state", "in", BROKEN_STATES)],
            )
        records = self._find_records(outcome)
        return self._open_list(
            title,
            records._name,
            [("id", "in", records.ids)],
            context={"active_test": False, **context},
        )

    def action_open_dry_run(self) -> dict:
        """Open the lines of the dry run."""
        return self._action_dry_run_lines([])

    def _action_dry_run_lines(self, domain: list) -> dict:
        return self._open_list(
            self.env._("Dry run: %s", self.display_name),
            "connector.dry.run.line",
            [("run_id", "in", self.ids), *domain],
        )

    def _action_open(self) -> dict:
        """Open the runs."""
        return self._open_list(self.env._("Runs"), self._name, [("id", "in", self.ids)])

    def action_open_jobs(self) -> dict:
        """Open the jobs of the run."""
        return self._action_jobs(self.env._("Jobs"), Domain.TRUE)

    def action_open_pending_jobs(self) -> dict:
        """Open the jobs of the run that are still to be performed."""
        return self._action_jobs(
            self.env._("Pending jobs"), [("state", "in", PENDING_STATES)]
        )

    def action_open_failed_jobs(self) -> dict:
        """Open the jobs of the run that failed."""
        return self._action_jobs(self.env._("Failed jobs"), [("state", "=", "failed")])

    def _action_jobs(self, name: str, domain) -> dict:
        of_runs = Domain("sync_run_id", "in", self.ids)
        return self._open_jobs(name, of_runs & Domain(domain))

    def _delay_import_removed(self, backend, confirmed: bool = False, **options):
        """Delay the search for records that were deleted remotely."""
        in_own_company(backend).env[self.model_name].with_delay(
            **{"priority": BULK_PRIORITY, **options},
            description=self.env._(
                "Search for deleted records: %s", self._subject_text()
            ),
        ).import_removed(backend, run=self, confirmed=confirmed)

    def action_retry_failed_jobs(self) -> bool:
        """Run the failed jobs again; their errors are retried."""
        self.check_access("read")
        self.env["connector.access"]._check_is_operator()
        for run in self:
            run._get_backend().sudo()._check_is_on()
        jobs = self.env["queue.job"].sudo()
        return jobs.search(
            [("sync_run_id", "in", self.ids), ("state", "=", "failed")]
        ).requeue()
