# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Say values as a row of Odoo's import, which creates under an external id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from odoo.fields import Command

#: said by the import as they are; what is empty is False there
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
    """Return values as a row of an import, None where they cannot be said by one.

    :param types: ``{field: its type in the other Odoo}``
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
    """Return the text by which an import is told a value, None if there is none."""
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
    """Return the ids that x2many commands set, None if they do anything else."""
    if not commands:
        return ""
    if len(commands) == 1 and tuple(commands[0])[:1] == (Command.SET,):
        return ",".join(map(str, commands[0][2]))
    return None
