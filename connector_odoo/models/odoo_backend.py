# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from contextlib import closing, contextmanager

from odoo import api, fields, models
from odoo.fields import NO_ACCESS

from ..remote import RemoteOdoo


class OdooBackend(models.Model):
    """Another Odoo: where it is, and as whom we speak to it."""

    _name = "odoo.backend"
    _inherit = ["connector.backend"]
    _description = "Odoo Backend"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    url = fields.Char(string="Address", required=True, help="https://erp.example.com")
    database = fields.Char(required=True)
    login = fields.Char(required=True)
    api_key = fields.Char(
        string="API key",
        compute="_compute_api_key",
        inverse="_inverse_api_key",
        help="Can be set, never read again",
    )
    secret = fields.Char(groups=NO_ACCESS, copy=False)
    chunk_size = fields.Integer(
        default=200, required=True, help="Records imported in one transaction"
    )

    sync_partners = fields.Boolean(
        string="Contacts", default=True, help="Contacts, and their tags"
    )
    sync_products = fields.Boolean(
        string="Products", help="Products, their variants, attributes and categories"
    )

    _chunk_size_positive = models.Constraint(
        "CHECK (chunk_size > 0)", "A chunk holds at least one record."
    )

    @api.depends("secret")
    def _compute_api_key(self):
        for backend in self:
            backend.api_key = "********" if backend.sudo().secret else False

    def _inverse_api_key(self):
        for backend in self:
            if backend.api_key and set(backend.api_key) != {"*"}:
                backend.sudo().secret = backend.api_key
        self.invalidate_recordset(["api_key"], flush=False)

    @contextmanager
    def work_on(self, model_name, **kwargs):
        """Give the components one connection to the other Odoo, made on first use."""
        with closing(RemoteOdoo(self)) as remote:
            with super().work_on(model_name, remote=remote, **kwargs) as work:
                yield work

    def _imported_models(self) -> list[str]:
        """Return the binding models to import, in the order of their dependencies."""
        self.ensure_one()
        models_by_choice = {
            "sync_partners": ["odoo.res.partner.category", "odoo.res.partner"],
            "sync_products": [
                "odoo.product.category",
                "odoo.product.attribute",
                "odoo.product.attribute.value",
                "odoo.product.template",
                "odoo.product.attribute.line",
                "odoo.product.product",
            ],
        }
        return [
            model_name
            for choice, model_names in models_by_choice.items()
            if self[choice]
            for model_name in model_names
        ]

    def button_check_connection(self):
        """Ask the other Odoo who we are, and tell it."""
        self.ensure_one()
        with closing(RemoteOdoo(self)) as remote:
            message = remote.check()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": message},
        }

    def action_import_now(self):
        """Enqueue the import of every model, each in a run of its own."""
        runs = self.env["connector.sync.run"].sudo()
        for backend in self:
            model_names = backend._imported_models()
            for priority, model_name in enumerate(model_names, start=1):
                run = runs._start(backend, model_name)
                self.env[model_name].with_delay(
                    priority=priority,
                    description=self.env._("Find what to import: %s", run.display_name),
                ).import_batch(backend, run=run)
                runs |= run
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Runs"),
            "res_model": runs._name,
            "view_mode": "list",
            "domain": [("id", "in", runs.ids)],
        }
