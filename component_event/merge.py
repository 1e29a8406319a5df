# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Merge the queued events of a transaction.

Three steps, none of which reads a database::

    queued events    record_write(a, [x]), record_write(a, [y]), records_write(b+c, [x])
         │ merge()             one item per listener, record and operation
    merged events    write a [x, y], write b [x], write c [x]
         │ without_missing()   if the transaction deleted records
         │ regroup()           records_* events with the same fields and environment
    calls            on_record_write(a, fields=[x, y])     on_records_write(b+c, [x])

A *record* is any iterable object with ``_name``, ``id``, ``env`` and ``browse``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from .decorators import is_delayed

#: event -> ("record" or "records", operation)
_STANDARD = {
    f"on_{scope}_{verb}": (scope, verb)
    for scope in ("record", "records")
    for verb in ("create", "write", "unlink", "deleted")
}
_DELETIONS = ("unlink", "deleted")


class QueuedEvent(NamedTuple):
    """Event for one listener, waiting for the commit."""

    listener: Any
    event: str
    args: tuple
    kwargs: dict[str, Any]


@dataclass
class MergedEvent:
    """Result of merging events for one listener and one record, or custom event."""

    queued: QueuedEvent
    #: None for a custom event
    scope: str | None = None
    operation: str | None = None
    record: Any = None
    #: the values of a creation, or the kept values of a deletion
    values: Any = None
    #: names of fields, in the order of the first write; None: an event without fields
    fields: dict[str, None] | None = None

    def unite(self, other: MergedEvent) -> None:
        """Take over the fields of a later event, and its environment."""
        if other.fields is not None:
            self.fields = {**(self.fields or {}), **other.fields}
        self.record = other.record
        self.queued = other.queued


def merge(
    events: Iterable[QueuedEvent],
    created: Collection[tuple[str, Any]] = (),
) -> list[MergedEvent]:
    """Merge the events of each listener and record.

    - several writes of a record: one write with all fields;
    - creation, then write: the creation, with the fields of both;
    - write, then deletion: the deletion;
    - creation, then deletion: nothing;
    - a custom event several times with equal arguments: one event; its argument
      ``fields=`` may differ and is merged.

    A merged event has the position of the first event and the environment of the last.

    :param created: (model, id) of the records that the transaction created
    """
    merged: dict[Hashable, MergedEvent] = {}
    for queued in events:
        found = list(_split(queued))
        if not found:
            _merge_custom(merged, queued)
        for item in found:
            _merge_record(merged, item, created)
    return list(merged.values())


def regroup(merged: Iterable[MergedEvent]) -> list[QueuedEvent]:
    """Return the calls of listener methods.

    Equal ``on_records_*`` events become one call with several records.
    """
    groups: dict[Hashable, list[MergedEvent]] = {}
    for item in merged:
        key: Hashable = object()
        if item.scope == "records":
            fields = None if item.fields is None else frozenset(item.fields)
            key = (
                _target(item.queued),
                item.operation,
                item.record._name,
                id(item.record.env),
                fields,
            )
        groups.setdefault(key, []).append(item)
    return [_call(items) for items in groups.values()]


def _split(queued: QueuedEvent) -> Iterator[MergedEvent]:
    """Yield an item for each record; nothing for a custom event."""
    scope, operation = _STANDARD.get(queued.event, (None, None))
    args, kwargs = queued.args, queued.kwargs
    if scope is None or not args or not hasattr(args[0], "browse"):
        return
    takes_fields = operation == "write" or (scope, operation) == ("record", "create")
    payload: Any = None
    if len(args) == 2 and not kwargs and operation != "unlink":
        payload = args[1]
    elif len(args) == 1 and takes_fields and set(kwargs) == {"fields"}:
        payload = kwargs["fields"]
    elif len(args) != 1 or kwargs or operation != "unlink":
        return
    for position, record in enumerate(args[0]):
        item = MergedEvent(queued, scope, operation, record)
        if takes_fields:
            item.fields = dict.fromkeys(payload or ())
        elif payload is not None:
            item.values = payload[position] if scope == "records" else payload
        yield item


