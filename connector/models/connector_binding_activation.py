# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from odoo import api, models
from odoo.tools import SQL

from ..database import retry_without_database


class ConnectorBindingMixin(models.AbstractModel):
    """Export what was edited while the backend was off."""

    _inherit = "connector.binding.mixin"

    @api.model
    @api.private
    @retry_without_database
    def export_unconfirmed(self, backend) -> str:
        """Delay an export for each binding of the backend with an unconfirmed edit."""
        unconfirmed = self.env["connector.unconfirmed.field"]
        count = unconfirmed._delay_exports(self._find_unconfirmed(backend))
        return self.env._("%s records to export", count)

    @api.model
    def _find_unconfirmed(self, backend) -> models.BaseModel:
        """Return the bindings of the backend that have unconfirmed edits: one query."""
        self.flush_model(["backend_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT binding.id FROM %(table)s AS binding
                WHERE binding.backend_id = %(backend_id)s AND EXISTS (
                    SELECT FROM connector_unconfirmed_field AS edit
                    WHERE edit.model_name = %(model)s AND edit.binding_id = binding.id
                )
                ORDER BY binding.id
                """,
                table=SQL.identifier(self._table),
                backend_id=backend.id,
                model=self._name,
            )
        )
        return self.browse([binding_id for (binding_id,) in rows])


class ConnectorUnconfirmedField(models.Model):
    _inherit = "connector.unconfirmed.field"

    @api.model
    def _find_models(self, model_names: list[str]) -> list[str]:
        """Return those of the models that have unconfirmed edits, in this order."""
        self.env.cr.execute(
            """
            SELECT model.name FROM unnest(%s::varchar[]) AS model (name) WHERE EXISTS (
                SELECT FROM connector_unconfirmed_field AS edit
                WHERE edit.model_name = model.name
            )
            """,
            [model_names],
        )
        found = {name for (name,) in self.env.cr.fetchall()}
        return [name for name in model_names if name in found]
