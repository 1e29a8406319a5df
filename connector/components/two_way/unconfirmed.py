# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Edits of a binding whose export is not confirmed.

.. code-block:: text

    listener        inserts a row for each edited field    connector.unconfirmed.field
    exporter        reads the rows, maps, sends, and       SentEdits
                    deletes the rows that it has read
    importer        writes no field that has a row         kept_edits.py

The rows are read before the values are mapped: all values are at least as new as their
rows. The row of an edit that is committed meanwhile has another id, and stays. An
export that fails, is skipped or has to wait deletes no row. If the process is killed
after the backend has answered, the rows stay and the edits are sent again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from odoo import models

from ...outcome import Outcome

#: name of a row that stands for all fields: the whole record has to be exported
ALL_FIELDS = "*"
#: context key of an export job that sends only fields with an unconfirmed edit
ONLY_UNCONFIRMED = "connector_unconfirmed_only"
#: context key of a forced import that keeps unconfirmed edits: no person asked for it
KEEP_UNCONFIRMED = "connector_keep_unconfirmed"


class UnconfirmedField(NamedTuple):
    """One edited field whose export is not confirmed."""

    id: int
    name: str
    edited_at: datetime
    #: both sides changed it, and a person has to decide
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
        """Return the names that are not sent until a person has decided."""
        return frozenset(row.name for row in self.rows if row.in_conflict)

    def edited(self, model: models.BaseModel, names: Iterable[str]) -> set[str]:
        """Return those of ``names`` that have an unconfirmed edit.

        An edit of a computed field counts for the fields that it is computed from.
        """
        if ALL_FIELDS in self.names:
            return set(names)
        edited = set(self.names).union(*(computed_from(model, n) for n in self.names))
        return edited & set(names)

    def edited_because_of(
        self, model: models.BaseModel, names: Iterable[str]
    ) -> set[str]:
        """Return the names with an edit because of which ``names`` count as edited."""
        names = set(names)
        return {
            name
            for name in self.names
            if name in names or name == ALL_FIELDS or names & computed_from(model, name)
        }

    def ids_of(self, names: Iterable[str] | None) -> list[int]:
        """Return the ids of the rows of some fields, None being all rows.

        The row of all fields is not among them unless ``names`` is None.
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


class SentEdits:
    """The edits that one export sends; ``exporter`` has the hooks."""

    def __init__(self, exporter: Any) -> None:
        self._exporter = exporter
        #: edits that the transaction saw when the export began
        self.unconfirmed = UnconfirmedFields()
        #: names of the fields that are sent, None for all
        self.names: frozenset[str] | None = None

    def begin(self, fields: Any) -> None:
        """Read the unconfirmed edits.

        :param fields: the exported fields, None for all; an own ``_run`` may have
            another first argument, which counts as None
        """
        binding = self._exporter.binding
        self.unconfirmed = UnconfirmedFields()
        if stores_unconfirmed_edits(binding):
            found = self._rows._find(binding)
            self.unconfirmed = found.get(binding.id, self.unconfirmed)
        self.names = frozenset(fields) if _are_names(fields) else None

    def leave_out_confirmed(self, kwargs: dict[str, Any]) -> bool:
        """Remove confirmed names from ``kwargs["fields"]``; return whether it is empty.

        Only for jobs of the listener. Another export may have sent their fields since
        they were delayed, or an import overwritten them: to send these again could
        replace a newer remote value by an older one.
        """
        binding = self._exporter.binding
        is_of_listener = self._exporter.env.context.get(ONLY_UNCONFIRMED)
        if not (is_of_listener and "fields" in kwargs):
            return False
        if not stores_unconfirmed_edits(binding):
            return False
        self.names = self._select(kwargs["fields"])
        kwargs["fields"] = None if self.names is None else sorted(self.names)
        return self.names is not None and not self.names

    def _select(self, fields: Iterable[str] | None) -> frozenset[str] | None:
        """Return the fields that are unconfirmed and not in conflict, None for all."""
        unconfirmed, in_conflict = self.unconfirmed, self.unconfirmed.in_conflict
        if fields is None:
            if ALL_FIELDS in in_conflict:
                return frozenset()
            names = unconfirmed.names
            return None if ALL_FIELDS in names else names - in_conflict
        odoo_field = self._exporter.binder._odoo_field
        plain_names = {name: plain_name(name, odoo_field) for name in fields}
        return frozenset(
            name
            for name, plain in plain_names.items()
            if plain in unconfirmed and plain not in in_conflict
        )

    def confirm(self) -> None:
        """Delete the rows of the edits that the backend has now."""
        exporter = self._exporter
        is_skipped = exporter.outcome == Outcome.SKIPPED
        if is_skipped or not stores_unconfirmed_edits(exporter.binding):
            return
        sent = self.names
        if sent is not None:
            odoo_field = exporter.binder._odoo_field
            sent = frozenset(plain_name(name, odoo_field) for name in sent)
        confirmed = set(self.unconfirmed.ids_of(sent))
        self._rows._confirm(confirmed)
        left = [row for row in self.unconfirmed.rows if row.id not in confirmed]
        if self.unconfirmed.in_conflict and not any(row.in_conflict for row in left):
            exporter.binding._end_conflict_activities()
        if exporter.outcome != Outcome.UNCHANGED and exporter._is_imported_too():
            exporter._note_base(exporter._exported_names() if sent is None else sent)

    @property
    def _rows(self) -> models.BaseModel:
        return self._exporter.env["connector.unconfirmed.field"].sudo()


def _are_names(fields: Any) -> bool:
    """Return whether an argument of ``_run`` is a collection of field names."""
    return (
        isinstance(fields, Collection)
        and not isinstance(fields, str)
        and all(isinstance(name, str) for name in fields)
    )


def plain_name(name: str, odoo_field: str = "odoo_id") -> str:
    """Return the name of a field of the record, by whichever path a mapper reads it.

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
    """Return whether an export listener stores the edits of a binding model.

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
    """Return ``{id: unconfirmed edits}``; no query if no edits are stored."""
    if not (stores_unconfirmed_edits(bindings) and is_listened_to(work)):
        return {}
    return bindings.env["connector.unconfirmed.field"].sudo()._find(bindings)


def stores_unconfirmed_edits(model: models.BaseModel) -> bool:
    """Return whether edits can be stored for the bindings of a model."""
    mixin = model.env.registry.models.get("connector.binding.mixin")
    return mixin is not None and isinstance(model, mixin)