def _merge_record(
    merged: dict[Hashable, MergedEvent],
    item: MergedEvent,
    created: Collection[tuple[str, Any]],
) -> None:
    def key(operation: str | None) -> Hashable:
        record = item.record
        return (
            _target(item.queued),
            item.scope,
            operation,
            record._name,
            record.id,
        )

    if item.operation in _DELETIONS:
        merged.pop(key("write"), None)
        merged.pop(key("create"), None)
        is_new = (item.record._name, item.record.id) in created
        if is_new and not _knows_creation(item):
            return
    into = merged.get(key(item.operation))
    if item.operation == "write":
        into = merged.get(key("create"), into)
    if into is None:
        merged[key(item.operation)] = item
    elif into.operation == "create" and into.scope == "records":
        into.record = item.record
    else:
        into.unite(item)


def _merge_custom(merged: dict[Hashable, MergedEvent], queued: QueuedEvent) -> None:
    item = MergedEvent(queued)
    kwargs = dict(queued.kwargs)
    if isinstance(kwargs.get("fields"), (list, tuple, set)):
        item.fields = dict.fromkeys(kwargs.pop("fields"))
    key: Hashable = (
        _target(queued),
        queued.event,
        queued.args,
        tuple(sorted(kwargs.items(), key=lambda entry: entry[0])),
        item.fields is None,
    )
    try:
        into = merged.setdefault(key, item)
    except TypeError:  # an argument is not hashable
        into = merged.setdefault(object(), item)
    if into is not item:
        into.unite(item)


def _knows_creation(item: MergedEvent) -> bool:
    """Return True if the listener was called immediately for the creation."""
    method = getattr(item.queued.listener, f"on_{item.scope}_create", None)
    return method is not None and not is_delayed(method)


def _target(queued: QueuedEvent) -> Hashable:
    """Return the identity of a listener: its name and collection."""
    work = queued.listener.work
    collection = getattr(work, "_collection", None)
    return (
        queued.listener._name,
        None if collection is None else (collection._name, collection.id),
    )


def _call(items: list[MergedEvent]) -> QueuedEvent:
    first = items[0]
    if first.scope is None:
        return _custom_call(first)
    call = _call_for_record(first) if first.scope == "record" else _call_for_all(items)
    return call._replace(event=f"on_{first.scope}_{first.operation}")


def _custom_call(item: MergedEvent) -> QueuedEvent:
    kwargs = dict(item.queued.kwargs)
    if item.fields is not None:
        kwargs["fields"] = list(item.fields)
    return item.queued._replace(kwargs=kwargs)


def _call_for_record(item: MergedEvent) -> QueuedEvent:
    args: tuple = (item.record,)
    kwargs: dict[str, Any] = {}
    if item.operation == "deleted":
        args += (item.values,)
    if item.fields is not None:
        if item.queued.kwargs:
            kwargs["fields"] = list(item.fields)
        else:  # sent as a positional argument
            args += (list(item.fields),)
    return item.queued._replace(args=args, kwargs=kwargs)


def _call_for_all(items: list[MergedEvent]) -> QueuedEvent:
    first = items[0]
    args: tuple = (first.record.browse([item.record.id for item in items]),)
    if first.operation in ("create", "deleted"):
        args += ([item.values for item in items],)
    elif first.operation == "write":
        args += (list(first.fields or ()),)
    return first.queued._replace(args=args, kwargs={})


Exists = Callable[[Any], Collection[Any]]


def without_missing(
    merged: Iterable[MergedEvent], existing_ids: Exists
) -> list[MergedEvent]:
    """Drop creations and writes of deleted records.

    :param existing_ids: function that returns the existing ids of a recordset
    """
    merged = list(merged)
    ids: dict[str, list[Any]] = {}
    models: dict[str, Any] = {}
    for item in merged:
        if item.operation in ("create", "write"):
            ids.setdefault(item.record._name, []).append(item.record.id)
            models[item.record._name] = item.record
    existing = {
        name: set(existing_ids(models[name].browse(dict.fromkeys(ids[name]))))
        for name in ids
    }
    return [
        item
        for item in merged
        if item.operation not in ("create", "write")
        or item.record.id in existing[item.record._name]
    ]
