# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Merge: what a transaction sent to a listener becomes what the listener is told.

Nothing here reads a database. A *record* is anything with ``_name``, ``id``, ``env``,
``browse``, and iterable.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .marks import is_delayed

#: event -> (whether it is about one record or about many, operation)
_STANDARD = {
    f"on_{scope}_{verb}": (scope, verb)
    for scope in ("record", "records")
    for verb in ("create", "write", "unlink", "deleted")
}
_GONE = ("unlink", "deleted")


class QueuedEvent(NamedTuple):
    """One event that was sent to one listener and that it is to be told later."""

    listener: Any
    event: str
    args: tuple
    kwargs: dict[str, Any]


@dataclass
class MergedEvent:
    """What one listener is to be told of one record, or of something else."""

    queued: QueuedEvent
    #: None where the event is not one of those sent by the models
    scope: str | None = None
    operation: str | None = None
    record: Any = None
    #: the values of a creation, or those kept of what is gone
    values: Any = None
    #: names of fields, in the order in which they were first written; None: not sent
    fields: dict[str, None] | None = field(default=None)

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
    """Merge what happened to each record, for each listener.

    - several writes of a record: one, with the fields of all;
    - a write after the creation: only the creation, with the fields of both;
    - a write before the deletion: only the deletion;
    - a creation and a deletion: nothing;
    - any other event, sent several times with equal arguments: one; an argument
      ``fields=`` may differ, and is united.

    The latest environment is kept, and the place of the first event in the order.

    :param created: (model, id) of records that were created in this transaction
    """
    pending: dict[Hashable, MergedEvent] = {}
    for queued in events:
        found = list(_split(queued))
        if not found:
            _merge_custom(pending, queued)
        for item in found:
            _merge_record(pending, item, created)
    return list(pending.values())


def regroup(pending: Iterable[MergedEvent]) -> list[QueuedEvent]:
    """Turn what is left into calls.

    Of events about many records, those to which the same happened are told together.
    """
    groups: dict[Hashable, list[MergedEvent]] = {}
    for item in pending:
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


# merge


def _split(queued: QueuedEvent) -> Iterator[MergedEvent]:
    """Yield what happened record by record; nothing for an event of another form."""
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
    pending: dict[Hashable, MergedEvent],
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

    if item.operation in _GONE:
        pending.pop(key("write"), None)
        pending.pop(key("create"), None)
        is_new = (item.record._name, item.record.id) in created
        if is_new and not _was_told_at_once(item):
            return
    into = pending.get(key(item.operation))
    if item.operation == "write":
        into = pending.get(key("create"), into)
    if into is None:
        pending[key(item.operation)] = item
    elif into.operation == "create" and into.scope == "records":
        into.record = item.record
    else:
        into.unite(item)


def _merge_custom(pending: dict[Hashable, MergedEvent], queued: QueuedEvent) -> None:
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
        into = pending.setdefault(key, item)
    except TypeError:  # an argument that cannot be compared
        into = pending.setdefault(object(), item)
    if into is not item:
        into.unite(item)


def _was_told_at_once(item: MergedEvent) -> bool:
    """Tell whether the listener knows already that the record was created."""
    method = getattr(item.queued.listener, f"on_{item.scope}_create", None)
    return method is not None and not is_delayed(method)


def _target(queued: QueuedEvent) -> Hashable:
    """Return what two events for the same listener have in common."""
    work = queued.listener.work
    collection = getattr(work, "_collection", None)
    return (
        queued.listener._name,
        None if collection is None else (collection._name, collection.id),
    )


# regroup


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
        else:  # sent without a keyword
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
    pending: Iterable[MergedEvent], existing_ids: Exists
) -> list[MergedEvent]:
    """Leave out the creations and writes of records that are not there any more.

    :param existing_ids: takes a recordset, returns the ids of those that exist
    """
    pending = list(pending)
    ids: dict[str, list[Any]] = {}
    models: dict[str, Any] = {}
    for item in pending:
        if item.operation in ("create", "write"):
            ids.setdefault(item.record._name, []).append(item.record.id)
            models[item.record._name] = item.record
    existing = {
        name: set(existing_ids(models[name].browse(dict.fromkeys(ids[name]))))
        for name in ids
    }
    return [
        item
        for item in pending
        if item.operation not in ("create", "write")
        or item.record.id in existing[item.record._name]
    ]
