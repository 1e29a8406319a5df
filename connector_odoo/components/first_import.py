# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector.api import Component

from .dates import read_create_date


class OdooFirstImportCheck(Component):
    """Check that ignores the records of a database connected with itself, or a copy."""

    _inherit = "odoo.first.import.check"

    def _is_itself(self, record, row):
        created_at = record.create_date
        return record.id == row["id"] and (
            created_at and created_at.replace(microsecond=0)
        ) == read_create_date(row)
