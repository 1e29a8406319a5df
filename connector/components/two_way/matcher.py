# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from odoo import models

from odoo.addons.component.core import AbstractComponent

from ..session import Session


class RecordMatcher(AbstractComponent):
    """Find the local record that matches a remote one, without a binding.

    For records that both sides have on their own, like countries and currencies. A
    record is identified by the values of ``_key_fields``; of several local records
    with the same key the oldest is taken. The matches are kept for the session: a
    chunk costs one remote call and one query a model.
    """

    _name = "generic.record.matcher"
    _inherit = "base.connector"
    _usage = "record.matcher"

    #: the fields of the key; the first one limits the searches
    _key_fields: tuple[str, ...] = ("name",)

    # -- what a connector says ------------------------------------------------

    def _read_keys(self, external_ids: list[Any]) -> list[dict[str, Any]]:
        """Return remote records: ``id`` and the key fields."""
        raise NotImplementedError(
            f"{self._name} does not say how records are read: override _read_keys to "
            "return the id and the key fields of remote records."
        )

    def _search_keys(self, field: str, values: list[Any]) -> list[dict[str, Any]]:
        """Return the remote records with one of these values in a field."""
        raise NotImplementedError(
            f"{self._name} does not say how records are found: override _search_keys "
            "to return the id and the key fields of remote records."
        )

    def _external_key(self, row: dict[str, Any]) -> tuple:
        """Return the key of a remote record."""
        return tuple(row[name] for name in self._key_fields)

    def _key(self, record: models.BaseModel) -> tuple:
        """Return the key of a local record."""
        return tuple(record[name] for name in self._key_fields)

    # -- both directions ------------------------------------------------------

    def match_many(self, external_ids: Iterable[Any]) -> list[int]:
        """Return the ids of the local records that match, in the same order."""
        external_ids = list(external_ids)
        self.prefetch(external_ids)
        known = self._memory("matched")
        return [known[key] for key in external_ids if known.get(key)]

    def find_external_ids(self, records: models.BaseModel) -> list[Any]:
        """Return the external ids of the local records that have a match."""
        known = self._memory("external ids")
        unknown = records.filtered(lambda record: record.id not in known)
        if unknown:
            first = self._key_fields[0]
            rows = self._search_keys(first, unknown.mapped(first))
            found = {self._external_key(row): row["id"] for row in rows}
            known.update({each.id: found.get(self._key(each)) for each in unknown})
        return [known[record.id] for record in records if known[record.id]]

    def describe(self, external_ids: Iterable[Any]) -> str:
        """Return the keys of remote records, for a message."""
        rows = self._read_keys(list(external_ids))
        return ", ".join(repr(row[self._key_fields[0]]) for row in rows)

    def prefetch(self, external_ids: Iterable[Any]) -> None:
        """Match the records that are not known yet: one remote call, one query."""
        known = self._memory("matched")
        unknown = [key for key in external_ids if key not in known]
        if not unknown:
            return
        rows = self._read_keys(unknown)
        local_ids = self._ids_by_key({row[self._key_fields[0]] for row in rows})
        known.update(dict.fromkeys(unknown))
        for row in rows:
            known[row["id"]] = local_ids.get(self._external_key(row))

    def _memory(self, name: str) -> dict[Any, Any]:
        """Return what the session knows of the model under a name."""
        matches = Session.of(self.work).matches
        return matches.setdefault((name, self.model._name), {})

    def _ids_by_key(self, values: set[Any]) -> dict[tuple, int]:
        records = self.model.with_context(active_test=False).search(
            [(self._key_fields[0], "in", list(values))], order="id desc"
        )
        return {self._key(record): record.id for record in records}
