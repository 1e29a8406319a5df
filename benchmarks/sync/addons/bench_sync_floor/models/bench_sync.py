# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from pathlib import Path

from odoo import api, models


class BenchSync(models.AbstractModel):
    _name = "bench.sync"
    _description = "Benchmark of the synchronization: floor"

    @api.model
    def set_up(self, tag_names):
        """Create the tags and return their ids."""
        return (
            self.env["res.partner.category"]
            .create([{"name": name} for name in tag_names])
            .ids
        )

    @api.model
    def enqueue(self, paths):
        for path in paths:
            self.with_delay().create_partners(path)

    @api.model
    def create_partners(self, path):
        """Create the partners that a file holds: companies, then their people."""
        values = json.loads(Path(path).read_text())
        partners = self.env["res.partner"]
        company_ids = partners.create(values["companies"]).ids
        partners.create(
            [
                {**person, "parent_id": company_ids[position]}
                for position, person in values["people"]
            ]
        )
