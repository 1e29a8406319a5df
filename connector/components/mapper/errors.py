# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Say where a mapping failed, without taking the error away from who expects it.

An error of Python's own library (``ValueError``, ``KeyError``, …) and a plain
``MappingError`` do not say where: they become a :class:`MappingFailure` that is also
an instance of the original type and is chained to the original. Every other error (a
job's, Odoo's, the database's, an author's) means something to whoever catches it: it
passes unchanged, with a note.
"""

from __future__ import annotations

import functools
import reprlib
import sys
from collections.abc import Mapping
from typing import Any

from odoo import models

from odoo.addons.component.notes import add_note

from ...exception import MappingError

_repr = reprlib.Repr()
_repr.maxstring = _repr.maxother = 120
_repr.maxlist = 20


class _Absent:
    def __repr__(self) -> str:
        return "(not there)"


ABSENT = _Absent()


class MappingFailure(MappingError):
    """A row or a method of a mapper failed; the cause is chained.

    Instances are of the cause's type as well. ``mapper``, ``step``,
    ``source_fields`` and ``source_values`` say what was being mapped.
    """

    message = ""
    mapper = ""
    step = ""
    source_fields: tuple[str, ...] = ()
    source_values: dict[str, Any] = {}

    def __str__(self) -> str:
        return self.message


class Place:
    """Where in which mapper: a row or a method, and the fields that it reads."""

    __slots__ = ("mapper", "source_fields", "step")

    def __init__(self, mapper: str, step: str, source_fields: tuple[str, ...] = ()):
        self.mapper = mapper
        self.step = step
        self.source_fields = source_fields


def locate(error: Exception, place: Place, record: Any) -> Exception:
    """Return ``error`` or what stands for it, telling where the mapping failed."""
    values = {name: _peek(record, name) for name in place.source_fields}
    where = f"mapper {place.mapper}, {place.step}"
    if values:
        where += ", source " + ", ".join(
            f"{name} = {_repr.repr(value)}" for name, value in values.items()
        )
        absent = any(value is ABSENT for value in values.values())
        if absent and isinstance(record, Mapping):
            where += f" (the record has {_repr.repr(sorted(map(str, record)))})"
    failure = _failure_like(error)
    if failure is None:
        add_note(error, f"in {where}")
        return error
    failure.message = f"{where}: {type(error).__name__}: {error}"
    failure.mapper = place.mapper
    failure.step = place.step
    failure.source_fields = place.source_fields
    failure.source_values = values
    return failure


def _peek(record: Any, name: str) -> Any:
    """Return a source value for the message, without any query."""
    try:
        if isinstance(record, models.BaseModel):
            return record._cache[name]
        if name not in record and "." in name and isinstance(record, Mapping):
            for step in name.split("."):
                record = record[step]
            return record
        return record[name]
    except Exception:
        return ABSENT


def _failure_like(error: Exception) -> MappingFailure | None:
    """Return a failure that is also of the error's type, if the type allows it."""
    error_type = type(error)
    if error_type is MappingError:
        return MappingFailure(*error.args)
    if error_type.__module__.partition(".")[0] not in sys.stdlib_module_names:
        return None
    try:
        failure = _failure_type(error_type)(*error.args)
    except TypeError:  # layouts that do not combine, or arguments of its own
        return None
    failure.__dict__.update(error.__dict__)
    return failure


@functools.lru_cache(maxsize=128)
def _failure_type(error_type: type[Exception]) -> type[MappingFailure]:
    return type(
        f"Mapping{error_type.__name__}",
        (MappingFailure, error_type),
        {"__module__": __name__},
    )
