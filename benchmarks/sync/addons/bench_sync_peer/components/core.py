# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import AbstractComponent


class BenchConnector(AbstractComponent):
    _name = "bench.connector"
    _inherit = "base.connector"
    _collection = "bench.backend"
