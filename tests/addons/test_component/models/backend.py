# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import contextmanager

from odoo import fields, models


class Client:
    """Stand for the client of an API, that is opened and closed."""

    def __init__(self):
        self.is_open = True


class Backend(models.Model):
    """Collection like those of connectors."""

    _name = "test.component.backend"
    _inherit = "collection.base"
    _description = "Test Component Backend"

    name = fields.Char()

    @contextmanager
    def work_on(self, model_name, **kwargs):
        """Open a client for the time of the work."""
        client = Client()
        try:
            with super().work_on(model_name, client=client, **kwargs) as work:
                yield work
        finally:
            client.is_open = False

    def greet(self, model_name):
        """Return what the component for a model says."""
        with self.work_on(model_name) as work:
            return work.component(usage="test.greeter").greet()
