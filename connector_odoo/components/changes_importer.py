# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields

from odoo.addons.component.core import Component


class OdooChangesImporter(Component):
    """Look for what was written in the other Odoo, by the clock of that Odoo."""

    _name = "odoo.changes.importer"
    _inherit = ["odoo.connector", "generic.changes.importer"]

    #: a write date is the beginning of the transaction, which may take a while
    _overlap_seconds = 120

    def _filters_since(self, since):
        """Ask for what was written since, but not for what is created meanwhile.

        So a search ends, however fast the other Odoo creates records: the next one
        finds these. What is written meanwhile stays among the results.
        """
        filters = [("id", "<=", self.backend_adapter.find_last_id())]
        if since is not None:
            filters.append(("write_date", ">=", fields.Datetime.to_string(since)))
        return filters

    def _now(self):
        """Return when anything was last written there, but no time that is to come.

        Where that clock was ahead once, what is written after it was set right would
        lie before the cursor for ever. What lies ahead is found each time, and known.
        """
        now = super()._now()
        return min(self.backend_adapter.find_last_write_date() or now, now)
