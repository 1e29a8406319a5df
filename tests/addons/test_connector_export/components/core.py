# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import AbstractComponent


class TestExportConnector(AbstractComponent):
    """Belong to the connector to the system of files."""

    _name = "test.folder.connector"
    _inherit = "base.connector"
    _collection = "test.export.backend"
