# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from typing import Any

from odoo import models

from odoo.addons.component.core import AbstractComponent, Component


class OdooMatcher(AbstractComponent):
    """Find the record here that is the same as one there, without a binding.

    For tables that both sides bring along, like countries: their rows are told
    by a natural key, not by their ids.
    """

    _name = "odoo.record.matcher"
    _inherit = "odoo.connector"
    _usage = "record.matcher"

    #: names of the fields that tell a row; of a many2one, its own natural key
    _key_fields: tuple[str, ...] = ()

    def match(self, external_id: int | None) -> models.BaseModel:
        """Return the record with the same key, or an empty one."""
        key = self._external_keys().get(external_id)
        return self._records_by_key().get(key, self.model.browse())

    def _external_keys(self) -> dict[int, tuple]:
        """Return ``{id there: key}`` of the whole table, read once in a session."""
        return self.work.remote.remember(
            ("external keys", self.model._name), self._read_external_keys
        )

    def _read_external_keys(self) -> dict[int, tuple]:
        rows = self.work.remote.client.search_read(
            self.model._name, domain=[], fields=list(self._key_fields)
        )
        return {row["id"]: self._external_key(row) for row in rows}

    def _external_key(self, row: dict[str, Any]) -> tuple:
        return tuple(row[name] for name in self._key_fields)

    def _records_by_key(self) -> dict[tuple, models.BaseModel]:
        return self.work.remote.remember(
            ("records by key", self.model._name),
            lambda: {self._key(record): record for record in self.model.search([])},
        )

    def _key(self, record: models.BaseModel) -> tuple:
        return tuple(record[name] for name in self._key_fields)


class CountryMatcher(Component):
    _name = "odoo.res.country.matcher"
    _inherit = "odoo.record.matcher"
    _apply_on = "res.country"
    _key_fields = ("code",)


class CountryStateMatcher(Component):
    """Tell a state by its code and its country's code."""

    _name = "odoo.res.country.state.matcher"
    _inherit = "odoo.record.matcher"
    _apply_on = "res.country.state"
    _key_fields = ("code", "country_id")

    def _external_key(self, row):
        country_id = row["country_id"] and row["country_id"][0]
        country = self.component(usage="record.matcher", model_name="res.country")
        return row["code"], country.match(country_id)
