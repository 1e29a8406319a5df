# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The end of the import of a file: it is moved once its last record has an outcome.

::

    finish_file ─► jobs of the run left? ── yes ──► the same job, later
                        │ no
                        ▼
                  move to done or failed ─► state, error of its bad rows

The job can be repeated: a file that it has moved before it was killed is found at its
new path.
"""

from __future__ import annotations

import posixpath
from typing import Any

from odoo import api, fields, models
from odoo.tools import split_every

from ..components.files.adapter import own_errors
from ..exception import RetryableJobError
from ..files import FileExists, MissingFile
from ..jobs.subject import JobSubject

#: seconds between two checks whether all records are imported
MIN_WAIT, MAX_WAIT = 5, 300
#: failed files whose runs are counted together
RECHECKED = 100


class ConnectorFile(models.Model):
    _inherit = "connector.file"

    def _finish(self, adapter: Any) -> str:
        """Move the file once all its records have an outcome.

        :raise RetryableJobError: jobs of its records are left
        """
        run = self.run_id
        if run and run.is_live and self.record_count:
            age = (fields.Datetime.now() - self.write_date).total_seconds()
            raise RetryableJobError(
                f"{self.name}: its records are not all imported yet.",
                seconds=int(min(MAX_WAIT, max(MIN_WAIT, age / 10))),
                ignore_retry=True,
            )
        failed = bool(self.problems or run.failed_count or run.failed_job_count)
        state = "failed" if failed else "done"
        self._move(adapter, state)
        self.write({"state": state, "finished_at": fields.Datetime.now()})
        self._note_error()
        return state

    def _move(self, adapter: Any, state: str) -> None:
        """Move the file to the folder of its state, where it may be already."""
        target = adapter._done_folder if state == "done" else adapter._failed_folder
        folder = adapter.folder
        if target is None or folder.is_read_only:
            return
        with own_errors():
            now = folder.look(self.path)
            if now and not self.is_moved and now.version != self.version:
                return  # its sender wrote it again: the next search finds it
            stem, extension = posixpath.splitext(self.name)
            names = [self.name, f"{stem}-{self.id}{extension}"]
            # a job that was killed may have moved it under the second name
            for name in names if now else reversed(names):
                try:
                    self.path = folder.move(self.path, target, name)
                    break
                except (FileExists, MissingFile) as error:
                    problem = str(error)
            else:
                self.note = problem
            self.is_moved = True
            if adapter._ready_suffix:
                folder.remove(f"{self.name}{adapter._ready_suffix}")

    def _note_error(self) -> None:
        """Open the error of bad rows or of a broken file, or resolve it."""
        subject = self._error_subject()
        sync_errors = self.env["connector.sync.error"]
        if not self.problems:
            backend = self._get_backend()
            sync_errors._resolve_subjects(backend, [subject])
            return
        sync_errors._note(
            self.backend_model,
            self.backend_id,
            str(subject),
            cause="data",
            reason=self.problems,
            model_name=self.model_name,
            direction="import",
        )

    def _error_subject(self) -> JobSubject:
        name = f"file {self.name[:100]}"
        return JobSubject(self.model_name, "import", "method", name)

    @api.model
    def _retry_error(self, backend: models.BaseModel, subject: JobSubject) -> bool:
        """Import the file of an error again; return False for another error."""
        domain = self._domain_of(backend, subject.model_name)
        failed = self.search([*domain, ("state", "=", "failed")])
        file = failed.filtered(lambda each: each._error_subject() == subject)[:1]
        if file:
            file.action_import_again()
        return bool(file)

    @api.model
    def _recheck_failed(self, backend: models.BaseModel, model_name: str) -> None:
        """Finish again the files whose failed records were imported meanwhile."""
        domain = self._domain_of(backend, model_name)
        domain += [("state", "=", "failed"), ("problems", "in", (False, ""))]
        failed = self.search([*domain, ("run_id", "!=", False)])
        for ids in split_every(RECHECKED, failed.ids):
            for file in self.browse(ids):
                if not (file.run_id.failed_count or file.run_id.is_live):
                    file._delay_finish(0)


class ConnectorBindingMixin(models.AbstractModel):
    """The jobs that end the import and the export of a file."""

    _inherit = "connector.binding.mixin"

    @api.model
    @api.private
    def finish_file(self, backend, file_id: int) -> str:
        """Move a file once its records are imported, and say where it is."""
        file = self.env["connector.file"].sudo().browse(file_id).exists()
        if not file:
            return self.env._("The file was deleted from the list.")
        with backend.work_on(self._name) as work:
            return file._finish(work.component(usage="backend.adapter"))

    @api.model
    @api.private
    def publish_file(self, backend, hidden: str) -> str:
        """Give an exported file its name, once its transaction is committed."""
        with backend.work_on(self._name) as work:
            name = work.component(usage="backend.adapter").publish(hidden)
        return name or self.env._("The file was published before.")
