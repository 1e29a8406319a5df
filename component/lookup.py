# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Component lookup by usage or by name; mixin of the work context.

::

    component(usage) ── cached answer ──────────────────────────────→ component class
         │ not cached                                                       ↑
    _lookup_components: registry.lookup(collection, usage, model)           │
         │              and _component_match                                │
    several: _filter_components_by_collection, _by_model ── exactly one ────┘
         │
    none or several: _raise_undecided, with an explanation

An answer is cached unless a candidate overrides ``_component_match``, or the lookup is
not standard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from . import explanation, resolution
from .definitions import MetaComponent, component_name, describe
from .exception import NoComponentError, SeveralComponentError

C = TypeVar("C")


class ComponentLookup:
    """Mixin of the work context that looks up components."""

    collection: Any
    model_name: Any
    components_registry: Any

    #: False if a subclass overrides a hook of the lookup, or the registry is a mock:
    #: nothing is cached then
    _lookup_is_standard = True

    if TYPE_CHECKING:

        def work_on(self, model_name: Any = None, collection: Any = None) -> Any: ...

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._lookup_is_standard = all(
            getattr(cls, name) is getattr(ComponentLookup, name)
            for name in (
                "_component_class_by_name",
                "_lookup_components",
                "_matching_components",
                "_filter_components_by_collection",
                "_filter_components_by_model",
            )
        )

    @staticmethod
    def _ensure_model_name(model_or_name: Any) -> Any:
        """Return the name of a model, given the name or a recordset."""
        if model_or_name.__class__ is str:
            return model_or_name
        return getattr(model_or_name, "_name", model_or_name)

    def _component_class_by_name(self, name: str) -> Any:
        component_class = self.components_registry.get(name)
        if component_class is None:
            similar = explanation.similar(name, tuple(self.components_registry))
            raise NoComponentError(
                f"No component with name {name!r} found."
                + (f" Similar names: {', '.join(similar)}." if similar else "")
            )
        return component_class

    @overload
    def component_by_name(self, name: type[C], model_name: Any = None) -> C: ...
    @overload
    def component_by_name(self, name: str, model_name: Any = None) -> Any: ...

    def component_by_name(self, name: Any, model_name: Any = None) -> Any:
        """Return the component with a name.

        :param name: the name; or a definition of the component, from which an editor
            knows the type
        :param model_name: name of another model to work on, or a recordset of it
        :raises NoComponentError: if there is none, or it is for another collection or
            other models
        """
        if model_name is None:
            model_name = self.model_name
        elif model_name.__class__ is not str:
            model_name = self._ensure_model_name(model_name)
        if self._lookup_is_standard:
            component_class = self.components_registry._named.get(
                (self.collection._name, name, model_name)
            )
            if component_class is not None:
                if model_name == self.model_name:
                    return component_class(self)
                return component_class(self.work_on(model_name))
        if isinstance(name, type):
            name = self._name_of(name)
        return self._choose_named_component(name, model_name)

    def _choose_named_component(self, name: str, model_name: Any) -> Any:
        model_name = model_name or self.model_name
        component_class = self._component_class_by_name(name)
        collection_name = self.collection._name
        if not resolution.is_of_collection(component_class, collection_name):
            raise NoComponentError(
                f"Component with name {name!r} can't be used for collection "
                f"{collection_name!r}: it is for {component_class._collection!r}."
            )
        if not resolution.is_for_model(component_class, model_name):
            models = component_class.apply_on_models
            hints = [f"component_by_name({name!r}, model_name={m!r})" for m in models]
            raise NoComponentError(
                f"Component with name {name!r} can't be used for model "
                f"{model_name!r}.\nHint: you might want to use: "
                f"{' or '.join(hints) or 'another component'}"
            )
        if self._lookup_is_standard:
            key = (collection_name, name, model_name)
            self.components_registry._named[key] = component_class
        work = self if model_name == self.model_name else self.work_on(model_name)
        return component_class(work)

    @overload
    def component(self, usage: type[C], model_name: Any = None, **kw: Any) -> C: ...
    @overload
    def component(
        self, usage: str | None = None, model_name: Any = None, **kw: Any
    ) -> Any: ...

    def component(self, usage: Any = None, model_name: Any = None, **kw: Any) -> Any:
        """Return the component for a usage.

        Of several matches, those for exactly this collection win; of several such
        matches, those for exactly this model.

        :param usage: the usage; or a definition with this usage, from which an editor
            knows the type
        :param model_name: name of another model to work on, or a recordset of it
        :param kw: passed to the ``_component_match`` of the components
        :raises NoComponentError: if no component matches; it explains each mismatch
        :raises SeveralComponentError: if several match, and none is more specific
        """
        if model_name is None:
            model_name = self.model_name
        elif model_name.__class__ is not str:
            model_name = self._ensure_model_name(model_name)
        if self._lookup_is_standard:
            component_class = self.components_registry._answers.get(
                (self.collection._name, usage, model_name)
            )
            if component_class is not None:
                if model_name == self.model_name:
                    return component_class(self)
                return component_class(self.work_on(model_name))
        return self._choose_component(usage, model_name, kw)

    def many_components(
        self, usage: Any = None, model_name: Any = None, **kw: Any
    ) -> list[Any]:
        """Return all components for a usage, in registration order.

        :param usage: the usage, or a definition with this usage
        """
        if isinstance(usage, type):
            usage = self._usage_of(usage)
        component_classes, work = self._matching_components(
            usage=usage, model_name=model_name, **kw
        )
        return [component_class(work) for component_class in component_classes]

    def explain(
        self, usage: Any = None, model_name: Any = None, **kw: Any
    ) -> explanation.Explanation:
        """Explain the choice of ``component()``: the verdict on each candidate."""
        model_name = self._ensure_model_name(model_name) or self.model_name
        if isinstance(usage, type):
            usage = self._usage_of(usage)
        return explanation.explain(
            self.components_registry.by_usage,
            self.collection._name,
            usage,
            model_name,
            lambda cls: resolution.ask_match(cls, self, usage, model_name, kw),
        )

    def _choose_component(self, usage: Any, model_name: Any, kw: dict) -> Any:
        if isinstance(usage, type):
            return self.component(self._usage_of(usage), model_name, **kw)
        model_name = model_name or self.model_name
        left, work = self._matching_components(usage=usage, model_name=model_name, **kw)
        if len(left) > 1:
            left = self._filter_components_by_collection(left) or left
        if len(left) > 1:
            left = self._filter_components_by_model(left, work.model_name) or left
        if len(left) != 1:
            self._raise_undecided(usage, model_name, kw, left)
        component_class = left[0]
        self._remember_answer(usage, model_name, component_class)
        return component_class(work)

    @staticmethod
    def _name_of(definition: type) -> str:
        """Return the name of the component that a definition defines or extends.

        :raises NoComponentError: if the class defines no component, or several
        """
        is_component = isinstance(definition, MetaComponent)
        name = component_name(definition) if is_component else None
        if not name:
            raise NoComponentError(
                f"{describe(definition)} is not the definition of one component: it "
                "has neither a _name nor exactly one _inherit. Use the name instead."
            )
        return name

    def _usage_of(self, definition: type) -> str:
        """Return the usage of a definition's component, which may be inherited.

        :raises NoComponentError: if the component is not in the registry, or has no
            usage
        """
        name = self._name_of(definition)
        usage = self._component_class_by_name(name)._usage
        if usage is None:
            raise NoComponentError(
                f"Component {name!r} has no _usage: component() cannot find "
                f"{describe(definition)}. Use component_by_name({name!r})."
            )
        return usage

    def _remember_answer(
        self, usage: Any, model_name: Any, component_class: Any
    ) -> None:
        """Cache the choice, unless a ``_component_match`` may decide otherwise."""
        if not self._lookup_is_standard:
            return
        registry = self.components_registry
        key = (self.collection._name, usage, model_name)
        candidates = registry.lookup(*key)
        if not any(map(resolution.has_own_match, candidates)):
            registry._answers[key] = component_class

    def _raise_undecided(
        self, usage: Any, model_name: Any, kw: dict, left: list[Any]
    ) -> None:
        found = self.explain(usage, model_name, **kw)
        if left:
            names = ", ".join(repr(c._name) for c in left)
            raise SeveralComponentError(
                f"Several components found {found.sought}. Found: {names}. "
                f"{found.advice}",
                explanation=found,
            )
        raise NoComponentError(
            f"No component found {found.sought}.\n{found}",
            explanation=found,
        )

    def _matching_components(
        self, usage: str | None = None, model_name: Any = None, **kw: Any
    ) -> tuple[list[Any], ComponentLookup]:
        """Return the matching classes, and the work context for them."""
        model_name = self._ensure_model_name(model_name) or self.model_name
        component_classes = self._lookup_components(
            usage=usage, model_name=model_name, **kw
        )
        if model_name == self.model_name:
            return component_classes, self
        return component_classes, self.work_on(model_name)

    def _lookup_components(
        self, usage: str | None = None, model_name: Any = None, **kw: Any
    ) -> list[Any]:
        """Return the classes that match, also by their ``_component_match``."""
        return [
            component_class
            for component_class in self.components_registry.lookup(
                self.collection._name, usage=usage, model_name=model_name
            )
            if not resolution.has_own_match(component_class)
            or resolution.ask_match(component_class, self, usage, model_name, kw)
        ]

    def _filter_components_by_collection(
        self, component_classes: list[Any]
    ) -> list[Any]:
        return resolution.only_of_collection(component_classes, self.collection._name)

    def _filter_components_by_model(
        self, component_classes: list[Any], model_name: Any
    ) -> list[Any]:
        return resolution.only_for_model(component_classes, model_name)
