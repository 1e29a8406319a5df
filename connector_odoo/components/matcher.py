# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector.api import AbstractComponent, Component

from ..remote import ALL_RECORDS


class OdooMatcher(AbstractComponent):
    """Find the local record that matches a record of another Odoo."""

    _name = "odoo.record.matcher"
    _inherit = ["odoo.connector", "generic.record.matcher"]

    def _read_keys(self, external_ids):
        return self._search_keys("id", external_ids)

    def _search_keys(self, field, values):
        return self.work.remote.call(
            self.model._name,
            "search_read",
            [(field, "in", values)],
            list(self._key_fields),
            load=None,
            context=ALL_RECORDS,
        )


class CountryMatcher(Component):
    _name = "odoo.res.country.matcher"
    _inherit = "odoo.record.matcher"
    _apply_on = "res.country"
    _key_fields = ("code",)


class CountryStateMatcher(Component):
    """Identify a state by its code and its country."""

    _name = "odoo.res.country.state.matcher"
    _inherit = "odoo.record.matcher"
    _apply_on = "res.country.state"
    _key_fields = ("code", "country_id")

    def _search_keys(self, field, values):
        rows = super()._search_keys(field, values)
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
    """Identify a user by the login: users are not copied, both sides have accounts."""

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
