# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Commands on the records of any model, with export and import as lines of JSON."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from .._errors import FieldParsingError
from .group import Commas, Group, ensure_all
from .output import printable, progress
from .words import parse_assignments, parse_domain, parse_literal, split, values_of

if TYPE_CHECKING:
    from .._values import Record, Records

CHUNK_SIZE = 250


class AnyModel(Group):
    """records of any model"""

    def search(
        self,
        model: str,
        domain: str | None = None,
        *,
        fields: str | None = None,
        limit: int = 50,
        order: str | None = None,
        offset: int = 0,
    ) -> Records:
        """Find records."""
        names = split(fields) or ["display_name"]
        where = parse_domain(domain)
        return self._client.search_read(
            model, where, names, limit or None, offset, order
        )

    list_ = search

    def count(self, model: str, domain: str | None = None) -> Any:
        """Count records."""
        return self._client.execute(model, "search_count", parse_domain(domain))

    def read(self, model: str, ids: list[int], *, fields: str | None = None) -> Any:
        """Show records."""
        records = self._client.read(model, ids, split(fields))
        ensure_all(model, ids, records)
        return records[0] if len(ids) == 1 else records

    def create(self, model: str, values: list[str]) -> int:
        """Create a record."""
        types = self._field_types(model)
        return self._client.create(model, values_of(parse_assignments(values), types))

    def update(self, model: str, ids: Commas, values: list[str]) -> bool:
        """Change records: = += -= *= /=."""
        return self._write(model, ids, values)

    write = update

    def delete(self, model: str, ids: list[int]) -> bool:
        """Delete records."""
        return self._client.unlink(model, ids)

    unlink = delete

    def fields(self, model: str) -> list[Record]:
        """Show the model's fields."""
        return self._describe_fields(model)

    def call(
        self,
        model: str,
        method: str,
        args: list[str] | None = None,
        *,
        kwargs: str | None = None,
    ) -> Any:
        """Call a method."""
        given = [parse_literal(word, "argument") for word in args or ()]
        named = parse_literal(kwargs, "arguments") if kwargs else {}
        if not isinstance(named, dict):
            raise FieldParsingError(f"--kwargs takes an object, found {kwargs!r}")
        return self._client.execute(model, method, *given, **named)

    def export(
        self,
        model: str,
        domain: str | None = None,
        *,
        fields: str | None = None,
        output: str = "-",
    ) -> None:
        """Write records as lines of JSON."""
        where = parse_domain(domain)
        total = self._client.execute(model, "search_count", where)
        records = self._client.search_iter(model, where, split(fields), 500)
        with opened(output, "w", sys.stdout) as lines:
            for record in progress(records, f"Exporting {model}", total):
                print(printable(json.dumps(record, ensure_ascii=False)), file=lines)

    def import_(self, model: str, file: str = "-") -> dict[str, int]:
        """Create records from lines of JSON."""
        with opened(file, "r", sys.stdin) as lines:
            rows = [importable(json.loads(line)) for line in lines if line.strip()]
        size = CHUNK_SIZE * 4
        parts = [rows[start : start + size] for start in range(0, len(rows), size)]
        created, failed = 0, []
        for part in progress(parts, f"Importing {model}", len(parts)):
            result = self._client.create_many(model, part, CHUNK_SIZE)
            created += len(result.ids)
            failed += [chunk for chunk in result if chunk.error]
        for chunk in failed:
            reason = printable(str(chunk.error))
            print(f"vodoo: {chunk.stop - chunk.start} rows: {reason}", file=sys.stderr)
        if failed and failed[0].error:
            raise failed[0].error
        return {"created": created}


def importable(row: Any) -> Any:
    """Return a row of ``export`` as ``create`` takes it: references by id, no own id.

    :raises FieldParsingError: the row is not an object
    """
    if not isinstance(row, dict):
        raise FieldParsingError(
            f"expected a JSON object on each line, found {row!r:.80}"
        )
    return {
        name: value[0] if is_reference(value) else value
        for name, value in row.items()
        if name != "id"
    }


def is_reference(value: Any) -> bool:
    """Return whether this is the id and the name of a record, as Odoo reads it."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and type(value[0]) is int
        and isinstance(value[1], str)
    )


def opened(path: str, mode: str, standard: IO[str]) -> Any:
    if path == "-":
        return contextlib.nullcontext(standard)
    return Path(path).open(mode, encoding="utf-8")
