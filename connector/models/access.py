# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Access rights and company rules of a connector's models, declared once.

A connector declares on its backend, and on the abstract base of its bindings, which
groups may do what. Each model below gets access rows and a record rule when its addon
is installed or updated::

    class ShopBinding(models.AbstractModel):
        _name = "shop.binding"
        _inherit = "connector.binding.mixin"
        _connector_access = BINDING_ACCESS  # {group: operations}

    shop.customer ─► shop_connector.access_shop_customer_manager    ir.model.access
                     shop_connector.access_shop_customer_user
                     shop_connector.rule_shop_customer              ir.rule, by company

They are records of the addon that defines the model, as if its data files declared
them: an administrator sees them, an update of the addon writes them again and deletes
those that are not declared any more, and an uninstallation deletes them. A model
without ``_connector_access`` has its rows in data files.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from odoo import api, models
from odoo.exceptions import AccessError

#: operations of a group that only reads
READ_ACCESS = ("read",)
#: operations of a group that may do everything
FULL_ACCESS = ("read", "write", "create", "unlink")
#: views connectors, retries and ignores errors, decides about conflicts and deletions
OPERATOR = "connector.group_connector_operator"
#: sets connectors up; is an operator, too
MANAGER = "connector.group_connector_manager"
#: access to a backend: managers set it up, operators see it
BACKEND_ACCESS = {MANAGER: FULL_ACCESS, OPERATOR: READ_ACCESS}
#: access to bindings: users see where their records are bound
BINDING_ACCESS = {**BACKEND_ACCESS, "base.group_user": READ_ACCESS}


class ConnectorAccess(models.AbstractModel):
    """Base of models whose access rights are declared by an attribute."""

    _name = "connector.access"
    _description = "Declared Access Rights"

    #: ``{group: operations}``; None: the rows are in data files
    _connector_access: Mapping[str, Collection[str]] | None = None

    def init(self) -> None:
        """Load the access rows and the rule, once the models of the addon exist."""
        super().init()
        is_stored = self._auto and not self._abstract
        if self._connector_access is not None and is_stored:
            if "module" in self.env.context:  # the addon is installed or updated
                self.pool.post_init(self._load_access)

    def _load_access(self) -> None:
        module, table = self._original_module, self._table
        model_id = self.env["ir.model"]._get(self._name).id
        rows = {
            f"{module}.access_{table}_{shorten_group(group)}": {
                "name": f"{self._name} {shorten_group(group)}",
                "model_id": model_id,
                "group_id": self.env.ref(group).id,
                **{f"perm_{name}": name in operations for name in FULL_ACCESS},
            }
            for group, operations in self._connector_access.items()
        }
        if len(rows) < len(self._connector_access):
            raise ValueError(f"{self._name}._connector_access: groups of equal names")
        self.env["ir.model.access"]._load_records(
            [{"xml_id": key, "values": values} for key, values in rows.items()],
            update=True,
        )
        if domain := self._company_domain():
            rule = {
                "name": f"{self._name}: company of the backend",
                "model_id": model_id,
                "domain_force": domain,
            }
            self.env["ir.rule"]._load_records(
                [{"xml_id": f"{module}.rule_{table}", "values": rule}], update=True
            )

    @api.model
    def _check_is_operator(self) -> None:
        """Raise an error unless the user may operate connectors.

        Methods that decide, retry or ignore call it, and then act as superuser on the
        records that the user may read. Every model has it by
        ``self.env["connector.access"]``.

        :raise odoo.exceptions.AccessError: naming the group
        """
        if self.env.su or self.env.user.has_group(OPERATOR):
            return
        raise AccessError(
            self.env._(
                "Only users of the group %(group)s may do this. Ask an administrator "
                "to add you to it.",
                group=self.env.ref(OPERATOR).sudo().full_name,
            )
        )

    def _company_domain(self) -> str | None:
        """Return the domain of the rule, None for backends without a company."""
        path, model = "company_id", self
        if "backend_id" in self._fields:
            path, model = "backend_id.company_id", self.env[self.backend_id._name]
        if "company_id" not in model._fields:
            return None
        return f"['|', ('{path}', '=', False), ('{path}', 'in', company_ids)]"


def shorten_group(group: str) -> str:
    """Return the short name of a group: ``user`` for ``base.group_user``."""
    module, _, name = group.partition(".")
    return name.removeprefix("group_").removeprefix(f"{module}_")
