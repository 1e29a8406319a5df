# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Listeners, and what collects and notifies them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from odoo.tools.lru import LRU

from odoo.addons.component.core import AbstractComponent, Component, WorkContext

from .. import listening
from ..core import COLLECTER, EventWorkContext
from ..delivery import deliver
from ..marks import skip_if

__all__ = ["skip_if"]

#: how many answers to "who listens to this event of this model?" are remembered
DEFAULT_EVENT_CACHE_SIZE = 512


class CollectedEvents:
    """Hold the methods of listeners that an event is sent to.

    :param events: bound methods, in the order in which they are to be called
    """

    def __init__(self, events: Iterable[Callable]):
        self.events = events

    def notify(self, *args: Any, **kwargs: Any) -> None:
        """Send the event: call each method, at once or when its decorator says.

        An exception of a listener goes on to the caller, with a note that names it.
        """
        for event in self.events:
            deliver(event, args, kwargs)


class EventCollecter(Component):
    """Collect the listeners that are to be notified of an event."""

    _name = COLLECTER

    #: (collection, model, event) -> the listener classes; never an empty answer, as a
    #: listener that is built later must be found
    _cache: LRU

    @classmethod
    def _complete_component_build(cls) -> None:
        cls._cache = LRU(DEFAULT_EVENT_CACHE_SIZE)
        return super()._complete_component_build()

    def collect_events(self, name: str) -> CollectedEvents:
        """Return the methods called ``name`` of fresh listeners, in registration order.

        :raises ValueError: when the name does not start with ``on_``
        """
        work = self.work
        key = (_collection_name(work), work.model_name, name)
        listener_classes = self._cache.get(key)
        if listener_classes is None:
            listener_classes = self._find_listener_classes(*key)
            if listener_classes:
                self._cache[key] = listener_classes
        return CollectedEvents([getattr(cls(work), name) for cls in listener_classes])

    def _find_listener_classes(
        self, collection_name: str | None, model_name: str | None, name: str
    ) -> tuple[Any, ...]:
        if not name.startswith("on_"):
            raise ValueError(
                f"The name of an event starts with 'on_', found: {name!r}."
            )
        registry = self.work.components_registry
        return tuple(
            listening.listener_classes(registry, name, model_name, collection_name)
        )


def _collection_name(work: WorkContext) -> str | None:
    if isinstance(work, EventWorkContext):
        return work.collection_name
    return work.collection._name


class EventListener(AbstractComponent):
    """Be told of events by methods that are called like the events.

    Record events come from the models; any other is sent by
    ``record._event("on_...").notify(...)``.
    """

    _name = listening.LISTENER
    _usage = listening.USAGE

    #: the names of the events that the listener has a method for
    _events: set[str] = set()
    #: on the component class "base.event.listener": what is known of its registry
    _audiences: listening.Audiences

    @classmethod
    def has_event(cls, name: str) -> bool:
        """Tell whether the listener has a method for an event."""
        return name in cls._events

    @classmethod
    def _build_event_listener_component(cls) -> None:
        """Find out the events that the listener has a method for."""
        cls._events = {
            name
            for name in dir(cls)
            if name.startswith("on_") and callable(getattr(cls, name))
        }

    @classmethod
    def _complete_component_build(cls) -> None:
        cls._build_event_listener_component()
        if cls._name == listening.LISTENER:
            cls._audiences = listening.Audiences()
        cls._audiences.admit(cls)
        return super()._complete_component_build()
