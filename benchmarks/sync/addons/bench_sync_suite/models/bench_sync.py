# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

PARTNERS = "odoo.res.partner"


class BenchSync(models.AbstractModel):
    _name = "bench.sync"
    _description = "Benchmark of the synchronization: this suite"

    @api.model
    def set_up(self, url, database, key):
        self.env["odoo.backend"].create(
            {
                "name": "Source",
                "url": url,
                "database": database,
                "login": "admin",
                "api_key": key,
                "state": "checked",
            }
        )

    @api.model
    def enqueue(self, domain):
        """Do what the button *Import all* does, for the partners of the domain."""
        backend = self.env["odoo.backend"].search([])
        run = self.env["connector.sync.run"].sudo()._start(backend, PARTNERS)
        self.env[PARTNERS].with_delay().import_batch(backend, domain, run=run)
