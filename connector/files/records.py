# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The records of one file: their ids, and the rows that are not records.

The file is read twice. The first time finds a broken file before any record is
imported, and counts; it keeps the ids, and no record. The second time yields the
records. Where an id occurs twice, the later row is the record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from .errors import BrokenFile
from .formats import Format, Row

#: rows whose errors are quoted
MAX_PROBLEMS = 50


class FileRecords:
    """Records of a local, seekable stream.

    :param find_id: returns the id of a record; raises ``ValueError`` if it has none
    :raise BrokenFile: the file does not have the format, or no row has an id
    """

    def __init__(
        self,
        file_format: Format,
        stream: BinaryIO,
        name: str,
        find_id: Callable[[dict[str, Any]], Any],
        checksum: str = "",
    ) -> None:
        self._format = file_format
        self._stream = stream
        self._find_id = find_id
        self.name = name
        self.checksum = checksum
        self.bad_rows = 0
        self.doubled = 0
        #: the bad rows, one line each
        self.problems: list[str] = []
        #: position of the row of each id
        self._positions: dict[str, int] = {}
        self._scan()

    def __len__(self) -> int:
        return len(self._positions)

    def _rows(self) -> Iterator[Row]:
        self._stream.seek(0)
        return self._format.rows(self._stream, self.name)

    def _scan(self) -> None:
        without_id = None
        for position, row in enumerate(self._rows()):
            error, key = row.error, None
            if row.values is not None:
                try:
                    key = str(self._find_id(row.values))
                except ValueError as found:
                    error = without_id = str(found)
            if key is None:
                self.bad_rows += 1
                self._note(f"{self.name}, line {row.line}: {error}.")
                continue
            self.doubled += key in self._positions
            self._positions[key] = position
        if without_id and not self._positions:
            raise BrokenFile(f"{self.name}: no row has an id: {without_id}.")
        if self.bad_rows > MAX_PROBLEMS:
            self.problems.append(f"… (+{self.bad_rows - MAX_PROBLEMS})")

    def _note(self, problem: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem)

    def pages(self, size: int) -> Iterator[dict[Any, dict[str, Any]]]:
        """Yield ``{id: record}`` of at most ``size`` records, in the file's order."""
        page: dict[Any, dict[str, Any]] = {}
        for position, row in enumerate(self._rows()):
            if row.values is None:
                continue
            try:
                external_id = self._find_id(row.values)
            except ValueError:
                continue
            if self._positions[str(external_id)] != position:
                continue  # a later row has the same id
            page[external_id] = row.values
            if len(page) == size:
                yield page
                page = {}
        if page:
            yield page
