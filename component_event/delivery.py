# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Deliver: call listener methods at once, before the commit or after it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

from odoo import api, models
from odoo.modules.registry import Registry
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.sql_db import BaseCursor

from odoo.addons.component.notes import add_note

from .core import work_with_env
from .marks import Moment, is_isolated, is_skipped, moment_of
from .merge import Occurrence, merge, regroup, without_missing
from .savepoints import follow_savepoints

_logger = logging.getLogger(__name__)

_KEY = "component_event.log"

_is_silent: ContextVar[bool] = ContextVar("component_event.is_silent", default=False)


@contextmanager
def silenced() -> Iterator[None]:
    """Have nobody told of what happens in the block: it will be undone.

    What was sent before and waits for the commit still is told.
    """
    token = _is_silent.set(True)
    try:
        yield
    finally:
        _is_silent.reset(token)


class Log:
    """Remember what was sent in a transaction and is to be told later."""

    def __init__(self) -> None:
        self.occurrences: dict[Moment, list[Occurrence]] = {m: [] for m in Moment}
        #: (model, id) of records created meanwhile
        self.created: set[tuple[str, Any]] = set()
        #: whether records may be gone, those of which something is to be told included
        self.something_unlinked = False

    def __deepcopy__(self, memo: dict) -> Log:
        # Odoo's test cases copy what waits for the commit, with all that it refers to
        copy = Log()
        copy.take_over(self, *Moment)
        return copy

    def take_over(self, other: Log, *moments: Moment) -> None:
        """Append what another log has for these moments."""
        for moment in moments:
            self.occurrences[moment] += other.occurrences[moment]
        self.created |= other.created
        self.something_unlinked |= other.something_unlinked

    def calls(self, moment: Moment, existing_ids: Callable) -> list[Occurrence]:
        """Return what is to be called at a moment, merged."""
        pending = merge(self.occurrences[moment], self.created)
        if self.something_unlinked:
            pending = without_missing(pending, existing_ids)
        return regroup(pending)


def deliver(event: Callable, args: tuple, kwargs: dict[str, Any]) -> None:
    """Call a listener's method, or have it called at the moment it is marked for."""
    if _is_silent.get():
        return
    moment = moment_of(event)
    if moment is None:
        call(event, args, kwargs)
        return
    try:
        skipped = is_skipped(event, args, kwargs)
    except Exception as error:
        add_note(error, _describe(event, args))
        raise
    if not skipped:
        listener = event.__self__  # type: ignore[attr-defined]
        cr = listener.env.cr
        if moment is Moment.AFTER_COMMIT:
            _log_after_commit(cr)
        occurrence = Occurrence(listener, event.__name__, args, kwargs)
        _log_before_commit(cr).occurrences[moment].append(occurrence)


def call(event: Callable, args: tuple, kwargs: dict[str, Any]) -> None:
    """Call a listener's method now; what it raises gets a note that names it."""
    try:
        if is_isolated(event):
            _call_isolated(event, args, kwargs)
        else:
            event(*args, **kwargs)
    except Exception as error:
        add_note(error, _describe(event, args))
        raise


def remember_created(records: models.BaseModel) -> None:
    """Have nothing told of these records later, if they are gone by then."""
    log = _log_before_commit(records.env.cr)
    log.created.update((records._name, id_) for id_ in records._ids)


def records_were_unlinked(cr: BaseCursor) -> None:
    """Have records checked for being there, before anything is told of them later."""
    for callbacks in (cr.precommit, cr.postcommit):
        log = callbacks.data.get(_KEY)
        if log is not None:
            log.something_unlinked = True


# isolate


def _call_isolated(event: Callable, args: tuple, kwargs: dict[str, Any]) -> None:
    try:
        with _savepoint(event.__self__.env.cr):  # type: ignore[attr-defined]
            event(*args, **kwargs)
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        # the transaction is lost: whoever began it tries again
        raise
    except Exception:
        _logger.exception("Failed and rolled back: %s", _describe(event, args))


@contextmanager
def _savepoint(cr: BaseCursor) -> Iterator[None]:
    """Enter a savepoint, without what waits for the commit being told at its start.

    Odoo runs at a savepoint all that is to run before the commit: so our part of it is
    taken out and put back.
    """
    held = cr.precommit.data.pop(_KEY, None)
    try:
        with cr.savepoint():
            yield
    finally:
        if held is not None:
            cr.precommit.data.pop(_KEY, None)
            _log_before_commit(cr).take_over(held, *Moment)


