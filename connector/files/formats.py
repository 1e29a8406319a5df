# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Formats of files of records, read as streams.

::

    binary stream ──► lines of text, numbered ──► rows: values, or an error
         64 KiB            one at a time              one at a time

A row that is wrong alone (a wrong number of columns, JSON that is not an object) is a
row with an error: the others are read. An error that makes all rows uncertain (another
encoding, a quote without an end, XML that is not well-formed) raises ``BrokenFile``:
nothing of the file is imported. Both name the file's line.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, NoReturn

from .errors import BrokenFile

BLOCK_BYTES = 64 * 1024
#: characters of the longest line that is read
MAX_LINE = 4 * 1024 * 1024


@dataclass(frozen=True)
class Row:
    """One record of a file.

    :param line: the line of the file where it begins
    :param values: None if it cannot be read
    :param error: the reason why it cannot be read
    """

    line: int
    values: dict[str, Any] | None = None
    error: str | None = None


class Format:
    """Base of the formats."""

    def rows(self, stream: BinaryIO, name: str) -> Iterator[Row]:
        """Yield the rows of a file; ``name`` is its name in errors.

        :raise BrokenFile: the file does not have this format
        """
        raise NotImplementedError

    def write(self, records: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
        """Yield the content of a file with the records."""
        raise NotImplementedError(f"{type(self).__name__} files cannot be written.")


class TextFormat(Format):
    """Base of the formats whose records are lines of text."""

    def __init__(self, encoding: str) -> None:
        try:
            "".encode(encoding)
        except (LookupError, TypeError):
            raise ValueError(
                f"{type(self).__name__}(encoding={encoding!r}): Python does not know "
                "this encoding. Usual ones are 'utf-8-sig', 'cp1252' and 'iso-8859-15'."
            ) from None
        self.encoding = encoding

    def _lines(self, stream: BinaryIO, name: str) -> Iterator[tuple[int, str]]:
        """Yield the lines with their numbers, each with its line end."""
        decoder = codecs.getincrementaldecoder(self.encoding)()
        number, pending, block = 1, "", b"-"
        while block:
            block = stream.read(BLOCK_BYTES)
            try:
                pending += decoder.decode(block, final=not block)
            except UnicodeError as error:
                self._refuse_bytes(error, pending, number, name)
            *lines, pending = pending.split("\n")
            for line in lines:
                yield number, f"{line}\n"
                number += 1
            if len(pending) > MAX_LINE:
                raise BrokenFile(
                    f"{name}, line {number}: the line has more than {MAX_LINE} "
                    "characters. Is it a file of this format?"
                )
        if pending:
            yield number, pending

    def _refuse_bytes(
        self, error: UnicodeError, pending: str, number: int, name: str
    ) -> NoReturn:
        """Raise the error of bytes that are not of the encoding."""
        found, line = str(error), number
        if isinstance(error, UnicodeDecodeError):
            before = error.object[: error.start].decode(self.encoding, "replace")
            line += f"{pending}{before}".count("\n")
            found = error.object[error.start : error.end].hex(" ")
            found = f"the bytes {found} are not {self.encoding}"
        raise BrokenFile(
            f"{name}, line {line}: {found}. Set the encoding of the file, as in "
            f"{type(self).__name__}(encoding='cp1252')."
        ) from None


class CSV(TextFormat):
    """Rows of columns with a header: each is ``{column: text}``.

    :param columns: the names of the columns, if the file has no header
    """

    def __init__(
        self,
        delimiter: str = ",",
        encoding: str = "utf-8-sig",
        quotechar: str = '"',
        columns: Sequence[str] | None = None,
    ) -> None:
        super().__init__(encoding)
        self._options: dict[str, Any] = {
            "delimiter": delimiter,
            "quotechar": quotechar,
            "strict": True,
        }
        try:
            csv.reader([], **self._options)
        except TypeError as error:
            raise ValueError(
                f"CSV(delimiter={delimiter!r}, quotechar={quotechar!r}): {error}"
            ) from None
        self.columns = self._checked(columns, "CSV(columns=…)") if columns else None

    def rows(self, stream: BinaryIO, name: str) -> Iterator[Row]:
        columns = self.columns
        for line, cells in self._cells(stream, name):
            if not cells:  # an empty line
                continue
            if columns is None:
                columns = self._checked(cells, f"{name}, line {line}")
                continue
            yield self._row(line, columns, cells)
        if columns is None:
            raise BrokenFile(
                f"{name}: the file is empty. Expected a header with the names of the "
                "columns; set CSV(columns=[…]) if it has none."
            )

    def _cells(self, stream: BinaryIO, name: str) -> Iterator[tuple[int, list[str]]]:
        """Yield the cells of each row, and the line where it begins."""
        first = 1
        reader = csv.reader(
            (text for _number, text in self._lines(stream, name)), **self._options
        )
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise BrokenFile(
                    f"{name}, line {first}: {error}. Is a quote "
                    f"({self._options['quotechar']}) not closed, or the delimiter not "
                    f"{self._options['delimiter']!r}?"
                ) from None
            yield first, cells
            first = reader.line_num + 1

    @staticmethod
    def _row(line: int, columns: list[str], cells: list[str]) -> Row:
        if len(cells) != len(columns):
            return Row(
                line,
                error=f"it has {len(cells)} columns, the header has {len(columns)}: "
                f"{', '.join(columns)}",
            )
        values = dict(zip(columns, cells, strict=True))
        for column, cell in values.items():
            if "\0" in cell:
                return Row(line, error=f"the column {column} contains a NUL byte")
        return Row(line, values)

    @staticmethod
    def _checked(names: Iterable[str], where: str) -> list[str]:
        """Return the names of columns, which must differ."""
        columns = [name.strip() for name in names]
        doubled = sorted({name for name in columns if columns.count(name) > 1})
        if doubled:
            raise BrokenFile(
                f"{where}: two columns are named {', '.join(map(repr, doubled))}; "
                f"found: {', '.join(columns)}."
            )
        return columns

    def write(self, records: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
        encoder = codecs.getincrementalencoder(self.encoding)()
        columns, text = self.columns, io.StringIO(newline="")
        writer = csv.writer(text, **self._options)
        for record in records:
            if columns is None:
                columns = list(record)
                writer.writerow(columns)
            unknown = record.keys() - set(columns)
            if unknown:
                raise ValueError(
                    f"CSV: {', '.join(sorted(unknown))} is not a column of the file: "
                    f"{', '.join(columns)}. Name all of them in CSV(columns=[…])."
                )
            writer.writerow(_cell(record.get(column)) for column in columns)
            yield encoder.encode(text.getvalue())
            text.seek(0)
            text.truncate()


class JSONLines(TextFormat):
    """Lines that are a JSON object each."""

    def __init__(self, encoding: str = "utf-8-sig") -> None:
        super().__init__(encoding)

    def rows(self, stream: BinaryIO, name: str) -> Iterator[Row]:
        for line, text in self._lines(stream, name):
            if not text.strip():
                continue
            try:
                values = json.loads(text, parse_constant=_refuse_constant)
            except (ValueError, RecursionError) as error:
                yield Row(line, error=f"it is not JSON: {error}")
                continue
            if not isinstance(values, dict):
                found = type(values).__name__
                yield Row(line, error=f"it must be a JSON object, found: {found}")
                continue
            yield Row(line, values)

    def write(self, records: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
        encoder = codecs.getincrementalencoder(self.encoding)()
        for record in records:
            text = json.dumps(dict(record), ensure_ascii=False, allow_nan=False)
            yield encoder.encode(f"{text}\n")


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a JSON value")


def _cell(value: Any) -> Any:
    """Return the value of a cell: empty for no value."""
    return "" if value is None or value is False else value
