# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mappers that a connector inherits: for its imports, its exports, its backend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from odoo.addons.component.core import AbstractComponent

from .decorators import mapping
from .modifier import Modifier, optional
from .odoo_modifiers import external_to_m2o, m2o_to_external


class ImportMapper(AbstractComponent):
    """Mapper that converts an external record into the values of a record."""

    _name = "base.import.mapper"
    _inherit = "base.mapper"
    _usage = "import.mapper"
    _map_child_usage = "import.map.child"
    _map_child_fallback = "base.map.child.import"
    _missing_is_empty = True

    def _find_modifier(
        self, model_fields: Mapping[str, Any], source: str, target: str
    ) -> Modifier | None:
        field = model_fields.get(target)
        is_relation = field is not None and field.type == "many2one"
        return external_to_m2o(optional(source)) if is_relation else None


class ExportMapper(AbstractComponent):
    """Mapper that converts a record into the values of an external record."""

    _name = "base.export.mapper"
    _inherit = "base.mapper"
    _usage = "export.mapper"
    _map_child_usage = "export.map.child"
    _map_child_fallback = "base.map.child.export"

    def _find_modifier(
        self, model_fields: Mapping[str, Any], source: str, target: str
    ) -> Modifier | None:
        field = model_fields.get(source)
        is_relation = field is not None and field.type == "many2one"
        return m2o_to_external(source) if is_relation else None


class BackendIdMapper(AbstractComponent):
    """Mapper of the backend of the work context; inherit it beside an import mapper."""

    _name = "connector.backend.id.mapper"
    _inherit = "base.mapper"

    @mapping
    def backend_id(self, record: Any) -> dict[str, int]:
        return {"backend_id": self.backend_record.id}
