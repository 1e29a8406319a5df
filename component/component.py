# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The two classes that component definitions are written on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .component_classes import build_component_classes
from .definitions import MetaComponent

if TYPE_CHECKING:
    from odoo.api import Environment
    from odoo.models import BaseModel

    from .registry import ComponentRegistry
    from .work import WorkContext


class AbstractComponent(metaclass=MetaComponent):
    """Define a component that others inherit and that no lookup finds.

    ``_name`` alone makes a new component, ``_inherit`` alone extends the one named,
    both together make a new one built on the others. All are built on ``base``.
    """

    _register = False
    _abstract = True

    #: name of the component
    _name: str | None = None
    #: name or names of the components to extend or to build on
    _inherit: Any = None
    #: name of the collection it belongs to; None: to any
    _collection: str | None = None
    #: name or names of the models it is for; None: for any
    _apply_on: Any = None
    #: what it is for ("record.importer", "binder", ...)
    _usage: str | None = None

    #: on a component class: the names of the components built directly on it
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
        """Tell whether this component will do, beyond collection, usage and model.

        An override is asked at every lookup that would choose the component.

        :param kw: what was given to ``component()`` or ``many_components()``
        """
        return True

    @classmethod
    def _build_component(cls, registry: ComponentRegistry) -> type[AbstractComponent]:
        """Build this one definition into a registry and return the component class.

        :raises TypeError: when the definition is wrong
        """
        return build_component_classes(registry, [cls])[-1]

    @classmethod
    def _complete_component_build(cls) -> None:
        """Prepare the component class, once all that it is built on is known.

        Called before the class is put into the registry, and again each time it or
        one of its parents is extended later.
        """

    @property
    def collection(self) -> BaseModel:
        """The record whose components these are."""
        return self.work.collection

    @property
    def env(self) -> Environment:
        """The environment of the collection."""
        return self.work.env

    @property
    def model(self) -> BaseModel:
        """The model that is worked on."""
        return self.work.model

    def component_by_name(self, name: Any, model_name: Any = None) -> Any:
        """Return a component by its name: see ``WorkContext.component_by_name``."""
        return self.work.component_by_name(name, model_name=model_name)

    def component(self, usage: Any = None, model_name: Any = None, **kw: Any) -> Any:
        """Return the component for a usage: see ``WorkContext.component``."""
        return self.work.component(usage, model_name, **kw)

    def many_components(
        self, usage: str | None = None, model_name: Any = None, **kw: Any
    ) -> list[Any]:
        """Return all for a usage: see ``WorkContext.many_components``."""
        return self.work.many_components(usage, model_name, **kw)

    def __repr__(self) -> str:
        return f"<component {self._name!r} for {self.work!r}>"


class Component(AbstractComponent):
    """Define a component that lookups find."""

    _register = False
    _abstract = False
