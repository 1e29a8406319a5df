# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Decorators of listener methods: whether, when and how they are called.

They mark the method; the method that is found on the listener decides, so that a
``super()`` call runs straight through. They may stand in any order.
"""

from __future__ import annotations

import enum
import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class Moment(enum.Enum):
    """When a listener method is called, if not at once."""

    BEFORE_COMMIT = "before commit"
    AFTER_COMMIT = "after commit"


def skip_if(condition: Callable[..., Any]) -> Callable[[F], F]:
    """Do not call the listener method when the condition is true.

    Example: ``@skip_if(lambda self, record, fields=None: not record.active)``

    :param condition: takes what the method takes; it is asked when the event is sent,
        also where the method is called later
    :raises TypeError: at the event, naming the listener, when it takes something else
    """

    def decorate(method: F) -> F:
        @wraps(method)
        def skipping(self: Any, *args: Any, **kwargs: Any) -> Any:
            asked = getattr(self, "_conditions_asked", ())
            if condition in asked or not _ask(condition, self, method, args, kwargs):
                return method(self, *args, **kwargs)
            return None

        inner = getattr(method, "_event_conditions", ())
        skipping._event_conditions = (condition, *inner)  # type: ignore[attr-defined]
        return skipping  # type: ignore[return-value]

    return decorate


def before_commit(method: F) -> F:
    """Call the listener method once before the transaction is committed.

    What happened to a record meanwhile is merged: see ``merge.merge``.
    """
    method._event_moment = Moment.BEFORE_COMMIT  # type: ignore[attr-defined]
    return method


def after_commit(method: F) -> F:
    """Call the listener method once the transaction is committed, if it is.

    It has an environment and a transaction of its own; what it raises is logged.
    """
    method._event_moment = Moment.AFTER_COMMIT  # type: ignore[attr-defined]
    return method


def isolated(method: F) -> F:
    """Call the listener method in a savepoint; log what it raises and go on."""
    method._event_isolated = True  # type: ignore[attr-defined]
    return method


def keep_values(*fields: str) -> Callable[[F], F]:
    """Read values before the records go, for ``on_record_deleted(record, values)``.

    :param fields: names of fields; relational values are ids. Those that overridden
        methods ask for are kept too.
    """

    def mark(method: F) -> F:
        method._event_kept_fields = fields  # type: ignore[attr-defined]
        return method

    return mark


# read the marks


def moment_of(method: Callable) -> Moment | None:
    """Return when a method is to be called, None meaning at once."""
    moment = getattr(method, "_event_moment", None)
    return moment if isinstance(moment, Moment) else None


def is_delayed(method: Callable) -> bool:
    """Tell whether a method is called later than at once."""
    return moment_of(method) is not None


def is_isolated(method: Callable) -> bool:
    """Tell whether a method is called in a savepoint."""
    return getattr(method, "_event_isolated", None) is True


def kept_fields(listener_class: type, event: str) -> list[str]:
    """Return the fields that the methods of an event keep, those of all bases."""
    names: dict[str, None] = {}
    for base in reversed(listener_class.__mro__):
        method = vars(base).get(event)
        names.update(dict.fromkeys(getattr(method, "_event_kept_fields", ())))
    return list(names)


def is_skipped(event: Callable, args: tuple, kwargs: dict[str, Any]) -> bool:
    """Ask the conditions of a bound method, the outermost first."""
    listener = event.__self__  # type: ignore[attr-defined]
    return any(
        _ask(condition, listener, event, args, kwargs)
        for condition in getattr(event, "_event_conditions", ())
    )


def _ask(
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
            f"{getattr(listener, '_name', listener)!r} cannot be asked: it takes "
            f"{inspect.signature(condition)}, the event gives ({', '.join(given)}). "
            "Let it take what the method takes, or (self, *args, **kwargs)."
        ) from error


def _accepts(condition: Callable, *args: Any, **kwargs: Any) -> bool:
    try:
        inspect.signature(condition).bind(*args, **kwargs)
    except TypeError:
        return False
    except ValueError:  # built-ins may have no signature
        return True
    return True
