# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector.api import (
    TWO_WAY_COMPONENTS,
    AbstractComponent,
    define_default_components,
)


class OdooConnector(AbstractComponent):
    """Base of all components of the connector to another Odoo."""

    _name = "odoo.connector"
    _inherit = "base.connector"
    _collection = "odoo.backend"


# binder, importers, exporters, deleter, conflict resolver: extend them as odoo.<usage>
define_default_components(OdooConnector, TWO_WAY_COMPONENTS)
