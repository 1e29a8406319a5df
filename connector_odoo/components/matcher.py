# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from odoo.addons.component.core import AbstractComponent, Component

from ..remote import ALL_RECORDS


class OdooMatcher(AbstractComponent):
    """Find the record here that is the same as one there, without a binding.

    For what both sides have of themselves, like countries: told by a natural key,
    not by an id. What has no counterpart is left empty.
    """

    _name = "odoo.record.matcher"
    _inherit = "odoo.connector"
    _usage = "record.matcher"

    #: the fields that tell a record; the first narrows the search here
    _key_fields: tuple[str, ...] = ("name",)

    def match_many(self, external_ids: Iterable[int]) -> list[int]:
        """Return the ids here of those that have a counterpart, in the same order."""
        external_ids = list(external_ids)
        self.prefetch(external_ids)
        known = self._known
        return [known[key] for key in external_ids if known.get(key)]

    def find_external_ids(self, records) -> list[int]:
        """Return the ids there of those records that have a counterpart."""
        known = self.work.remote.remember(("external ids", self.model._name), dict)
        unknown = records.filtered(lambda record: record.id not in known)
        if unknown:
            first = self._key_fields[0]
            rows = self._search_rows([(first, "in", unknown.mapped(first))])
            ids_there = {self._external_key(row): row["id"] for row in rows}
            for record in unknown:
                known[record.id] = ids_there.get(self._key(record))
        return [known[record.id] for record in records if known[record.id]]

    def describe(self, external_ids: Iterable[int]) -> str:
        """Return the keys of records there, for a message."""
        rows = self._search_rows([("id", "in", list(external_ids))])
        return ", ".join(repr(row[self._key_fields[0]]) for row in rows)

    @property
    def _known(self) -> dict[int, int | None]:
        """``{id there: id here}``, for the time of the session."""
        return self.work.remote.remember(("matched", self.model._name), dict)

    def prefetch(self, external_ids: Iterable[int]) -> None:
        """Look up those that are not known yet: a request there, a query here."""
        known = self._known
        unknown = [key for key in external_ids if key not in known]
        if not unknown:
            return
        rows = self._search_rows([("id", "in", unknown)])
        ids_here = self._ids_by_key({row[self._key_fields[0]] for row in rows})
        known.update(dict.fromkeys(unknown))
        for row in rows:
            known[row["id"]] = ids_here.get(self._external_key(row))

    def _search_rows(self, domain: list) -> list[dict[str, Any]]:
        return self.work.remote.call(
            self.model._name,
            "search_read",
            domain,
            list(self._key_fields),
            load=None,
            context=ALL_RECORDS,
        )

    def _ids_by_key(self, values: set[Any]) -> dict[tuple, int]:
        """Return ``{key: id}`` of the records here, the oldest of several."""
        records = self.model.with_context(active_test=False).search(
            [(self._key_fields[0], "in", list(values))], order="id desc"
        )
        return {self._key(record): record.id for record in records}

    def _external_key(self, row: dict[str, Any]) -> tuple:
        return tuple(row[name] for name in self._key_fields)

    def _key(self, record) -> tuple:
        return tuple(record[name] for name in self._key_fields)


class CountryMatcher(Component):
    _name = "odoo.res.country.matcher"
    _inherit = "odoo.record.matcher"
    _apply_on = "res.country"
    _key_fields = ("code",)


class CountryStateMatcher(Component):
    """Tell a state by its code and its country."""

    _name = "odoo.res.country.state.matcher"
    _inherit = "odoo.record.matcher"
    _apply_on = "res.country.state"
    _key_fields = ("code", "country_id")

    def _search_rows(self, domain):
        rows = super()._search_rows(domain)
        self._countries.prefetch({row["country_id"] for row in rows})
        return rows

    @property
    def _countries(self):
        return self.component(usage="record.matcher", model_name="res.country")

    def _external_key(self, row):
        return row["code"], tuple(self._countries.match_many([row["country_id"]]))

    def _key(self, record):
        return record.code, tuple(record.country_id.ids)


class UserMatcher(Component):
    """Tell a user by the login: salespeople are not copied, they have accounts."""

    _name = "odoo.res.users.matcher"
    _inherit = "odoo.record.matcher"
    _apply_on = "res.users"
    _key_fields = ("login",)


class CurrencyMatcher(Component):
    _name = "odoo.res.currency.matcher"
    _inherit = "odoo.record.matcher"
    _apply_on = "res.currency"


class UnitMatcher(Component):
    _name = "odoo.uom.uom.matcher"
    _inherit = "odoo.record.matcher"
    _apply_on = "uom.uom"
