# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Deliver events: call listener methods immediately, before or after the commit.

::

    notify() → deliver() ─┬─ immediate method ──────────────────────→ call()
                          │
                          └─ @before_commit, @after_commit: ask @skip_if now, then
                             append to the queue of the transaction
                                                │
                             flush, commit:  merge() → regroup() ───→ call()

The queues follow savepoints: see ``transaction_queue``. A method that is called after
the commit has an environment on a separate cursor, and its own transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.sql_db import BaseCursor

from odoo.addons.component._compat import add_note

from .core import work_with_env
from .decorators import Timing, is_isolated, is_skipped, timing_of
from .merge import QueuedEvent, merge, regroup, without_missing
from .transaction_queue import AfterCommitQueue, TransactionQueue

_logger = logging.getLogger(__name__)

_suppressed: ContextVar[bool] = ContextVar("component_event.suppressed", default=False)


@contextmanager
def suppress_events() -> Iterator[None]:
    """Suppress events raised in the block; its changes will be rolled back.

    Events that were queued before the block are delivered.
    """
    token = _suppressed.set(True)
    try:
        yield
    finally:
        _suppressed.reset(token)


class EventQueue(TransactionQueue):
    """Events of a transaction that are delivered before its commit."""

    def __init__(self) -> None:
        self.events: list[QueuedEvent] = []
        #: (model, id) of the records that the transaction created
        self.created: set[tuple[str, Any]] = set()
        #: whether queued records may have been deleted
        self.something_unlinked = False

    def flush(self, cr: BaseCursor) -> None:
        """Call the listeners."""
        for listener, event, args, kwargs in self.calls(
            lambda records: records.exists()._ids
        ):
            call(_fresh_method(listener, event, listener.work), args, kwargs)

    def calls(self, existing_ids: Callable) -> list[QueuedEvent]:
        """Return the merged events."""
        merged = merge(self.events, self.created)
        if self.something_unlinked:
            merged = without_missing(merged, existing_ids)
        return regroup(merged)


class AfterCommitEventQueue(EventQueue, AfterCommitQueue):
    """Events of a transaction that are delivered after its commit."""

    _failure = "Events after the commit were not delivered"

    def is_empty(self) -> bool:
        """Return True if there is no event."""
        return not self.events

    def flush(self, cr: BaseCursor) -> None:
        """Call each listener in a separate transaction."""

        def existing_ids(records: models.BaseModel) -> tuple:
            return records.with_env(_env_like(records.env, cr)).exists()._ids

        for queued in self.calls(existing_ids):
            _call_after_commit(cr, queued)


_QUEUES = {
    Timing.BEFORE_COMMIT: EventQueue,
    Timing.AFTER_COMMIT: AfterCommitEventQueue,
}


def deliver(event: Callable, args: tuple, kwargs: dict[str, Any]) -> None:
    """Call a listener's method, or queue the event for it."""
    if _suppressed.get():
        return
    timing = timing_of(event)
    if timing is None:
        call(event, args, kwargs)
        return
    try:
        skipped = is_skipped(event, args, kwargs)
    except Exception as error:
        add_note(error, _describe(event, args))
        raise
    if not skipped:
        listener = event.__self__  # type: ignore[attr-defined]
        queued = QueuedEvent(listener, event.__name__, args, kwargs)
        _QUEUES[timing].of(listener.env.cr).events.append(queued)


def call(event: Callable, args: tuple, kwargs: dict[str, Any]) -> None:
    """Call a listener's method; an exception gets a note that names the listener."""
    try:
        if is_isolated(event):
            _call_isolated(event, args, kwargs)
        else:
            event(*args, **kwargs)
    except Exception as error:
        add_note(error, _describe(event, args))
        raise


def remember_created(records: models.BaseModel) -> None:
    """Deliver no queued event of these records if the transaction deletes them."""
    created = [(records._name, id_) for id_ in records._ids]
    for queue_class in _QUEUES.values():
        queue_class.of(records.env.cr).created.update(created)


def records_were_unlinked(cr: BaseCursor) -> None:
    """Check that records exist before their queued events are delivered."""
    for queue_class in _QUEUES.values():
        queue = queue_class.find(cr)
        if queue is not None:
            queue.something_unlinked = True


def _call_isolated(event: Callable, args: tuple, kwargs: dict[str, Any]) -> None:
    cr = event.__self__.env.cr  # type: ignore[attr-defined]
    try:
        # the savepoint begins with a flush, which would deliver the queued events
        with EventQueue.withheld(cr), cr.savepoint():
            event(*args, **kwargs)
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        # the transaction is aborted: the caller that began it retries
        raise
    except Exception:
        _logger.exception("Failed and rolled back: %s", _describe(event, args))


def _call_after_commit(own_cr: BaseCursor, queued: QueuedEvent) -> None:
    listener, name, args, kwargs = queued
    env = _env_like(listener.env, own_cr)
    event = _fresh_method(listener, name, work_with_env(listener.work, env))
    args = tuple(_with_env(arg, env) for arg in args)
    kwargs = {key: _with_env(arg, env) for key, arg in kwargs.items()}
    try:
        call(event, args, kwargs)
        own_cr.commit()
    except Exception:
        own_cr.rollback()
        _logger.exception("Failed after the commit: %s", _describe(event, args))


def _env_like(env: api.Environment, cr: BaseCursor) -> api.Environment:
    return api.Environment(cr, env.uid, env.context, env.su)


def _with_env(argument: Any, env: api.Environment) -> Any:
    if isinstance(argument, models.BaseModel):
        return argument.with_env(env)
    return argument


def _fresh_method(listener: Any, name: str, work: Any) -> Callable:
    """Return the method of a new listener, without its conditions."""
    fresh = type(listener)(work)
    method = getattr(fresh, name)
    fresh._checked_conditions = getattr(method, "_event_conditions", ())
    return method


def _describe(event: Callable, args: tuple) -> str:
    listener = getattr(event, "__self__", None)
    name = getattr(listener, "_name", None) or repr(event)
    of = f" of {args[0]!r}" if args else ""
    event_name = getattr(event, "__name__", "an event")
    return f"Listener {name!r}, event {event_name!r}{of}"
