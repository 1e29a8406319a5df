# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Decorators of listener methods: whether, when and how a method is called.

A decorator sets an attribute of the method. Only the attributes of the outermost
override count, so that a ``super()`` call runs immediately. The order of the decorators
does not matter.
"""

from __future__ import annotations

import enum
import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class Timing(enum.Enum):
    """When a listener method is called, if not immediately."""

    BEFORE_COMMIT = "before commit"
    AFTER_COMMIT = "after commit"


def skip_if(condition: Callable[..., Any]) -> Callable[[F], F]:
    """Skip the listener method if the condition is true.

    Example: ``@skip_if(lambda self, record, fields=None: not record.active)``

    :param condition: function with the arguments of the method; it is called when the
        event is sent, even if the method is called later
    :raises TypeError: when the event is sent, if the arguments differ
    """

    def decorate(method: F) -> F:
        @wraps(method)
        def skipping(self: Any, *args: Any, **kwargs: Any) -> Any:
            checked = getattr(self, "_checked_conditions", ())
            if condition in checked or not _call_condition(
                condition, self, method, args, kwargs
            ):
                return method(self, *args, **kwargs)
            return None

        inner = getattr(method, "_event_conditions", ())
        skipping._event_conditions = (condition, *inner)  # type: ignore[attr-defined]
        return skipping  # type: ignore[return-value]

    return decorate


def before_commit(method: F) -> F:
    """Call the listener method once, before the transaction is committed.

    The events of a record are merged: see ``merge.merge``.
    """
    method._event_timing = Timing.BEFORE_COMMIT  # type: ignore[attr-defined]
    return method


def after_commit(method: F) -> F:
    """Call the listener method once, after the transaction is committed.

    It has a separate environment and transaction. An exception is logged. Events are
    merged as with ``before_commit``.
    """
    method._event_timing = Timing.AFTER_COMMIT  # type: ignore[attr-defined]
    return method


def isolated(method: F) -> F:
    """Call the listener method in a savepoint, and log its exception."""
    method._event_isolated = True  # type: ignore[attr-defined]
    return method


def keep_values(*fields: str) -> Callable[[F], F]:
    """Read values before a deletion, for ``on_record_deleted(record, values)``.

    :param fields: names of fields; relational values are ids. The fields of overridden
        methods are kept too.
    """

    def decorate(method: F) -> F:
        method._event_kept_fields = fields  # type: ignore[attr-defined]
        return method

    return decorate


def timing_of(method: Callable) -> Timing | None:
    """Return when to call a method; None: immediately."""
    timing = getattr(method, "_event_timing", None)
    return timing if isinstance(timing, Timing) else None


def is_delayed(method: Callable) -> bool:
    """Return True if a method is called before or after the commit."""
    return timing_of(method) is not None


def is_isolated(method: Callable) -> bool:
    """Return True if a method is called in a savepoint."""
    return getattr(method, "_event_isolated", None) is True


def kept_fields(listener_class: type, event: str) -> list[str]:
    """Return the fields that a listener keeps for an event, of all its bases."""
    names: dict[str, None] = {}
    for base in reversed(listener_class.__mro__):
        method = vars(base).get(event)
        names.update(dict.fromkeys(getattr(method, "_event_kept_fields", ())))
    return list(names)


def is_skipped(event: Callable, args: tuple, kwargs: dict[str, Any]) -> bool:
    """Return True if a condition of a bound method is true, the outermost first."""
    listener = event.__self__  # type: ignore[attr-defined]
    return any(
        _call_condition(condition, listener, event, args, kwargs)
        for condition in getattr(event, "_event_conditions", ())
    )


def _call_condition(
    condition: Callable,
    listener: Any,
    method: Callable,
    args: tuple,
    kwargs: dict[str, Any],
) -> Any:
    try:
        return condition(listener, *args, **kwargs)
    except TypeError as error:
        if _accepts(condition, listener, *args, **kwargs):
            raise
        given = [
            "self",
            *(repr(a) for a in args),
            *(f"{k}={kwargs[k]!r}" for k in kwargs),
        ]
        raise TypeError(
            f"The condition of @skip_if on {method.__name__!r} of listener "
            f"{getattr(listener, '_name', listener)!r} cannot be called: it takes "
            f"{inspect.signature(condition)}, the event gives ({', '.join(given)}). "
            "Use the arguments of the method, or (self, *args, **kwargs)."
        ) from error


def _accepts(condition: Callable, *args: Any, **kwargs: Any) -> bool:
    try:
        inspect.signature(condition).bind(*args, **kwargs)
    except TypeError:
        return False
    except ValueError:  # built-ins may have no signature
        return True
    return True
