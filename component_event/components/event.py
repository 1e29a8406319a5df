# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Listener components, and the collecter that finds them for an event."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from odoo.tools.lru import LRU

from odoo.addons.component.core import AbstractComponent, Component, WorkContext

from ..core import COLLECTER, EventWorkContext
from ..decorators import skip_if
from ..delivery import deliver
from ..subscriptions import LISTENER, USAGE, Subscriptions, listener_classes

__all__ = ["skip_if"]

#: number of events whose listeners are cached
DEFAULT_EVENT_CACHE_SIZE = 512


class CollectedEvents:
    """Listener methods for an event.

    :param events: bound methods, in the order of their calls
    """

    def __init__(self, events: Iterable[Callable]):
        self.events = events

    def notify(self, *args: Any, **kwargs: Any) -> None:
        """Send the event: call each method, or queue the event for it.

        A listener's exception propagates, with a note that names the listener.
        """
        for event in self.events:
            deliver(event, args, kwargs)


class EventCollecter(Component):
    """Component that collects the listeners of an event."""

    _name = COLLECTER

    #: (collection, model, event) -> listener classes; an empty result is not cached,
    #: because a listener that is built later must be found
    _cache: LRU

    @classmethod
    def _complete_component_build(cls) -> None:
        cls._cache = LRU(DEFAULT_EVENT_CACHE_SIZE)
        return super()._complete_component_build()

    def collect_events(self, name: str) -> CollectedEvents:
        """Return the method ``name`` of new listeners, in registration order.

        :raises ValueError: if the name does not start with ``on_``
        """
        work = self.work
        key = (_collection_name(work), work.model_name, name)
        classes = self._cache.get(key)
        if classes is None:
            classes = self._find_listener_classes(*key)
            if classes:
                self._cache[key] = classes
        return CollectedEvents([getattr(cls(work), name) for cls in classes])

    def _find_listener_classes(
        self, collection_name: str | None, model_name: str | None, name: str
    ) -> tuple[Any, ...]:
        if not name.startswith("on_"):
            raise ValueError(
                f"The name of an event must start with 'on_', found: {name!r}."
            )
        registry = self.work.components_registry
        return tuple(listener_classes(registry, name, model_name, collection_name))


def _collection_name(work: WorkContext) -> str | None:
    if isinstance(work, EventWorkContext):
        return work.collection_name
    return work.collection._name


class EventListener(AbstractComponent):
    """Component that receives events in methods of the same name.

    The models send record events. ``record._event("on_...").notify(...)`` sends any
    other event.
    """

    _name = LISTENER
    _usage = USAGE

    #: names of the events for which the listener has a method
    _events: set[str] = set()
    #: on the component class "base.event.listener": those of its registry
    _subscriptions: Subscriptions

    @classmethod
    def has_event(cls, name: str) -> bool:
        """Return True if the listener has a method for an event."""
        return name in cls._events

    @classmethod
    def _build_event_listener_component(cls) -> None:
        """Set the names of the events for which the listener has a method."""
        cls._events = {
            name
            for name in dir(cls)
            if name.startswith("on_") and callable(getattr(cls, name))
        }

    @classmethod
    def _complete_component_build(cls) -> None:
        cls._build_event_listener_component()
        if cls._name == LISTENER:
            cls._subscriptions = Subscriptions()
        cls._subscriptions.add_listener(cls)
        return super()._complete_component_build()
