# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Subscriptions: which events of a model have listeners.

Every create, write and unlink of every model asks. The cost depends on the answer::

    models/base.py: create()
        │
        ├─ model not in SUBSCRIBED_MODELS["create"] ──→ return   one set lookup
        │
        └─ find_subscription(records, "create")       one dict lookup once cached
               │
               ├─ None ──→ return                     only in another registry
               └─ Subscription(events, ...) ──→ notify the listeners

``SUBSCRIBED_MODELS`` only grows, and is shared by all registries. ``Subscriptions``
belongs to one registry and is emptied when a listener is built into it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from odoo.addons.component.core import ComponentRegistry, _component_databases

from . import decorators

if TYPE_CHECKING:
    from odoo.api import Environment
    from odoo.models import BaseModel

LISTENER = "base.event.listener"
USAGE = "event.listener"

#: operation of a model -> the events that it sends
EVENTS = {
    "create": ("on_record_create", "on_records_create"),
    "write": ("on_record_write", "on_records_write"),
    "unlink": (
        "on_record_unlink",
        "on_records_unlink",
        "on_record_deleted",
        "on_records_deleted",
    ),
}

#: operation -> models with a listener in any registry; None: any model
SUBSCRIBED_MODELS: dict[str, set[str | None]] = {
    operation: set() for operation in EVENTS
}

#: maximum number of events without listeners that a registry caches
MAX_WITHOUT_LISTENERS = 4096


class Subscription(NamedTuple):
    """The events of an operation on a model that have listeners."""

    events: frozenset[str]
    #: fields whose values listeners receive after the deletion
    kept_fields: tuple[str, ...]
    #: whether a queued event of a deletion depends on whether the same transaction
    #: created the record
    remembers_created: bool


class Subscriptions(dict):
    """Cache of a registry: (operation, model) -> Subscription, or None."""

    def __init__(self) -> None:
        super().__init__()
        #: (collection, model, event) without listeners
        self.without_listeners: set[tuple] = set()

    def remember_without_listeners(self, key: tuple) -> None:
        """Cache that an event has no listeners."""
        if len(self.without_listeners) >= MAX_WITHOUT_LISTENERS:
            self.without_listeners.clear()
        self.without_listeners.add(key)

    def add_listener(self, listener_class: Any) -> None:
        """Empty the cache after a listener was built or extended."""
        self.clear()
        self.without_listeners.clear()
        models = listener_class.apply_on_models or [None]
        for operation, events in EVENTS.items():
            if any(map(listener_class.has_event, events)):
                SUBSCRIBED_MODELS[operation].update(models)
        if queues_deletions(listener_class):
            SUBSCRIBED_MODELS["create"].update(models)


def ready_registry(env: Environment, components_registry: Any = None) -> Any:
    """Return the component registry for the events of an environment.

    None if it is not ready: no event is sent then.
    """
    registry = env.context.get("components_registry")
    if registry is None or not isinstance(registry, ComponentRegistry):
        registry = components_registry
        if registry is None:
            registry = _component_databases.find(env)
    return registry if getattr(registry, "ready", False) else None


def find_subscription(records: BaseModel, operation: str) -> Subscription | None:
    """Return the subscription to an operation on a model; None without listeners."""
    registry = ready_registry(records.env)
    if registry is None:
        return None
    listener_base = registry.get(LISTENER)
    if listener_base is None:
        return None
    subscriptions = listener_base._subscriptions
    key = (operation, records._name)
    try:
        return subscriptions[key]
    except KeyError:
        found = subscriptions[key] = _find_subscription(registry, operation, records)
        return found


def queues_deletions(listener_class: Any) -> bool:
    """Return True if a listener gets events of deletions before or after the commit."""
    return any(
        decorators.is_delayed(getattr(listener_class, event))
        for event in EVENTS["unlink"]
        if listener_class.has_event(event)
    )


def listener_classes(
    registry: Any,
    event: str,
    model_name: str | None,
    collection_name: str | None = None,
) -> Iterator[Any]:
    """Yield the classes that listen to an event, in registration order.

    The lookup cache of the registry is not used, because listeners that are built later
    must be found.
    """
    for name in registry:
        cls = registry[name]
        if cls._usage != USAGE or cls._abstract or not cls.has_event(event):
            continue
        if collection_name is not None and cls._collection is not None:
            if cls._collection != collection_name:
                continue
        models = cls.apply_on_models
        if models is None or model_name is None or model_name in models:
            yield cls


def _find_subscription(
    registry: Any, operation: str, records: BaseModel
) -> Subscription | None:
    classes = {
        event: list(listener_classes(registry, event, records._name))
        for event in EVENTS[operation]
    }
    kept_fields: dict[str, None] = {}
    for event in ("on_record_deleted", "on_records_deleted"):
        for cls in classes.get(event, ()):
            kept_fields.update(dict.fromkeys(_kept_fields(cls, event, records)))
    remembers_created = operation == "create" and any(
        queues_deletions(cls)
        for event in EVENTS["unlink"]
        for cls in listener_classes(registry, event, records._name)
    )
    events = frozenset(event for event, found in classes.items() if found)
    if not events and not remembers_created:
        return None
    return Subscription(events, tuple(kept_fields), remembers_created)


def _kept_fields(cls: Any, event: str, records: BaseModel) -> list[str]:
    """Return the fields of ``@keep_values`` that the model has.

    :raises ValueError: if a listener with ``_apply_on`` names an unknown field
    """
    names = decorators.kept_fields(cls, event)
    unknown = [name for name in names if name not in records._fields]
    if unknown and cls._apply_on is not None:
        raise ValueError(
            f"Listener {cls._name!r} keeps the values of {unknown} for {event}, "
            f"but model {records._name!r} does not have these fields."
        )
    return [name for name in names if name in records._fields]
