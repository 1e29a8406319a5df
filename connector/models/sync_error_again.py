# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A retry that has no failed job to run again.

The job was deleted, or the error never had one: then another job imports or exports the
record. Errors of events, files and receipts are retried by their models
(``_retry_error``). An error of a backend is retried by a test of its connection, which
resumes its schedule and requeues the jobs behind it.
"""

from __future__ import annotations

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.queue_job.job import CANCELLED, FAILED

from ..exception import ConnectorException, JobError
from ..jobs.causes import RECEIPT, SCHEDULE, WEBHOOK
from ..jobs.error_states import OPEN
from ..jobs.lifecycle import as_own_user, company_of
from ..jobs.subject import JobSubject


class ConnectorSyncError(models.Model):
    _inherit = "connector.sync.error"

    def _find_without_job(self, error_ids: list[int]) -> models.BaseModel:
        """Return those of the errors that no waiting job will try again."""
        self.env["queue.job"].flush_model()
        waiting = set(
            self.env.execute_query(
                SQL(
                    "SELECT job.sync_backend_model, job.sync_backend_id,"
                    " job.sync_subject FROM queue_job AS job WHERE job.state IN"
                    " ('wait_dependencies', 'pending', 'enqueued', 'started')"
                    " AND (%s)",
                    self._jobs_of(error_ids),
                )
            )
        )
        return self.browse(sorted(error_ids)).filtered(
            lambda error: (
                (error.backend_model, error.backend_id, error.subject) not in waiting
            )
        )

    def _delay_again(self) -> None:
        """Delay a job for each error; open an error again that cannot be retried."""
        for error in self:
            try:
                with self.env.cr.savepoint():
                    is_delayed = error._delay_one_again()
            except (UserError, ConnectorException) as problem:
                error.reason, is_delayed = f"{error.reason}\n{problem}", False
            if not is_delayed:
                error.state = OPEN

    def _delay_one_again(self) -> bool:
        """Delay a job that does the failed work; return False if that is impossible."""
        if self.backend_model not in self.env or self.model_name not in self.env:
            return False
        subject, backend = JobSubject.parse(self.subject), self._get_backend().exists()
        if not backend:
            return False
        if self._requeue_last_job():
            return True
        if self.cause == WEBHOOK:
            return self.env["connector.webhook.event"].sudo()._retry_error(subject)
        if self.cause == RECEIPT:
            return self.env["connector.export.receipt"].sudo()._retry_error(subject)
        backend = self._as_job_user(backend)
        model = backend.env[self.model_name].with_company(company_of(backend))
        if subject.kind == "binding":
            binding = model.browse(subject.binding_id).exists()
            if binding:
                binding.with_delay().export_record()
            return bool(binding)
        if subject.direction != "import":
            return False
        if subject.kind == "record":
            model.with_delay().import_record(backend, self.external_id)
        elif self.external_ids:
            model.with_delay().import_chunk(backend, list(self.external_ids))
        elif subject.id.startswith("import_changes:"):
            model.with_delay().import_changes(backend)
        else:
            return self.env["connector.file"].sudo()._retry_error(backend, subject)
        return True

    def _requeue_last_job(self) -> bool:
        """Run the last job again, which was cancelled when the error was ignored."""
        job = (
            self.env["queue.job"]
            .sudo()
            .search(
                [
                    ("uuid", "=", self.job_uuid),
                    ("sync_subject", "=", self.subject),
                    ("state", "in", (CANCELLED, FAILED)),
                ]
            )
        )
        job.requeue()
        return bool(job)

    def _as_job_user(self, backend: models.BaseModel) -> models.BaseModel:
        """Return the backend as the user who synchronizes it, or the current one."""
        has_user = "user_id" in backend._fields and backend.sudo().user_id
        if has_user and not backend.sudo()._find_user_problem():
            return as_own_user(backend)
        return backend.sudo(False)

    # -- the backend itself -------------------------------------------------------

    def _retry_backends(self) -> list[str]:
        """Test the connections of the backends of errors; return the problems."""
        problems = []
        for (backend_model, backend_id), errors in self.grouped(
            lambda error: (error.backend_model, error.backend_id)
        ).items():
            if backend_model not in self.env:
                continue
            backend = self.env[backend_model].sudo().browse(backend_id).exists()
            tested = errors.filtered(lambda error: error.cause != SCHEDULE)
            try:
                with self.env.cr.savepoint():
                    tested._retry_backend(backend)
            except (UserError, JobError, ConnectorException) as problem:
                tested.state = OPEN
                problems.append(str(problem))
        return problems

    def _retry_backend(self, backend: models.BaseModel) -> None:
        if not self or not backend:
            return
        jobs = self.env["queue.job"].sudo()
        is_tested = hasattr(backend, "button_check_connection")
        try:
            if is_tested:
                backend.button_check_connection()
        except NotImplementedError:
            is_tested = False
        if not is_tested:
            jobs._requeue_behind(backend, self.mapped("subject"))
        jobs._run_retried_now(
            SQL(
                "job.sync_backend_model = %s AND job.sync_backend_id = %s",
                backend._name,
                backend.id,
            )
        )
