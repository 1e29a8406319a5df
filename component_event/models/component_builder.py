# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from ..rebuilding import rebuilds


class ComponentBuilder(models.AbstractModel):
    """Let the events of other threads wait while components are built anew."""

    _inherit = "component.builder"

    def _unregister_hook(self):
        rebuilds.begin(self.env.cr.dbname)
        return super()._unregister_hook()

    def _register_hook(self):
        try:
            return super()._register_hook()
        finally:
            rebuilds.end(self.env.cr.dbname)
