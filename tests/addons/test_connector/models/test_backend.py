# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

from ..external_system import external_system


class TestBackend(models.Model):
    """A system in memory."""

    _name = "test.backend"
    _inherit = ["connector.backend", "connector.webhook.mixin"]
    _description = "Test Backend"

    name = fields.Char(required=True)
    # many connectors for the OCA addons have such a field, without the mixin
    state = fields.Selection(
        [("draft", "Draft"), ("production", "In Production")], default="production"
    )
    chunk_size = fields.Integer(default=200)
    conflict_policy = fields.Selection(
        [(policy, policy) for policy in ("local", "remote", "newest", "ask")]
    )

    @property
    def system(self):
        """Return the fake system that the adapters speak to."""
        return external_system(self)
