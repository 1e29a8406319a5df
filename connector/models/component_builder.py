# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Extend the export listeners of a connector to its models.

A listener whose ``_apply_on`` is an abstract binding model applies to all bindings
below it, to the records that these wrap, and to the models whose changes they follow.
All of this depends on Odoo's models, so it is done once the component registry is
built.
"""

from __future__ import annotations

import logging
import weakref
from typing import Any

from odoo import models

from odoo.addons.component.core import _component_databases

from ..components.exporter.sources import describe_unknown_sources

_logger = logging.getLogger(__name__)

EXPORT_LISTENER = "generic.export.listener"


class ComponentBuilder(models.AbstractModel):
    _inherit = "component.builder"

    def _register_hook(self):
        result = super()._register_hook()
        self._log_unknown_sources()
        return result

    def _log_unknown_sources(self) -> None:
        """Log the export mappers whose records are exported after any change."""
        components_registry = _component_databases.find(self.env)
        for name in components_registry or ():
            steps = describe_unknown_sources(
                self.env, components_registry[name], components_registry
            )
            if steps:
                _logger.info(
                    "Every change of a record that export mapper %s maps is exported, "
                    "as it is not known which fields these read: %s. Name them by "
                    "source_field= or @changed_by.",
                    name,
                    "; ".join(steps),
                )

    def build_registry(self, components_registry, states=None, exclude_addons=None):
        super().build_registry(components_registry, states, exclude_addons)
        base = components_registry.get(EXPORT_LISTENER)
        if base is None:
            return
        base._model_registry = weakref.ref(self.pool)
        classes = [components_registry[name] for name in components_registry]
        listeners = [cls for cls in classes if issubclass(cls, base)]
        of_bases = {
            listener: self._find_models_for(listener, listeners)
            for listener in listeners
            if self._is_binding_base(listener._apply_on)
        }
        for listener in listeners:
            listener._listen(of_bases.get(listener))
            listener._complete_component_build()

    def _is_binding_base(self, model_name: Any) -> bool:
        """Return whether it is the name of an abstract binding model."""
        model = self.env.get(model_name) if isinstance(model_name, str) else None
        is_binding = isinstance(model, self.pool["external.binding"])
        return is_binding and model._abstract

    def _find_models_for(self, listener: Any, listeners: list[Any]) -> list[str]:
        """Return the exported bindings below a base, and the models that they wrap.

        Models of a listener that inherits this one are left to it.
        """
        claimed = {
            model_name
            for other in listeners
            if other is not listener and issubclass(other, listener)
            for model_name in other.apply_on_models or ()
        }
        found: list[str] = []
        for model_name in self.pool.descendants([listener._apply_on], "_inherit"):
            model = self.env[model_name]
            if not model._abstract and getattr(model, "_is_exported", True):
                found += [model_name, *self._wrapped(model, listener._odoo_field)]
        return [name for name in dict.fromkeys(found) if name not in claimed]

    def _wrapped(self, model: models.BaseModel, odoo_field: str) -> list[str]:
        field = model._fields.get(odoo_field)
        return [field.comodel_name] if field else []
