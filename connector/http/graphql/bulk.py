# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
r"""Records of a bulk operation, from a file with one JSON object in each line.

A line with ``__parentId`` is a child: it belongs to an object of an earlier line, which
need not be the line before::

    {"id": "gid://shop/Product/1", "title": "Chair"}
    {"id": "gid://shop/Product/2", "title": "Table"}
    {"id": "gid://shop/Variant/7", "sku": "A", "__parentId": "gid://shop/Product/1"}

Records come out whole, in the order of their first lines. The memory is that of one
record with its children, whatever the size of the file: where children do not follow
their parents, an index of the lines is made in a temporary file first.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any, BinaryIO

from ...exception import InvalidDataError, NetworkRetryableError
from ..paths import look_up

PARENT_ID = "__parentId"
#: a longer line is not an object of a bulk operation
_MAX_LINE = 64 * 1024 * 1024


def read_bulk_records(
    lines: BinaryIO,
    children: Mapping[str, str],
    object_count: int | None = None,
    id_path: str = "id",
) -> Iterator[dict[str, Any]]:
    """Yield the records of a file, each with its children.

    :param children: ``{type of a child: dotted path to its list in the parent}``
    :param object_count: number of lines, as the backend says it
    :raise NetworkRetryableError: the file is not complete
    :raise InvalidDataError: a line cannot be used
    """
    with closing(sqlite3.connect("")) as index:  # a temporary file, removed when closed
        is_grouped = _read_index(lines, index, object_count, id_path)
        if is_grouped:
            lines.seek(0)
            objects = (_read_object(line, number) for number, line in _lines(lines))
        else:
            objects = _objects_by_root(lines, index)
        yield from _join(objects, children, id_path)


def _lines(lines: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not empty, numbered from 1."""
    number = 0
    while line := lines.readline(_MAX_LINE):
        if line.strip():
            number += 1
            yield number, line


def _read_object(line: bytes, number: int) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        if not line.endswith(b"\n"):
            raise NetworkRetryableError(
                f"line {number} of the result is cut off"
            ) from error
        raise InvalidDataError(f"line {number} is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise InvalidDataError(f"line {number} is not an object: {line[:80]!r}")
    return found


def _read_index(
    lines: BinaryIO, index: sqlite3.Connection, count: int | None, id_path: str
) -> bool:
    """Note where the lines of each record are; return whether they are grouped.

    While they are, nothing is noted: as a rule, no index is needed.
    """
    group: set[str] = set()
    number = 0
    for number, line in _lines(lines):
        found = _read_object(line, number)
        parent_id = found.get(PARENT_ID)
        if parent_id is None:
            group = set()
        elif parent_id not in group:
            break
        group.add(str(look_up(found, id_path)))
    else:
        _check_count(number, count)
        return True
    _fill_index(lines, index, count, id_path)
    return False


def _fill_index(
    lines: BinaryIO, index: sqlite3.Connection, count: int | None, id_path: str
) -> None:
    index.execute("CREATE TABLE object (id TEXT PRIMARY KEY, root INT) WITHOUT ROWID")
    index.execute("CREATE TABLE line (root INT, number INT, start INT)")
    lines.seek(0)
    number = 0
    for number, line in _lines(lines):
        found, root = _read_object(line, number), number
        parent_id = found.get(PARENT_ID)
        if parent_id is not None:
            row = index.execute(
                "SELECT root FROM object WHERE id = ?", (str(parent_id),)
            ).fetchone()
            if row is None:
                raise InvalidDataError(
                    f"line {number} belongs to {parent_id!r}, which no earlier line has"
                )
            (root,) = row
        object_id = look_up(found, id_path)
        if object_id is not None:
            index.execute(
                "INSERT OR REPLACE INTO object VALUES (?, ?)", (str(object_id), root)
            )
        index.execute(
            "INSERT INTO line VALUES (?, ?, ?)",
            (root, number, lines.tell() - len(line)),
        )
    _check_count(number, count)
    index.execute("CREATE INDEX line_root ON line (root, number)")


def _check_count(number: int, count: int | None) -> None:
    if count is not None and number != count:
        raise NetworkRetryableError(
            f"the result has {number} lines, the backend announced {count}"
        )


def _objects_by_root(
    lines: BinaryIO, index: sqlite3.Connection
) -> Iterator[dict[str, Any]]:
    """Yield the objects, those of one record after the other."""
    rows = index.execute("SELECT number, start FROM line ORDER BY root, number")
    for number, start in rows:
        lines.seek(start)
        yield _read_object(lines.readline(_MAX_LINE), number)


def _join(
    objects: Iterator[dict[str, Any]], children: Mapping[str, str], id_path: str
) -> Iterator[dict[str, Any]]:
    """Yield whole records of objects that are grouped."""
    record: dict[str, Any] | None = None
    by_id: dict[str, dict[str, Any]] = {}
    for found in objects:
        parent_id = found.pop(PARENT_ID, None)
        if parent_id is None:
            if record is not None:
                yield record
            record, by_id = found, {}
            for path in children.values():
                _list_at(record, path)
        else:
            parent = by_id[str(parent_id)]
            _list_at(parent, _path_of(found, children, id_path)).append(found)
        by_id[str(look_up(found, id_path))] = found
    if record is not None:
        yield record


def _path_of(
    child: Mapping[str, Any], children: Mapping[str, str], id_path: str
) -> str:
    """Return the path to the list of a child, by its type."""
    kind = child.get("__typename") or type_of(look_up(child, id_path))
    if kind not in children:
        raise InvalidDataError(
            f"a child has the type {kind or 'unknown'}, for which _bulk_children has "
            "no path. Add it, as in _bulk_children = {'ProductVariant': "
            "'variants.nodes'}; a child without a global id needs __typename."
        )
    return children[kind]


def type_of(global_id: Any) -> str:
    """Return the type in a global id: ``gid://shop/Product/1`` gives ``Product``."""
    parts = str(global_id or "").split("/")
    return parts[3] if len(parts) > 4 and parts[0] == "gid:" else ""


def _list_at(record: dict[str, Any], path: str) -> list[Any]:
    """Return the list at a dotted path, a new one if there is none."""
    *steps, last = path.split(".")
    for step in steps:
        inner = record.get(step)
        if not isinstance(inner, dict):
            inner = record[step] = {}
        record = inner
    if not isinstance(record.get(last), list):
        record[last] = []
    return record[last]
