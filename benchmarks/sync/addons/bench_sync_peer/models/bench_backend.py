# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import contextmanager

import vodoo

from odoo import fields, models


class BenchBackend(models.Model):
    _name = "bench.backend"
    _inherit = "connector.backend"
    _description = "Another Odoo"

    name = fields.Char(required=True)
    url = fields.Char(required=True)
    database = fields.Char(required=True)
    login = fields.Char(required=True)
    key = fields.Char(required=True)

    @contextmanager
    def work_on(self, model_name, **kwargs):
        self.ensure_one()
        config = vodoo.OdooConfig(
            url=self.url,
            database=self.database,
            username=self.login,
            password=self.key,
        )
        with vodoo.OdooClient(config) as client:
            with super().work_on(model_name, client=client, **kwargs) as work:
                yield work
