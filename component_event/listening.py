# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who listens? One memoised question for each model and operation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from odoo.addons.component.core import ComponentRegistry, _component_databases

from . import marks

if TYPE_CHECKING:
    from odoo.api import Environment
    from odoo.models import BaseModel

LISTENER = "base.event.listener"
USAGE = "event.listener"

#: the events that each operation of a model sends
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

#: operation -> the models that a listener was built for, in any registry; None: any
#: model. Names are only added: this tells in no time that nobody can be listening, and
#: it is the audience that tells who is.
HEARD: dict[str, set[str | None]] = {operation: set() for operation in EVENTS}


class Audience(NamedTuple):
    """Say which events of an operation somebody listens to."""

    events: frozenset[str]
    #: fields whose values listeners want to have after the record is gone
    kept_fields: tuple[str, ...]
    #: whether listeners that are told later must know what was created before
    remembers_created: bool


#: how many events without listeners a registry remembers at most
MAX_UNHEARD = 4096


class Audiences(dict):
    """Remember (operation, model) -> Audience, or None without listeners.

    It is emptied whenever a listener is built into the registry that it belongs to.
    """

    def __init__(self) -> None:
        super().__init__()
        #: (collection, model, event) without listeners
        self.unheard: set[tuple] = set()

    def remember_unheard(self, key: tuple) -> None:
        """Remember that an event has no listeners, until one is built."""
        if len(self.unheard) >= MAX_UNHEARD:
            self.unheard.clear()
        self.unheard.add(key)

    def admit(self, listener_class: Any) -> None:
        """Take note of a listener that was built or extended."""
        self.clear()
        self.unheard.clear()
        models = listener_class.apply_on_models or [None]
        for operation, events in EVENTS.items():
            if any(map(listener_class.has_event, events)):
                HEARD[operation].update(models)
        if is_told_later_of_unlink(listener_class):
            HEARD["create"].update(models)


def ready_registry(env: Environment, components_registry: Any = None) -> Any:
    """Return the component registry that events of an environment go to.

    None while it is not ready: no event is sent then.
    """
    registry = env.context.get("components_registry")
    if registry is None or not isinstance(registry, ComponentRegistry):
        registry = components_registry
        if registry is None:
            registry = _component_databases.find(env)
    return registry if getattr(registry, "ready", False) else None


def find_audience(records: BaseModel, operation: str) -> Audience | None:
    """Return who listens to an operation on a model, None when nobody does."""
    registry = ready_registry(records.env)
    if registry is None:
        return None
    listener_base = registry.get(LISTENER)
    if listener_base is None:
        return None
    audiences = listener_base._audiences
    key = (operation, records._name)
    try:
        return audiences[key]
    except KeyError:
        audience = audiences[key] = _ask(registry, operation, records)
        return audience


def is_told_later_of_unlink(listener_class: Any) -> bool:
    """Tell whether a listener is told before or after the commit of what is gone."""
    return any(
        marks.is_delayed(getattr(listener_class, event))
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

    The registry's cache of lookups is left out: listeners that are built later count.
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


def _ask(registry: Any, operation: str, records: BaseModel) -> Audience | None:
    listening = {
        event: list(listener_classes(registry, event, records._name))
        for event in EVENTS[operation]
    }
    kept_fields: dict[str, None] = {}
    for event in ("on_record_deleted", "on_records_deleted"):
        for cls in listening.get(event, ()):
            kept_fields.update(dict.fromkeys(_kept_fields(cls, event, records)))
    remembers_created = operation == "create" and any(
        is_told_later_of_unlink(cls)
        for event in EVENTS["unlink"]
        for cls in listener_classes(registry, event, records._name)
    )
    events = frozenset(event for event, classes in listening.items() if classes)
    if not events and not remembers_created:
        return None
    return Audience(events, tuple(kept_fields), remembers_created)


def _kept_fields(cls: Any, event: str, records: BaseModel) -> list[str]:
    """Return the fields of a model whose values a listener asked to keep.

    :raises ValueError: when a listener for just this model names an unknown field
    """
    names = marks.kept_fields(cls, event)
    unknown = [name for name in names if name not in records._fields]
    if unknown and cls._apply_on is not None:
        raise ValueError(
            f"Listener {cls._name!r} asks to keep the values of {unknown} for {event}, "
            f"but model {records._name!r} has no such field."
        )
    return [name for name in names if name in records._fields]
