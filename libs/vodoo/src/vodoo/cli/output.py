# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is printed: tables, JSON, or plain lines; progress goes to the error output."""

from __future__ import annotations

import argparse
import dataclasses
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


def show(options: argparse.Namespace, value: Any) -> None:
    """Print a result in the form that was asked for."""
    value = _as_dicts(value)
    if options.json:
        print(printable(json.dumps(value, ensure_ascii=False, indent=2, default=str)))
    elif _is_records(value):
        show_records(options, value)
    elif isinstance(value, dict):
        show_records(options, [{"field": k, "value": v} for k, v in value.items()])
    elif isinstance(value, list):
        for item in value:
            text = plain(item) if isinstance(item, str | int) else json.dumps(item)
            print(printable(text))
    elif value is not None:
        print(printable(plain(value)))


def show_records(
    options: argparse.Namespace, records: Sequence[dict[str, Any]]
) -> None:
    """Print records as a table, or as lines with tabs."""
    columns = list(dict.fromkeys(name for record in records for name in record))
    if "id" in columns:
        columns.insert(0, columns.pop(columns.index("id")))
    rows = [
        [printable(plain(record.get(name))) for name in columns] for record in records
    ]
    if options.simple:
        for row in [columns, *rows]:
            print("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row))
        return
    if not rows:
        print("nothing found", file=sys.stderr)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns)
    for row in rows:
        table.add_row(*map(Text, row))
    # A pipe has no width: nothing is cut off for it.
    width = None if sys.stdout.isatty() else 100_000
    Console(width=width).print(table)


#: what moves a cursor, changes colours or titles, or reorders text
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def printable(text: str) -> str:
    """Return a text without characters that command a terminal: each is escaped."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def plain(value: Any) -> str:
    """Return a value of Odoo as people read it."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        if len(value) == 2 and isinstance(value[0], int) and isinstance(value[1], str):
            return value[1]
        return ", ".join(map(plain, value))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def progress(items: Iterable[T], title: str, total: int | None = None) -> Iterator[T]:
    """Show a bar on the error output, if that is a terminal, while items go through."""
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(items, title, total=total, console=console, transient=True)


def _as_dicts(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_as_dicts(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return value


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)
