# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections import defaultdict
from contextlib import closing, contextmanager
from typing import Any

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import NO_ACCESS

from odoo.addons.connector.api import BACKEND_ACCESS, secret_input
from odoo.addons.connector.servers import find_server

from ..connection_check import check_connection
from ..pasted_address import cut_address
from ..remote import RemoteOdoo

DIRECTIONS = [
    ("import", "Import"),
    ("export", "Export"),
    ("both", "Both ways"),
]


class OdooBackend(models.Model):
    """Another Odoo: its address, our user there, and what is synchronized."""

    _name = "odoo.backend"
    _inherit = ["connector.backend.mixin", "mail.thread", "mail.activity.mixin"]
    _description = "Odoo Backend"
    _connector_access = BACKEND_ACCESS

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Jobs run in this company. Empty: the company of the user who started "
        "them",
    )
    owner_id = fields.Many2one(
        "res.users",
        string="Default owner",
        domain=[("share", "=", False)],
        help="Gets the records whose salesperson has no local account. Accounts match "
        "if their logins are the same",
    )
    url = fields.Char(
        string="Address",
        required=True,
        help="Address at which users open the other Odoo",
    )
    database = fields.Char(required=True, help="The name of its database")
    login = fields.Char(
        required=True,
        help="Remote login; needs read access to imported models and write access to "
        "exported ones",
    )
    api_key = secret_input(
        "secret",
        bound_to=["url", "database"],
        string="API key or password",
        help="Can be set, never read again",
    )
    secret = fields.Char(groups=NO_ACCESS, copy=False)
    chunk_size = fields.Integer(
        default=200, required=True, help="Records imported in one transaction"
    )
    sync_partners = fields.Selection(
        DIRECTIONS, string="Contacts", default="import", help="Contacts and their tags"
    )
    sync_products = fields.Selection(
        DIRECTIONS,
        string="Products",
        help="Products, their variants, attributes and categories",
    )
    export_new = fields.Boolean(
        string="Export new records",
        help="Also create remote records for new local ones that match the domains "
        "below; otherwise only bound records are synchronized",
    )
    export_deletions = fields.Boolean(
        string="Export deletions",
        help="Also delete the remote record when a bound local record is deleted",
    )
    conflict_policy = fields.Selection(
        [
            ("remote", "Keep the other Odoo's version"),
            ("local", "Keep our version"),
            ("newest", "Keep the newer version"),
            ("ask", "Ask someone"),
        ],
        string="Conflicts",
        default="remote",
        required=True,
        help="The version that is kept when both sides changed the same field",
    )

    removal_policy = fields.Selection(
        [
            ("skip", "Keep the record"),
            ("archive", "Archive the record"),
            ("unbind", "Keep the record, and unbind it"),
            ("delete", "Delete the record"),
        ],
        string="When deleted in the other Odoo",
        default="archive",
        required=True,
        help="Action to take locally when the remote record is deleted",
    )

    first_import = fields.Selection(
        [
            ("ask", "Ask before the first import"),
            ("bind", "Bind them"),
            ("create", "Create new records"),
        ],
        string="Similar local records",
        default="ask",
        required=True,
        copy=False,
        help="How an import treats records that are not bound, but resemble a local "
        "record, for example after a reinstallation",
    )

    _chunk_size_positive = models.Constraint(
        "CHECK (chunk_size > 0)", "A chunk holds at least one record."
    )

    # -- the connection -------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_cut_address(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._with_cut_address(vals))

    @api.model
    def _with_cut_address(self, vals: dict[str, Any]) -> dict[str, Any]:
        """Return the values with the address of the server of a pasted page."""
        if not isinstance(vals.get("url"), str):
            return vals
        return {**vals, "url": cut_address(vals["url"]).url}

    @api.onchange("url")
    def _onchange_url(self):
        """Cut a pasted address to the server, and say what was cut."""
        pasted = cut_address(self.url or "")
        self.url = pasted.url
        if pasted.database and not self.database:
            self.database = pasted.database
        if not pasted.cut:
            return None
        return {
            "warning": {
                "type": "notification",
                "title": self.env._("The address of the server is enough"),
                "message": self.env._("%s was cut.", pasted.cut),
            }
        }

    @api.constrains("url")
    def _check_url(self):
        for backend in self:
            if not find_server(backend.url):
                raise ValidationError(
                    self.env._(
                        "The address must look like https://erp.example.com, without "
                        "login, password, ? or #: enter the login and the API key in "
                        "their fields."
                    )
                )

    @contextmanager
    def work_on(self, model_name, **kwargs):
        """Share one connection between the components, opened on first use."""
        backend = self.with_company(self.company_id) if self.company_id else self
        with closing(RemoteOdoo(backend)) as remote:
            with super(OdooBackend, backend).work_on(
                model_name, remote=remote, **kwargs
            ) as work:
                yield work

    def _check_connection(self):
        self.ensure_one()
        return check_connection(self)

    # -- models ---------------------------------------------------------------

    @api.model
    def _models_by_choice(self) -> dict[str, list[str]]:
        """Return the binding models that each selection field stands for.

        They come in the order of their definition: dependencies first.
        """
        choices = defaultdict(list)
        for model_name in self.pool.descendants(["odoo.binding"], "_inherit"):
            if choice := self.env[model_name]._sync_choice:
                choices[choice].append(model_name)
        return choices

    def _chosen_models(self, *directions: str) -> list[str]:
        self.ensure_one()
        return [
            model_name
            for choice, model_names in self._models_by_choice().items()
            if self[choice] in directions
            for model_name in model_names
        ]

    def _imported_models(self):
        return self._chosen_models("import", "both")

    def _exported_models(self):
        return self._chosen_models("export", "both")

    def _models_exported_on_activation(self):
        # a model may have become import-only meanwhile
        return self._exported_models()

    @api.depends(lambda self: list(self._models_by_choice()))
    def _compute_directions(self):
        super()._compute_directions()

    # -- the form -------------------------------------------------------------

    def _describe_removals(self):
        described = {
            "skip": self.env._(
                "Records deleted in %s are listed, and kept here.", self.display_name
            ),
            "archive": self.env._(
                "Records deleted in %s will be archived here.", self.display_name
            ),
            "unbind": self.env._(
                "Records deleted in %s will be unbound here, and kept.",
                self.display_name,
            ),
            "delete": self.env._(
                "Records deleted in %s will be deleted here.", self.display_name
            ),
        }[self.removal_policy]
        if self.removal_policy == "skip":
            return described
        return self.env._(
            "%(described)s You are asked first if they are more than %(share)s %% of "
            "a model.",
            described=described,
            share=self.max_removed_percent,
        )
