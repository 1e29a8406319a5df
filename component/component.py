# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The base classes of component definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .component_classes import build_component_classes
from .definitions import MetaComponent

if TYPE_CHECKING:
    from odoo.api import Environment
    from odoo.models import BaseModel

    from .component_plans import ClassesByName
    from .work import WorkContext


class AbstractComponent(metaclass=MetaComponent):
    """Component that other components inherit, and that lookups do not find.

    ``_name`` alone defines a new component, ``_inherit`` alone extends the named one,
    both together define a new one that inherits. All inherit from ``base``.
    """

    _register = False
    _abstract = True

    #: name of the component
    _name: str | None = None
    #: name or names of the components to extend or to inherit
    _inherit: Any = None
    #: name of its collection; None: any
    _collection: str | None = None
    #: name or names of its models; None: any
    _apply_on: Any = None
    #: its task ("record.importer", "binder", ...)
    _usage: str | None = None

    #: on a component class: the names of its direct children
    _inherit_children: Any

    def __init__(self, work_context: WorkContext):
        self.work = work_context

    @classmethod
    def _component_match(
        cls,
        work: WorkContext,
        usage: str | None = None,
        model_name: str | None = None,
        **kw: Any,
    ) -> bool:
        """Return True if a lookup may choose this component.

        Collection, usage and model fit already. An override is called by every lookup
        that may choose the component.

        :param kw: keyword arguments of ``component()`` or ``many_components()``
        """
        return True

    _component_match.__func__._is_default = True  # type: ignore[attr-defined]

    @classmethod
    def _build_component(cls, registry: ClassesByName) -> type[AbstractComponent]:
        """Build this definition into a registry and return the component class.

        :raises TypeError: if the definition is invalid
        """
        return build_component_classes(registry, [cls])[-1]

    @classmethod
    def _complete_component_build(cls) -> None:
        """Prepare the component class, whose bases are complete.

        Called before the class is added to the registry, and again each time it or
        one of its parents is extended later.
        """

    @property
    def collection(self) -> BaseModel:
        """The collection of the work context: usually a backend record."""
        return self.work.collection

    @property
    def env(self) -> Environment:
        """The environment of the collection."""
        return self.work.env

    @property
    def model(self) -> BaseModel:
        """The model of the work context."""
        return self.work.model

    def component_by_name(self, name: Any, model_name: Any = None) -> Any:
        """Return a component by name: see ``WorkContext.component_by_name``."""
        return self.work.component_by_name(name, model_name=model_name)

    def component(self, usage: Any = None, model_name: Any = None, **kw: Any) -> Any:
        """Return the component for a usage: see ``WorkContext.component``."""
        return self.work.component(usage, model_name, **kw)

    def many_components(
        self, usage: str | None = None, model_name: Any = None, **kw: Any
    ) -> list[Any]:
        """Return all components for a usage: see ``WorkContext.many_components``."""
        return self.work.many_components(usage, model_name, **kw)

    def __repr__(self) -> str:
        return f"<component {self._name!r} for {self.work!r}>"


class Component(AbstractComponent):
    """Component that lookups find."""

    _register = False
    _abstract = False
