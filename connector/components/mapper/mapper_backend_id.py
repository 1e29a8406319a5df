# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from typing import Any

from odoo.addons.component.core import AbstractComponent

from .definitions import mapping


class BackendIdMapper(AbstractComponent):
    """Map the backend of the work context; inherit it beside an import mapper."""

    _name = "connector.backend.id.mapper"
    _inherit = "base.mapper"

    @mapping
    def backend_id(self, record: Any) -> dict[str, int]:
        return {"backend_id": self.backend_record.id}