# before and after the commit


def _log_before_commit(cr: BaseCursor) -> Log:
    log = cr.precommit.data.get(_KEY)
    if log is None:
        log = cr.precommit.data[_KEY] = Log()
        cr.precommit.add(partial(_run_before_commit, cr))
    return log


def _log_after_commit(cr: BaseCursor) -> Log:
    log = cr.postcommit.data.get(_KEY)
    if log is None:
        log = cr.postcommit.data[_KEY] = Log()
        cr.postcommit.add(partial(_run_after_commit, cr))
    return log


def _run_before_commit(cr: BaseCursor) -> None:
    log = cr.precommit.data.pop(_KEY, None)
    if log is None:
        return
    if log.created or _KEY in cr.postcommit.data:
        _log_after_commit(cr).take_over(log, Moment.AFTER_COMMIT)
    for listener, event, args, kwargs in log.calls(
        Moment.BEFORE_COMMIT, lambda records: records.exists()._ids
    ):
        call(_fresh_method(listener, event, listener.work), args, kwargs)


def _run_after_commit(cr: BaseCursor) -> None:
    """Call what waits for the commit, each in a transaction of its own.

    What is in the log of before the commit only is not lost to a savepoint that was
    rolled back: this log is cleared then.
    """
    log = cr.postcommit.data.pop(_KEY, None)
    if log is None:
        return
    unconfirmed = cr.precommit.data.get(_KEY)
    if unconfirmed is not None:
        log.take_over(unconfirmed, Moment.AFTER_COMMIT)
        unconfirmed.occurrences[Moment.AFTER_COMMIT] = []
    if not log.occurrences[Moment.AFTER_COMMIT]:
        return
    try:
        with Registry(cr.dbname).cursor() as own_cr:
            _call_all_after_commit(own_cr, log)
    except Exception:
        # what was committed is: whoever committed must not be told that it failed
        _logger.exception("Events after the commit were not sent")


def _call_all_after_commit(own_cr: BaseCursor, log: Log) -> None:
    def existing_ids(records: models.BaseModel) -> tuple:
        return records.with_env(_env_like(records.env, own_cr)).exists()._ids

    for occurrence in log.calls(Moment.AFTER_COMMIT, existing_ids):
        _call_after_commit(own_cr, occurrence)


def _call_after_commit(own_cr: BaseCursor, occurrence: Occurrence) -> None:
    listener, name, args, kwargs = occurrence
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
    """Return the method of a fresh listener, whose conditions were asked before."""
    fresh = type(listener)(work)
    method = getattr(fresh, name)
    fresh._conditions_asked = getattr(method, "_event_conditions", ())
    return method


# follow savepoints


def _remember_logs(cr: BaseCursor) -> tuple[tuple | None, int]:
    """Return what the log of before the commit holds, and how long the other one is.

    The one of after the commit only grows until the commit.
    """
    before = cr.precommit.data.get(_KEY)
    after = cr.postcommit.data.get(_KEY)
    held = before and (
        {moment: tuple(queue) for moment, queue in before.occurrences.items()},
        frozenset(before.created),
    )
    return held, len(after.occurrences[Moment.AFTER_COMMIT]) if after else 0


def _restore_logs(cr: BaseCursor, state: tuple[tuple | None, int]) -> None:
    """Drop what was sent since; send again before the commit what was sent within."""
    held, length = state
    after = cr.postcommit.data.get(_KEY)
    if after is not None:
        del after.occurrences[Moment.AFTER_COMMIT][length:]
    if held is None and _KEY not in cr.precommit.data:
        return
    log = _log_before_commit(cr)
    occurrences, created = held or ({}, frozenset())
    log.created = set(created)
    for moment, queue in log.occurrences.items():
        queue[:] = occurrences.get(moment, ())


follow_savepoints(_remember_logs, _restore_logs)


# explain


def _describe(event: Callable, args: tuple) -> str:
    listener = getattr(event, "__self__", None)
    name = getattr(listener, "_name", None) or repr(event)
    of = f" of {args[0]!r}" if args else ""
    event_name = getattr(event, "__name__", "an event")
    return f"Listener {name!r}, told of {event_name!r}{of}"
