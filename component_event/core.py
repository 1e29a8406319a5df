# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The work context of listeners: an event may be sent without a collection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odoo.addons.component.core import WorkContext

if TYPE_CHECKING:
    from odoo.api import Environment

COLLECTER = "base.event.collecter"


class EventWorkContext(WorkContext):
    """Work context with a model, and a collection or an environment.

    :raises ValueError: unless exactly one of collection and env is given
    """

    def __init__(
        self,
        model_name: Any = None,
        collection: Any = None,
        env: Environment | None = None,
        components_registry: Any = None,
        **kwargs: Any,
    ):
        if (collection is None) is (env is None):
            given = "none" if env is None else "both"
            raise ValueError(
                f"An EventWorkContext for model {model_name!r} needs either a "
                f"collection or an env: {given} given."
            )
        self._env = collection.env if env is None else env
        super().__init__(
            model_name=model_name,
            collection=collection,
            components_registry=components_registry,
            **kwargs,
        )
        if collection is None:
            self._propagate_kwargs[self._propagate_kwargs.index("collection")] = "env"

    @property
    def env(self) -> Environment:
        """The environment of the collection, or of the changed record."""
        return self._env

    @property
    def collection(self) -> Any:
        """The collection of the event.

        :raises ValueError: if the event was sent without a collection
        """
        if self._collection is None:
            raise ValueError(
                f"No collection: this event of model {self.model_name!r} was sent to "
                "the listeners of all collections. Set one with "
                "work_on(collection=...)."
            )
        return self._collection

    @collection.setter
    def collection(self, collection: Any) -> None:
        self._collection = collection

    @property
    def collection_name(self) -> str | None:
        """The name of the collection, or None."""
        return None if self._collection is None else self._collection._name

    def work_on(self, model_name: Any = None, collection: Any = None) -> WorkContext:
        """Return a ``WorkContext``, which can look up components.

        :raises ValueError: if neither the argument nor the event has a collection, or
            the environment of the argument is another one
        """
        if collection is None:
            collection = self._collection
        elif collection.env is not self.env:
            raise ValueError(
                f"{collection!r} has another environment than the event of model "
                f"{self.model_name!r}: use collection.with_env(work.env)."
            )
        if collection is None:
            raise ValueError(
                f"The event of model {self.model_name!r} has no collection, which "
                "components need: use work_on(collection=...)."
            )
        return WorkContext(
            model_name=self.model_name if model_name is None else model_name,
            collection=collection,
            components_registry=self.components_registry,
            **self._extra_kwargs(),
        )

    def component_by_name(self, name: Any, model_name: Any = None) -> Any:
        """Return a component by name: see ``WorkContext.component_by_name``.

        :raises TypeError: without a collection, except for the event collecter
        """
        if name == COLLECTER and model_name in (None, self.model_name):
            return self._component_class_by_name(name)(self)
        return self._plain(f"component_by_name({name!r})").component_by_name(
            name, model_name=model_name
        )

    def component(self, usage: Any = None, model_name: Any = None, **kw: Any) -> Any:
        """Return the component for a usage: see ``WorkContext.component``.

        :raises TypeError: without a collection
        """
        return self._plain(f"component({usage!r})").component(usage, model_name, **kw)

    def many_components(
        self, usage: str | None = None, model_name: Any = None, **kw: Any
    ) -> list[Any]:
        """Return all components for a usage: see ``WorkContext.many_components``.

        :raises TypeError: without a collection
        """
        return self._plain(f"many_components({usage!r})").many_components(
            usage, model_name, **kw
        )

    def _plain(self, wanted: str) -> WorkContext:
        if self._collection is None:
            raise TypeError(
                f"{wanted} needs a collection, but the event of model "
                f"{self.model_name!r} was sent without one.\n"
                "Hint: set the collection and get a component with:\n"
                ">>> work.work_on(collection=self.env[...].browse(...))\n"
                ">>> work.component(...)"
            )
        return self.work_on()

    def _extra_kwargs(self) -> dict[str, Any]:
        own = ("collection", "env", "model_name", "components_registry")
        return {
            name: getattr(self, name)
            for name in self._propagate_kwargs
            if name not in own
        }

    def __repr__(self) -> str:
        place = self.env if self._collection is None else self._collection
        return f"EventWorkContext({self.model_name!r}, {place!r})"

    __str__ = __repr__


def work_with_env(work: WorkContext, env: Environment) -> WorkContext:
    """Return a copy of a listener's work context for another environment."""
    collection = getattr(work, "_collection", None)
    if not isinstance(work, EventWorkContext):
        collection = work.collection
    if collection is None:
        place: dict[str, Any] = {"env": env}
    elif hasattr(collection, "with_env"):
        place = {"collection": collection.with_env(env)}
    else:
        place = {"collection": collection}
    kwargs = {
        name: getattr(work, name)
        for name in work._propagate_kwargs
        if name not in ("collection", "env")
    }
    return work.__class__(**place, **kwargs)
