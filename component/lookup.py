# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Look up: find components by usage or by name, for a collection and a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from . import explanation, resolution
from .component import AbstractComponent
from .definitions import component_name, describe
from .exception import NoComponentError, SeveralComponentError

C = TypeVar("C", bound=AbstractComponent)

_default_match = AbstractComponent._component_match.__func__  # type: ignore[attr-defined]


class ComponentLookup:
    """Find components in the registry, for the collection and model that are set."""

    collection: Any
    model_name: Any
    components_registry: Any

    #: False where more takes part in a lookup than the registry: a hook overridden in
    #: a subclass, a stand-in for the registry; nothing is remembered then
    _lookup_is_standard = True

    if TYPE_CHECKING:

        def work_on(self, model_name: Any = None, collection: Any = None) -> Any: ...

        @staticmethod
        def _ensure_model_name(model_or_name: Any) -> Any: ...

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

    # look up by name

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
        """Return the component of a name.

        :param name: the name, or the definition of the component, which makes its
            type known to an editor
        :param model_name: name of another model to work on, or a recordset of it
        :raises NoComponentError: when there is none of that name, or it is for another
            collection or other models
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

    # look up by usage

    @overload
    def component(self, usage: type[C], model_name: Any = None, **kw: Any) -> C: ...
    @overload
    def component(
        self, usage: str | None = None, model_name: Any = None, **kw: Any
    ) -> Any: ...

    def component(self, usage: Any = None, model_name: Any = None, **kw: Any) -> Any:
        """Return the component for a usage.

        Of several that fit, those of exactly this collection win; of several still,
        those of exactly this model.

        :param usage: the usage, or a definition whose usage it is and whose type the
            component has for an editor
        :param model_name: name of another model to work on, or a recordset of it
        :param kw: handed on to the ``_component_match`` of the components
        :raises NoComponentError: when no component fits; says why each did not
        :raises SeveralComponentError: when several fit and none of them better
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
        """Return all components for a usage, in registration order, or none.

        :param usage: the usage, or a definition whose usage it is
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
        """Tell which component ``component()`` chooses, and why none of the others."""
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
        """Return the name of the component that a definition makes or extends.

        :raises NoComponentError: when the class says of none which it is
        """
        is_component = issubclass(definition, AbstractComponent)
        name = component_name(definition) if is_component else None
        if not name:
            raise NoComponentError(
                f"{describe(definition)} is not the definition of one component: it "
                "has neither a _name nor exactly one _inherit. Give the name instead."
            )
        return name

    def _usage_of(self, definition: type) -> str:
        """Return the usage that a definition has in the registry, inherited or not.

        :raises NoComponentError: when the component is not in the registry, or has no
            usage
        """
        name = self._name_of(definition)
        usage = self._component_class_by_name(name)._usage
        if usage is None:
            raise NoComponentError(
                f"Component {name!r} has no _usage: component() cannot look for "
                f"{describe(definition)}. Use component_by_name({name!r})."
            )
        return usage

    def _remember_answer(
        self, usage: Any, model_name: Any, component_class: Any
    ) -> None:
        """Remember the choice where no component can have a say in it next time."""
        if not self._lookup_is_standard:
            return
        registry = self.components_registry
        key = (self.collection._name, usage, model_name)
        candidates = registry.lookup(*key)
        if not any(resolution.has_own_match(c, _default_match) for c in candidates):
            registry._answers[key] = component_class

    def _raise_undecided(
        self, usage: Any, model_name: Any, kw: dict, left: list[Any]
    ) -> None:
        explanation = self.explain(usage, model_name, **kw)
        if left:
            names = ", ".join(repr(c._name) for c in left)
            raise SeveralComponentError(
                f"Several components found {explanation.sought}. Found: {names}. "
                f"{explanation.advice}",
                explanation=explanation,
            )
        raise NoComponentError(
            f"No component found {explanation.sought}.\n{explanation}",
            explanation=explanation,
        )

    def _matching_components(
        self, usage: str | None = None, model_name: Any = None, **kw: Any
    ) -> tuple[list[Any], ComponentLookup]:
        """Return the classes that fit, and the work context they are to work in."""
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
        """Return the classes that fit and whose ``_component_match`` agrees."""
        return [
            component_class
            for component_class in self.components_registry.lookup(
                self.collection._name, usage=usage, model_name=model_name
            )
            if not resolution.has_own_match(component_class, _default_match)
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
