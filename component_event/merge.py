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


class Occurrence(NamedTuple):
    """One event that was sent to one listener and that it is to be told later."""

    listener: Any
    event: str
    args: tuple
    kwargs: dict[str, Any]


@dataclass
class Pending:
    """What one listener is to be told of one record, or of something else."""

    occurrence: Occurrence
    #: None where the event is not one of those sent by the models
    scope: str | None = None
    operation: str | None = None
    record: Any = None
    #: the values of a creation, or those kept of what is gone
    values: Any = None
    #: names of fields, in the order in which they were first written; None: not sent
    fields: dict[str, None] | None = field(default=None)

    def unite(self, other: Pending) -> None:
        """Take over the fields of a later event, and its environment."""
        if other.fields is not None:
            self.fields = {**(self.fields or {}), **other.fields}
        self.record = other.record
        self.occurrence = other.occurrence


def merge(
    occurrences: Iterable[Occurrence],
    created: Collection[tuple[str, Any]] = (),
) -> list[Pending]:
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
    pending: dict[Hashable, Pending] = {}
    for occurrence in occurrences:
        found = list(_split(occurrence))
        if not found:
            _merge_custom(pending, occurrence)
        for item in found:
            _merge_record(pending, item, created)
    return list(pending.values())


def regroup(pending: Iterable[Pending]) -> list[Occurrence]:
    """Turn what is left into calls.

    Of events about many records, those to which the same happened are told together.
    """
    groups: dict[Hashable, list[Pending]] = {}
    for item in pending:
        key: Hashable = object()
        if item.scope == "records":
            fields = None if item.fields is None else frozenset(item.fields)
            key = (
                _target(item.occurrence),
                item.operation,
                item.record._name,
                id(item.record.env),
                fields,
            )
        groups.setdefault(key, []).append(item)
    return [_call(items) for items in groups.values()]


# merge


def _split(occurrence: Occurrence) -> Iterator[Pending]:
    """Yield what happened record by record; nothing for an event of another form."""
    scope, operation = _STANDARD.get(occurrence.event, (None, None))
    args, kwargs = occurrence.args, occurrence.kwargs
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
        item = Pending(occurrence, scope, operation, record)
        if takes_fields:
            item.fields = dict.fromkeys(payload or ())
        elif payload is not None:
            item.values = payload[position] if scope == "records" else payload
        yield item


def _merge_record(
    pending: dict[Hashable, Pending],
    item: Pending,
    created: Collection[tuple[str, Any]],
) -> None:
    def key(operation: str | None) -> Hashable:
        record = item.record
        return (
            _target(item.occurrence),
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


def _merge_custom(pending: dict[Hashable, Pending], occurrence: Occurrence) -> None:
    item = Pending(occurrence)
    kwargs = dict(occurrence.kwargs)
    if isinstance(kwargs.get("fields"), (list, tuple, set)):
        item.fields = dict.fromkeys(kwargs.pop("fields"))
    key: Hashable = (
        _target(occurrence),
        occurrence.event,
        occurrence.args,
        tuple(sorted(kwargs.items(), key=lambda entry: entry[0])),
        item.fields is None,
    )
    try:
        into = pending.setdefault(key, item)
    except TypeError:  # an argument that cannot be compared
        into = pending.setdefault(object(), item)
    if into is not item:
        into.unite(item)


def _was_told_at_once(item: Pending) -> bool:
    """Tell whether the listener knows already that the record was created."""
    method = getattr(item.occurrence.listener, f"on_{item.scope}_create", None)
    return method is not None and not is_delayed(method)


def _target(occurrence: Occurrence) -> Hashable:
    """Return what two occurrences for the same listener have in common."""
    work = occurrence.listener.work
    collection = getattr(work, "_collection", None)
    return (
        occurrence.listener._name,
        None if collection is None else (collection._name, collection.id),
    )


# regroup


def _call(items: list[Pending]) -> Occurrence:
    first = items[0]
    if first.scope is None:
        return _custom_call(first)
    call = _call_for_record(first) if first.scope == "record" else _call_for_all(items)
    return call._replace(event=f"on_{first.scope}_{first.operation}")


def _custom_call(item: Pending) -> Occurrence:
    kwargs = dict(item.occurrence.kwargs)
    if item.fields is not None:
        kwargs["fields"] = list(item.fields)
    return item.occurrence._replace(kwargs=kwargs)


def _call_for_record(item: Pending) -> Occurrence:
    args: tuple = (item.record,)
    kwargs: dict[str, Any] = {}
    if item.operation == "deleted":
        args += (item.values,)
    if item.fields is not None:
        if item.occurrence.kwargs:
            kwargs["fields"] = list(item.fields)
        else:  # sent without a keyword
            args += (list(item.fields),)
    return item.occurrence._replace(args=args, kwargs=kwargs)


def _call_for_all(items: list[Pending]) -> Occurrence:
    first = items[0]
    args: tuple = (first.record.browse([item.record.id for item in items]),)
    if first.operation in ("create", "deleted"):
        args += ([item.values for item in items],)
    elif first.operation == "write":
        args += (list(first.fields or ()),)
    return first.occurrence._replace(args=args, kwargs={})


Exists = Callable[[Any], Collection[Any]]


def without_missing(pending: Iterable[Pending], existing_ids: Exists) -> list[Pending]:
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
