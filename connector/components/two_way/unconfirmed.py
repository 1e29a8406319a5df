# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The edits of a binding that its backend has not confirmed yet, as values.

The rows are those of ``connector.unconfirmed.field``. An export deletes the rows that
it read before it mapped the values, and no others: the row of an edit that was
committed meanwhile has another id, and stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

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
    #: both sides changed it, and a person is asked which one is kept
    in_conflict: bool = False


class UnconfirmedFields:
    """The unconfirmed edits of one binding."""

    def __init__(self, rows: Iterable[UnconfirmedField] = ()) -> None:
        self.rows = tuple(rows)
        self.names = frozenset(row.name for row in self.rows)

    def __bool__(self) -> bool:
        return bool(self.rows)

    def __contains__(self, name: str) -> bool:
        return name in self.names or ALL_FIELDS in self.names

    @property
    def in_conflict(self) -> frozenset[str]:
        """Return the names of which a person has to decide whether they are sent."""
        return frozenset(row.name for row in self.rows if row.in_conflict)

    def edited(self, model: models.BaseModel, names: Iterable[str]) -> set[str]:
        """Return those of ``names`` that have an unconfirmed edit.

        A stored computed field that waits to be exported was edited by the fields it
        is computed from.
        """
        if ALL_FIELDS in self.names:
            return set(names)
        edited = set(self.names).union(*(computed_from(model, n) for n in self.names))
        return edited & set(names)

    def rows_behind(self, model: models.BaseModel, names: Iterable[str]) -> set[str]:
        """Return the names of the rows by which ``names`` are edited."""
        names = set(names)
        return {
            name
            for name in self.names
            if name in names or name == ALL_FIELDS or names & computed_from(model, name)
        }

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


def computed_from(model: models.BaseModel, name: str) -> set[str]:
    """Return the fields of the same record that a field is computed from."""
    field = model._fields.get(name)
    field = field and field.base_field
    if field is None or not field.compute:
        return set()
    paths = model.pool.field_depends.get(field, ())
    return {path.partition(".")[0] for path in paths}


def is_listened_to(work: Any, model_name: str | None = None) -> bool:
    """Return whether an export listener notes the edits of a binding model.

    :param model_name: by default the working model
    """
    registry = work.components_registry
    base = registry.get("generic.export.listener")
    return base is not None and any(
        issubclass(listener, base)
        for listener in registry.lookup(
            work.collection._name, "event.listener", model_name or work.model_name
        )
    )


def find_unconfirmed(
    work: Any, bindings: models.BaseModel
) -> dict[int, UnconfirmedFields]:
    """Return ``{id: unconfirmed fields}``; asks nothing where nobody notes edits."""
    if not (has_unconfirmed_fields(bindings) and is_listened_to(work)):
        return {}
    return bindings.env["connector.unconfirmed.field"].sudo()._find(bindings)


def has_unconfirmed_fields(model: models.BaseModel) -> bool:
    """Return whether edits are noted for the bindings of a model."""
    mixin = model.env.registry.models.get("connector.binding.mixin")
    return mixin is not None and isinstance(model, mixin)
