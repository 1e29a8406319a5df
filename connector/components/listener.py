# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from odoo.addons.component.core import AbstractComponent


class ConnectorListener(AbstractComponent):
    """Decide, when a record changes, whether the backend must hear of it."""

    _name = "base.connector.listener"
    _inherit = ["base.connector", "base.event.listener"]

    def no_connector_export(self, record: models.BaseModel) -> bool:
        """Tell whether the change comes from a connector and stays here.

        To be used as ``@skip_if(lambda self, record, *args, **kwargs:
        self.no_connector_export(record))``.
        """
        context = record.env.context
        return bool(
            context.get("no_connector_export") or context.get("connector_no_export")
        )
