# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Write values as a row of Odoo's import, which creates a record under an XML id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from odoo.fields import Command

#: types whose values the import reads as text; an empty cell means False
AS_TEXT = frozenset(
    ("char", "text", "html", "binary", "date", "datetime", "integer", "float")
    + ("monetary", "selection")
)


class LoadRow(NamedTuple):
    """The columns of an import, and the cells of its only row."""

    fields: list[str]
    cells: list[str]


def load_row(
    external_id: str, values: Mapping[str, Any], types: Mapping[str, str]
) -> LoadRow | None:
    """Return values as a row of an import, None if a row cannot hold them.

    :param types: ``{field: remote type}``
    """
    row = LoadRow(["id"], [external_id])
    for name, value in values.items():
        cell = load_cell(types.get(name), value)
        if cell is None:
            return None
        is_link = types[name] in ("many2one", "many2many")
        row.fields.append(f"{name}/.id" if is_link else name)
        row.cells.append(cell)
    return row


def load_cell(field_type: str | None, value: Any) -> str | None:
    """Return the cell of a value, None if a cell cannot hold it."""
    if field_type == "boolean":
        return "1" if value else ""
    if field_type in AS_TEXT:
        return "" if value is False or value is None else str(value)
    if field_type == "many2one":
        return str(value) if value else ""
    if field_type == "many2many":
        return linked_cell(value)
    return None


def linked_cell(commands: Any) -> str | None:
    """Return the cell of x2many commands, None unless they only set ids."""
    if not commands:
        return ""
    if len(commands) == 1 and tuple(commands[0])[:1] == (Command.SET,):
        return ",".join(map(str, commands[0][2]))
    return None
