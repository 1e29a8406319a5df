# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A file whose records are imported, from the first look until it is moved.

::

    new ──► importing ──► done      all records imported, unchanged or skipped
     │          └───────► failed    a record or a row failed, or the file is broken
     └──────────────────► done      the same content was imported before

Of one folder and name there is one file that is new or importing: a unique index makes
two workers that find it at the same time take it once. The state is committed before
the file is moved, by a job that can be repeated.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..components.files.adapter import FILE
from ..database import retry_unique_violation
from ..exception import RetryableJobError
from ..files import FileInfo, FileRecords
from ..jobs.lifecycle import in_own_company
from ..outcome import Outcome

#: states in which the file is still in its folder
OPEN_STATES = ("new", "importing")
#: days for which a file that was moved is kept in the list
KEPT_DAYS = 365
_PRUNED = 1000


class ConnectorFile(models.Model):
    """One file of a folder, and the import of its records."""

    _name = "connector.file"
    _inherit = ["connector.sync.subject"]
    _description = "Imported File"
    _order = "id desc"

    name = fields.Char(required=True, readonly=True)
    path = fields.Char(required=True, readonly=True, help="Where the file is now")
    version = fields.Char(
        readonly=True, help="Size and date, by the system of the file"
    )
    checksum = fields.Char(string="SHA-256", readonly=True)
    is_moved = fields.Boolean(readonly=True, help="It is not in the inbox any more")
    state = fields.Selection(
        [
            ("new", "Found"),
            ("importing", "Importing"),
            ("done", "Done"),
            ("failed", "Failed"),
        ],
        default="new",
        required=True,
        readonly=True,
    )
    record_count = fields.Integer(string="Records", readonly=True)
    bad_row_count = fields.Integer(
        string="Bad rows", readonly=True, help="Rows that are not records"
    )
    problems = fields.Text(readonly=True)
    note = fields.Char(readonly=True)
    run_id = fields.Many2one(
        "connector.sync.run", readonly=True, index=True, ondelete="set null"
    )
    failed_count = fields.Integer(related="run_id.failed_count")
    finished_at = fields.Datetime(readonly=True)

    _open_uniq = models.UniqueIndex(
        "(backend_model, backend_id, model_name, name)"
        " WHERE state IN ('new', 'importing')",
        "This file is being imported already.",
    )

    @api.depends("name", "backend_name")
    def _compute_display_name(self):
        for file in self:
            file.display_name = f"{file.backend_name}: {file.name}"

    # -- found -------------------------------------------------------------------

    @api.model
    def _claim(
        self, backend: models.BaseModel, model_name: str, infos: Iterable[FileInfo]
    ) -> models.BaseModel:
        """Return new files for those that no import knows, in their order."""
        infos = list(infos)
        domain = self._domain_of(backend, model_name)
        known = self.search([*domain, ("name", "in", [info.name for info in infos])])
        last = {file.name: file for file in reversed(known)}
        new = self.browse()
        for info in infos:
            file = last.get(info.name)
            if file and file._covers(info):
                continue
            with retry_unique_violation(info.name):
                new |= self.create(
                    {
                        **{name: value for name, _operator, value in domain},
                        "name": info.name,
                        "path": info.path,
                        "version": info.version,
                    }
                )
                self.env.flush_all()
        return new

    def _covers(self, info: FileInfo) -> bool:
        """Return whether this row stands for the file that was found."""
        if self.state in OPEN_STATES:
            return True
        return not self.is_moved and self.version == info.version

    def _delay_import(self, seconds: int) -> None:
        """Delay the import of the file, with a run of its records."""
        backend = in_own_company(self._get_backend())
        run = self.run_id or self.env["connector.sync.run"]._start(
            backend, self.model_name
        )
        self.run_id = run
        backend.env[self.model_name].with_delay(
            eta=seconds or None,
            description=self.env._(
                "Import the file %(name)s of %(backend)s",
                name=self.name,
                backend=backend.display_name,
            ),
        ).import_batch(backend, {FILE: self.id}, run=run)

    def _get_backend(self) -> models.BaseModel:
        # not as superuser: the job runs with the rights of who delays it
        backend = self.env[self.backend_model].browse(self.backend_id)
        return backend.sudo(False)

    # -- read ----------------------------------------------------------------------

    def _lock_waiting(self) -> bool:
        """Lock the file; return False if it does not wait for its import.

        :raise RetryableJobError: another job reads it now
        """
        if not self.try_lock_for_update():
            raise RetryableJobError(
                f"Another job reads {self.name} now.", seconds=10, ignore_retry=True
            )
        return self.state == "new"

    def _wait_for_sender(self, info: FileInfo, seconds: int) -> None:
        """Note the version of a file that changes, and compare it later."""
        seconds = max(seconds, 1)
        note = self.env._(
            "The file changed after it was found. It is imported once it has not "
            "changed for %s seconds.",
            seconds,
        )
        self.write({"version": info.version, "note": note})
        self._delay_import(seconds)

    def _find_same(self, records: FileRecords) -> models.BaseModel:
        """Return the imported file of the same name and content, if any."""
        if self.checksum:  # a user imports it again
            return self.browse()
        same = [("name", "=", self.name), ("checksum", "=", records.checksum)]
        return self.search(
            [*self._domain_of_subject(), *same, ("state", "=", "done")], limit=1
        )

    def _end_as_same(self, known: models.BaseModel, checksum: str) -> None:
        """End a file whose content was imported before."""
        note = self.env._(
            "Not imported: the file of %s has the same name and content.",
            fields.Datetime.to_string(known.finished_at or known.create_date),
        )
        self._end(checksum=checksum, note=note)

    def _end_unread(self, problem: str) -> int:
        """End a file that cannot be read; return 1: it counts as a failed row."""
        return self._end(failed=1, problems=problem)

    def _end_read(self, records: FileRecords) -> int:
        """Note what was read; the jobs of the run import the records.

        Return how many rows failed.
        """
        note = self.env._(
            "%s rows were replaced by a later row of the same ID", records.doubled
        )
        return self._end(
            failed=records.bad_rows,
            seconds=5 if len(records) else 0,
            record_count=len(records),
            bad_row_count=records.bad_rows,
            problems="\n".join(records.problems),
            checksum=records.checksum,
            note=note if records.doubled else False,
        )

    def _end(self, failed: int = 0, seconds: int = 0, **values: Any) -> int:
        """Store the values, count the failed rows, and delay the end of the import."""
        if failed:
            self.run_id._note_outcome({Outcome.FAILED: failed}, time.time())
        self.write({"state": "importing", "note": False, **values})
        self._delay_finish(seconds)
        return failed

    def _delay_finish(self, seconds: int) -> None:
        backend = self._get_backend()
        backend.env[self.model_name].with_delay(
            eta=seconds or None,
            description=self.env._(
                "Move the file %(name)s of %(backend)s when its records are imported",
                name=self.name,
                backend=backend.display_name,
            ),
        ).finish_file(backend, self.id)

    @api.model
    def _last_read(
        self, backend: models.BaseModel, model_name: str, limit: int
    ) -> models.BaseModel:
        """Return the last files whose records were read."""
        domain = self._domain_of(backend, model_name)
        return self.search([*domain, ("record_count", ">", 0)], limit=limit)

    # -- screens -------------------------------------------------------------------

    def action_import_again(self) -> bool:
        """Import the files again, from the folder in which they are now."""
        self.env["connector.access"]._check_is_operator()
        self.check_access("read")
        for file in self:
            backend = self.env[file.backend_model].browse(file.backend_id)
            backend = backend._for_decisions()
            backend._check_is_on()
            if file.state in OPEN_STATES:
                raise UserError(self.env._("%s is being imported already.", file.name))
            file = file.with_env(backend.env).sudo()
            file.write(
                {
                    "state": "new",
                    "run_id": False,
                    "problems": False,
                    "note": False,
                    # a version that the folder has is compared before it is read
                    "checksum": file.checksum or "-",
                }
            )
            file._delay_import(0)
        return True

    def action_open_run(self) -> dict:
        """Open the run of the file."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "connector.sync.run",
            "res_id": self.run_id.id,
            "views": [(False, "form")],
        }

    @api.autovacuum
    def _gc_moved(self) -> tuple[int, bool]:
        """Delete the files that were moved long ago, in batches."""
        old = self.search(
            [
                ("state", "not in", OPEN_STATES),
                ("is_moved", "=", True),
                ("finished_at", "<", f"-{KEPT_DAYS}d"),
            ],
            limit=_PRUNED,
        )
        old.unlink()
        return len(old), len(old) == _PRUNED
