# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The work context of listeners: an event may happen where no collection is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odoo.addons.component.core import WorkContext

if TYPE_CHECKING:
    from odoo.api import Environment

COLLECTER = "base.event.collecter"


class EventWorkContext(WorkContext):
    """Carry what listeners need to work: a model, and a collection or an environment.

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
                f"An EventWorkContext for model {model_name!r} needs a collection or "
                f"an env, one of them and not both: {given} given."
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
        """The environment of the collection, or of the record that changed."""
        return self._env

    @property
    def collection(self) -> Any:
        """The collection.

        :raises ValueError: when the event was sent without one
        """
        if self._collection is None:
            raise ValueError(
                f"No collection: this event of model {self.model_name!r} was sent for "
                "the listeners of any collection. Take one with "
                "work_on(collection=...)."
            )
        return self._collection

    @collection.setter
    def collection(self, collection: Any) -> None:
        self._collection = collection

    @property
    def collection_name(self) -> str | None:
        """The name of the collection, None without one."""
        return None if self._collection is None else self._collection._name

    def work_on(self, model_name: Any = None, collection: Any = None) -> WorkContext:
        """Return a plain work context, on which components can be looked up.

        :raises ValueError: when there is no collection, neither given nor of the event,
            or when the one given has another environment
        """
        if collection is None:
            collection = self._collection
        elif collection.env is not self.env:
            raise ValueError(
                f"{collection!r} has not the environment of the event of model "
                f"{self.model_name!r}: use collection.with_env(work.env)."
            )
        if collection is None:
            raise ValueError(
                "A collection is needed to work on components, and the event of model "
                f"{self.model_name!r} has none: use work_on(collection=...)."
            )
        return WorkContext(
            model_name=self.model_name if model_name is None else model_name,
            collection=collection,
            components_registry=self.components_registry,
            **self._extra_kwargs(),
        )

    def component_by_name(self, name: Any, model_name: Any = None) -> Any:
        """Return a component by its name: see ``WorkContext.component_by_name``.

        :raises TypeError: without a collection, except for the collecter of events
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
        """Return all for a usage: see ``WorkContext.many_components``.

        :raises TypeError: without a collection
        """
        return self._plain(f"many_components({usage!r})").many_components(
            usage, model_name, **kw
        )

    def _plain(self, wanted: str) -> WorkContext:
        if self._collection is None:
            raise TypeError(
                f"{wanted} can't be used here: the event of model {self.model_name!r} "
                "was sent without a collection, which must be known to find "
                "components.\nHint: set the collection and get a component with:\n"
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
    """Return a work context like one of a listener in another environment."""
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
