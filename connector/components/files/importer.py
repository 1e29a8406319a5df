# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Importers of records in files, file by file.

::

    import_changes ─► a row of connector.file, a run and a job for each new file
                        │ _settle_seconds later
    import_batch({"file": …})
      ├─ the file has changed ──► the same job, later: its sender has not finished it
      ├─ it is broken ──────────► nothing is imported; state, error, move to failed
      └─ pages of records ──────► a job for each chunk, and one that ends the file
    finish_file, when no job of the run is left ─► state, move to done or failed

A file stays in its folder until its last record is imported. All writes of a job are
one transaction: after ``kill -9`` the file is in its folder, and the job starts again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from odoo.addons.component.core import AbstractComponent

from ...files import errors
from ...files.records import FileRecords
from ..record_page import RecordPage
from .adapter import FILE, own_errors


class FileBatchImporter(AbstractComponent):
    """Batch importer that delays a job for each new file, and imports one file."""

    _name = "generic.file.batch.importer"
    _inherit = "generic.delayed.batch.importer"

    #: the records of the file that is imported now
    _of_file: FileRecords | None = None

    def run(self, filters: Any = None, **options: Any) -> int:
        """Import the file of ``{"file": id}``, or delay a job for each new file.

        Return the number of records of the file, 0 without one.

        :param options: those of :meth:`.BatchImporter.run`
        """
        if (filters or {}).get(FILE):
            file = self.env["connector.file"].sudo().browse(filters[FILE]).exists()
            return self._import_file(file, options) if file else 0
        self.find_new_files()
        return 0

    def find_new_files(self) -> int:
        """Delay the import of each file that is new; return how many are."""
        adapter, files = self.backend_adapter, self.env["connector.file"].sudo()
        infos = adapter.find_files()
        files._recheck_failed(self.backend_record, self.model._name)
        new = files._claim(self.backend_record, self.model._name, infos)
        for file in new:
            file._delay_import(adapter._settle_seconds)
        return len(new)

    def _import_file(self, file: Any, options: dict[str, Any]) -> int:
        if not file._lock_waiting():
            return 0  # another job has imported it
        adapter = self.backend_adapter
        with own_errors():
            info = adapter.folder.look(file.path)
        if info is None:
            return file._end_unread(f"{file.name} does not exist any more.")
        if info.version != file.version:
            file._wait_for_sender(info, adapter._settle_seconds)
            return 0
        try:
            with adapter.reading(info) as records:
                return self._import_records(file, records, options)
        except errors.ChangedFile:
            file._wait_for_sender(info, adapter._settle_seconds)
        except errors.BrokenFile as error:
            return file._end_unread(str(error))
        return 0

    def _import_records(
        self, file: Any, records: FileRecords, options: dict[str, Any]
    ) -> int:
        known = self.backend_adapter._skip_same_content and file._find_same(records)
        if known:
            file._end_as_same(known, records.checksum)
            return 0
        self._of_file = records
        try:
            # pylint: disable=super-method-mismatch
            found = super().run({FILE: file.id}, **options)
        finally:
            self._of_file = None
        return found + file._end_read(records)

    def _search_pages(self, filters: Any) -> Iterator[RecordPage]:
        if self._of_file is None:
            yield from super()._search_pages(filters)
            return
        for page in self._of_file.pages(self.backend_adapter._page_size):
            yield RecordPage(page)


class FileChangesImporter(AbstractComponent):
    """Importer of changes: delays the import of new files. It needs no cursor."""

    _name = "generic.file.changes.importer"
    _inherit = "base.importer"
    _usage = "changes.importer"

    def run(self, **kwargs: Any) -> str:
        """Delay the import of each new file; return how many there are."""
        importer = self.component(usage="delayed.batch.importer")
        return self.env._("%s new files", importer.find_new_files())
