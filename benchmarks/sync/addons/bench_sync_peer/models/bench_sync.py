# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class BenchSync(models.AbstractModel):
    _name = "bench.sync"
    _description = "Benchmark of the synchronization: peer"

    @api.model
    def set_up(self, url, database, key):
        self.env["bench.backend"].create(
            {
                "name": "Source",
                "url": url,
                "database": database,
                "login": "admin",
                "key": key,
            }
        )

    @api.model
    def enqueue(self, domain):
        backend = self.env["bench.backend"].search([])
        self.env["bench.res.partner"].with_delay().import_batch(backend, domain)
