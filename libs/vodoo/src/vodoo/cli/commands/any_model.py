# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Commands on the records of any model."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ..._errors import FieldParsingError
from ..assignments import parse_assignments, parse_domain, parse_literal, values_of
from ..output import printable, progress
from .common import Options, ensure_all, field_types, split, write_values

if TYPE_CHECKING:
    from ..._client import OdooClient

CHUNK_SIZE = 250


def search(options: Options, client: OdooClient) -> Any:
    domain = parse_domain(options.domain)
    fields = split(options.fields) or ["display_name"]
    order, offset = options.order, options.offset
    return client.search_read(
        options.model, domain, fields, options.limit or None, offset, order
    )


def count(options: Options, client: OdooClient) -> Any:
    return client.execute(options.model, "search_count", parse_domain(options.domain))


def read(options: Options, client: OdooClient) -> Any:
    records = client.read(options.model, options.ids, split(options.fields))
    ensure_all(options.model, options.ids, records)
    return records[0] if len(options.ids) == 1 else records


def create(options: Options, client: OdooClient) -> Any:
    assignments = parse_assignments(options.values)
    return client.create(
        options.model, values_of(assignments, field_types(client, options.model))
    )


def update(options: Options, client: OdooClient) -> Any:
    return write_values(client, options.model, options.ids, options.values)


def delete(options: Options, client: OdooClient) -> Any:
    return client.unlink(options.model, options.ids)


def fields(options: Options, client: OdooClient) -> Any:
    definitions = client.fields_get(
        options.model, None, ["string", "type", "required", "readonly", "relation"]
    )
    return [
        {"name": name, **definition} for name, definition in sorted(definitions.items())
    ]


def call(options: Options, client: OdooClient) -> Any:
    args = [parse_literal(word, "argument") for word in options.args]
    kwargs = parse_literal(options.kwargs, "arguments") if options.kwargs else {}
    return client.execute(options.model, options.method, *args, **kwargs)


def export(options: Options, client: OdooClient) -> Any:
    """Write records as lines of JSON."""
    domain = parse_domain(options.domain)
    total = client.execute(options.model, "search_count", domain)
    records = client.search_iter(options.model, domain, split(options.fields), 500)
    with _opened(options.file, "w", sys.stdout) as file:
        for record in progress(records, f"Exporting {options.model}", total):
            print(printable(json.dumps(record, ensure_ascii=False)), file=file)


def import_(options: Options, client: OdooClient) -> Any:
    """Create records from lines of JSON; return how many, and what failed."""
    with _opened(options.file, "r", sys.stdin) as file:
        rows = [importable(json.loads(line)) for line in file if line.strip()]
    parts = [
        rows[at : at + CHUNK_SIZE * 4] for at in range(0, len(rows), CHUNK_SIZE * 4)
    ]
    created, failed = 0, []
    for part in progress(parts, f"Importing {options.model}", len(parts)):
        result = client.create_many(options.model, part, CHUNK_SIZE)
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
        name: value[0] if _is_reference(value) else value
        for name, value in row.items()
        if name != "id"
    }


def _is_reference(value: Any) -> bool:
    """Return whether this is the id and the name of a record, as Odoo reads it."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and type(value[0]) is int
        and isinstance(value[1], str)
    )


def _opened(path: str, mode: str, standard: IO[str]) -> Any:
    if path == "-":
        return contextlib.nullcontext(standard)
    return Path(path).open(mode, encoding="utf-8")
