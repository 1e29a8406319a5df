# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The edits of a binding that its backend has not confirmed yet, as values.

The rows are those of ``connector.unconfirmed.field``. An export deletes the rows that
it read before it mapped the values, and no others: the row of an edit that was
committed meanwhile has another id, and stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from odoo import models

#: the name of a row that stands for all fields: the whole record is to be exported
ALL_FIELDS = "*"
#: context key of an export job that must send only fields with an unconfirmed edit
ONLY_UNCONFIRMED = "connector_unconfirmed_only"
#: context key of an import that is forced, but by no person: unconfirmed edits stay
KEEP_UNCONFIRMED = "connector_keep_unconfirmed"


class UnconfirmedField(NamedTuple):
    """One edited field whose export is not confirmed."""

    id: int
    name: str
    edited_at: datetime


class UnconfirmedFields:
    """The unconfirmed edits of one binding."""

    def __init__(self, rows: Iterable[UnconfirmedField] = ()) -> None:
        self.rows = tuple(rows)
        self.names = frozenset(row.name for row in self.rows)

    def __bool__(self) -> bool:
        return bool(self.rows)

    def __contains__(self, name: str) -> bool:
        return name in self.names or ALL_FIELDS in self.names

    def among(self, names: Iterable[str]) -> set[str]:
        """Return those of ``names`` that have an unconfirmed edit."""
        return {name for name in names if name in self}

    def ids_of(self, names: Iterable[str] | None) -> list[int]:
        """Return the ids of the rows of some fields, None being all of them.

        The row for all fields is only done with when all fields are.
        """
        if names is None:
            return [row.id for row in self.rows]
        wanted = set(names)
        return [row.id for row in self.rows if row.name in wanted]

    def edited_at(self, names: Iterable[str]) -> datetime | None:
        """Return when one of the fields was last edited, None if none was."""
        wanted = {ALL_FIELDS, *names}
        dates = [row.edited_at for row in self.rows if row.name in wanted]
        return max(dates, default=None)


def plain_name(name: str, odoo_field: str = "odoo_id") -> str:
    """Return the name of a field of the record, however a mapper reads it.

    A binding that does not delegate to its record reads it by ``odoo_id.name``.
    """
    return name.removeprefix(f"{odoo_field}.")


def has_unconfirmed_fields(model: models.BaseModel) -> bool:
    """Return whether edits are noted for the bindings of a model."""
    mixin = model.env.registry.models.get("connector.binding.mixin")
    return mixin is not None and isinstance(model, mixin)
