# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Output as tables, JSON or plain lines; progress goes to standard error."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


def show(options: argparse.Namespace, value: Any) -> None:
    """Print a result in the chosen form."""
    value = _as_dicts(value)
    if options.json:
        print(printable(json.dumps(value, ensure_ascii=False, indent=2, default=str)))
    elif isinstance(value, list) and all(isinstance(item, dict) for item in value):
        _show_records(value, options.simple)
    elif isinstance(value, dict):
        rows = [{"field": name, "value": content} for name, content in value.items()]
        _show_records(rows, options.simple)
    elif isinstance(value, list):
        for item in value:
            text = plain(item) if isinstance(item, str | int) else json.dumps(item)
            print(printable(text))
    elif value is not None:
        print(printable(plain(value)))


def _show_records(records: Sequence[dict[str, Any]], simple: bool) -> None:
    """Print records as a table, or as lines with tabs."""
    columns = list(dict.fromkeys(name for record in records for name in record))
    if "id" in columns:
        columns.insert(0, columns.pop(columns.index("id")))
    rows = [
        [printable(plain(record.get(name))) for name in columns] for record in records
    ]
    columns = [printable(name) for name in columns]
    if simple:
        for row in [columns, *rows]:
            print("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row))
        return
    if not rows:
        print("nothing found", file=sys.stderr)
        return
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    table = Table(*(Column(Text(name)) for name in columns))
    for row in rows:
        table.add_row(*map(Text, row))
    # A pipe has no width: cut nothing off.
    width = None if sys.stdout.isatty() else 100_000
    Console(width=width).print(table)


#: characters that move the cursor, change colours or titles, reorder text, or have
#: no form in UTF-8
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e"
    "\u2066-\u2069\ud800-\udfff]"
)


def printable(text: str) -> str:
    """Return a text whose control characters are escaped."""
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
    """Iterate over items with a progress bar on standard error, if it is a terminal."""
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
    # dataclasses.asdict, without the import for all that are none
    return dict(vars(value)) if hasattr(value, "__dataclass_fields__") else value
