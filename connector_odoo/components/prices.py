# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Convert prices between the currencies of both sides."""

from __future__ import annotations

from typing import Any

from odoo import models

from odoo.addons.connector.api import Component, Modifier


def price(field: str, currency_field: str = "currency_id") -> Price:
    """Import a price in the currency of the local company.

    An export converts it to the currency of the remote record.

    :param currency_field: the many2one, on both sides, to the currency of the price
    """
    return Price(field, currency_field)


class Price(Modifier):
    """See :func:`price`."""

    __slots__ = ("exported",)

    def __init__(self, field: str, currency_field: str) -> None:
        def build(read, keeps_falsy):
            def to_local(mapper, record, to_attr):
                amount = read(mapper, record, to_attr)
                return _converter(mapper).to_local(amount, record.get(currency_field))

            return to_local

        super().__init__(field, build, "price")
        self.source_fields = (field, currency_field)
        self.exported = lambda local: _exported_price(local, currency_field)


def _exported_price(field: str, currency_field: str) -> Modifier:
    def build(read, keeps_falsy):
        def to_remote(mapper, record, to_attr):
            amount = read(mapper, record, to_attr)
            return _converter(mapper).to_remote(amount, record[currency_field], record)

        return to_remote

    return Modifier(field, build, "price")


def _converter(mapper: Any) -> OdooPriceConverter:
    return mapper.component(usage="price.converter")


class OdooPriceConverter(Component):
    """Convert prices between the currencies of both sides, at today's rate.

    A price without a currency that both sides know is not converted.
    """

    _name = "odoo.price.converter"
    _inherit = "odoo.connector"
    _usage = "price.converter"

    def to_local(self, amount: float, external_currency_id: int | bool) -> float:
        """Return a remote price in the currency of the local company."""
        return self._convert(
            amount,
            self._find_currency(external_currency_id),
            self.env.company.currency_id,
        )

    def to_remote(
        self, amount: float, currency: models.BaseModel, binding: models.BaseModel
    ) -> float:
        """Return a local price in the currency of the remote record."""
        return self._convert(
            amount, currency, self._find_currency(self._external_currency_id(binding))
        )

    def _convert(self, amount, source, target):
        if not (amount and source and target) or source == target:
            return amount
        return source._convert(amount, target)

    def _find_currency(self, external_id: int | bool) -> models.BaseModel:
        matcher = self.component(usage="record.matcher", model_name="res.currency")
        ids = matcher.match_many([external_id] if external_id else [])
        return self.env["res.currency"].browse(ids[:1])

    def _external_currency_id(self, binding: models.BaseModel) -> int | bool:
        """Return the currency of the remote record, or of our user's company."""
        remote = self.work.remote
        if binding.external_id:
            adapter = self.component(usage="backend.adapter")
            row = adapter.read(int(binding.external_id), ["currency_id"])
            if row and row.get("currency_id"):
                return row["currency_id"]
        return remote.remember("company currency", self._read_company_currency)

    def _read_company_currency(self) -> int | bool:
        remote = self.work.remote
        company_id = remote.read_value("res.users", remote.uid, "company_id")
        return remote.read_value("res.company", company_id, "currency_id")
