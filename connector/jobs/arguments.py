# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Convert the arguments of a job to types that the queue can store.

``queue_job`` stores arguments as JSON in PostgreSQL. It supports recordsets and dates
besides the types of JSON. All other types are converted here, or refused with the name
of the argument, before the job exists.
"""

from __future__ import annotations

import inspect
import math
import os
from collections.abc import Callable, Iterator, Mapping, MappingView, Sequence, Set
from datetime import date, time
from decimal import Decimal
from enum import Enum
from numbers import Integral, Real
from typing import Any
from uuid import UUID

from lxml.etree import _Element

from odoo import models
from odoo.fields import Domain
from odoo.tools.func import lazy
from odoo.tools.translate import LazyGettext

from odoo.addons.queue_job.delay import Delayable

#: stored by queue_job as they are
_STORED = (bool, models.BaseModel, date, _Element)


class UnstorableArgument(TypeError):
    """A value cannot be an argument of a job."""


def make_plain(value: Any) -> Any:
    """Return the value in types that a job can store.

    Tuples and lists keep their type. Sets become sorted lists, so that the identity key
    does not depend on their order.

    :raise UnstorableArgument: saying why it cannot be stored
    """
    if value is None or isinstance(value, _STORED):
        return value
    for kind, convert in _CONVERSIONS:
        if isinstance(value, kind):
            return convert(value)
    raise UnstorableArgument(f"a {type(value).__qualname__} cannot be stored")


def _plain_text(value: Any) -> str:
    # ``str`` of a subclass may call a method of it, as that of Markup does
    text = str.__str__(value) if isinstance(value, str) else str(value)
    if "\0" in text:
        raise UnstorableArgument("PostgreSQL cannot store the character NUL")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UnstorableArgument(
            f"PostgreSQL cannot store half a surrogate pair ({error.reason})"
        ) from error
    return "".join(text)


def _plain_number(value: Real | Decimal) -> int | float:
    if not math.isfinite(value):
        raise UnstorableArgument(f"JSON has no number {value}")
    return float(value)


def _plain_integer(value: Integral) -> int:
    number = int(value)
    str(number)  # raises ValueError for an integer with too many digits
    return number


def _plain_decimal(value: Decimal) -> int | float:
    number = _plain_number(value)
    return int(value) if value == value.to_integral_value() else number


def _plain_set(values: Set) -> list:
    plain = [make_plain(value) for value in values]
    try:
        return sorted(plain)
    except TypeError:  # of several types
        return sorted(plain, key=repr)


def _plain_sequence(values: Any) -> list:
    return [make_plain(value) for value in values]


def _plain_mapping(values: Mapping) -> dict:
    return {_plain_key(key): make_plain(value) for key, value in values.items()}


def _plain_key(key: Any) -> Any:
    plain = make_plain(key)
    if plain is None or isinstance(plain, str | int | float):
        return plain
    raise UnstorableArgument(f"a {type(key).__qualname__} cannot be a key")


def _refuse_bytes(value: Any) -> None:
    raise UnstorableArgument(
        f"a {type(value).__qualname__} cannot be stored; pass a text, in base64 say"
    )


#: the first row whose types match decides
_CONVERSIONS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (lazy, lambda value: make_plain(value._value)),
    (Enum, lambda value: make_plain(value.value)),
    ((str, LazyGettext, UUID), _plain_text),
    (Integral, _plain_integer),
    (Decimal, _plain_decimal),
    (Real, _plain_number),
    (time, time.isoformat),
    (os.PathLike, lambda value: make_plain(os.fspath(value))),
    ((bytes, bytearray, memoryview), _refuse_bytes),
    (Domain, _plain_sequence),
    (Mapping, _plain_mapping),
    (tuple, lambda values: tuple(make_plain(value) for value in values)),
    (list, _plain_sequence),
    ((Set, MappingView), _plain_set),
    ((Sequence, Iterator), _plain_sequence),
)


def _convert(method: Callable, name: str, value: Any) -> Any:
    try:
        return make_plain(value)
    except (UnstorableArgument, RecursionError, OverflowError, ValueError) as error:
        reason = (
            "it contains itself, or is nested too deeply"
            if isinstance(error, RecursionError)
            else error
        )
        owner = getattr(getattr(method, "__self__", None), "_name", "")
        raise UnstorableArgument(
            f"{owner}.{method.__name__}: the argument {name} cannot be stored in a "
            f"job: {reason}. Found {_shortened(value)}. Pass records, dates, texts, "
            "numbers, and lists or dicts of them."
        ) from error


def _shortened(value: Any) -> str:
    try:
        text = repr(value)
    except Exception:  # its __repr__ fails
        text = f"a {type(value).__qualname__}"
    return text if len(text) <= 200 else f"{text[:200]}…"


def _name_of(method: Callable, position: int) -> str:
    """Return the name of a positional argument, or its number if it has none."""
    try:
        parameters = list(inspect.signature(method).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    named = parameters[position : position + 1]
    if named and named[0].kind is not inspect.Parameter.VAR_POSITIONAL:
        return named[0].name
    return f"number {position + 1}"


class PlainDelayable(Delayable):
    """Delayable that converts the arguments of its method."""

    __slots__ = ()

    def _store_args(self, *args: Any, **kwargs: Any) -> Delayable:
        method = self._job_method
        return super()._store_args(
            *(_convert(method, _name_of(method, i), v) for i, v in enumerate(args)),
            **{name: _convert(method, name, value) for name, value in kwargs.items()},
        )
