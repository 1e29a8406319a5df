# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields

from odoo.addons.connector.api import Component


class OdooChangesImporter(Component):
    """Incremental importer by write date, by the clock of the other Odoo."""

    _name = "odoo.changes.importer"
    _inherit = ["odoo.connector", "generic.changes.importer"]

    #: a write date is the start of its transaction, which may take a while
    _overlap_seconds = 120

    def _filters_since(self, since):
        """Exclude records that are created while the search runs.

        So a search ends, however fast the other Odoo creates records: the next search
        finds them. Records that are written meanwhile stay among the results.
        """
        filters = [("id", "<=", self.backend_adapter.find_last_id())]
        if since is not None:
            filters.append(("write_date", ">=", fields.Datetime.to_string(since)))
        return filters

    def _now(self):
        """Return the last write date, or our time if that date is in the future.

        If the remote clock was once ahead, records written after its correction would
        lie before the cursor. Records with future dates are found in every search, and
        recognized.
        """
        now = super()._now()
        return min(self.backend_adapter.find_last_write_date() or now, now)
