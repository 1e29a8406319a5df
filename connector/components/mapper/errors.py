# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Add to an error the place in the mapping where it was raised.

An error of the standard library (``ValueError``, ``KeyError``, …) or a plain
``MappingError`` is replaced by a :class:`MappingFailure`, which is an instance of the
original type as well and chained to the original. Every other error has a meaning to
its caller (an error of a job, of Odoo, of the database, of an author): it keeps its
type and gets a note.
"""

from __future__ import annotations

import functools
import reprlib
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

from odoo import models

from odoo.addons.component._compat import add_note

from ...exception import MappingError
from ...jobs.failure import reason_of

_repr = reprlib.Repr()
_repr.maxstring = _repr.maxother = 120
_repr.maxlist = 20


class _Missing:
    def __repr__(self) -> str:
        return "(missing)"


MISSING = _Missing()


class MappingFailure(MappingError):
    """Failure of a row or a method of a mapper, chained to its cause.

    It is an instance of the cause's type as well. ``mapper``, ``step``,
    ``source_fields`` and ``source_values`` identify the step.
    """

    message = ""
    #: the message of the cause, and the place: shown apart in an error
    sync_reason = ""
    sync_place = ""
    mapper = ""
    step = ""
    source_fields: tuple[str, ...] = ()
    source_values: dict[str, Any] = {}

    def __str__(self) -> str:
        return self.message


class Place(NamedTuple):
    """Step of a mapper, a row or a method, and the source fields that it reads."""

    mapper: str
    step: str
    source_fields: tuple[str, ...] = ()


def locate(error: Exception, place: Place, record: Any) -> Exception:
    """Return ``error``, or its replacement, with the place of the failure."""
    values = {name: _peek(record, name) for name in place.source_fields}
    where = f"mapper {place.mapper}, {place.step}"
    if values:
        where += ", source " + ", ".join(
            f"{name} = {_repr.repr(value)}" for name, value in values.items()
        )
        is_missing = any(value is MISSING for value in values.values())
        if is_missing and isinstance(record, Mapping):
            where += f" (the record has {_repr.repr(sorted(map(str, record)))})"
    failure = _failure_like(error)
    if failure is None:
        add_note(error, f"in {where}")
        return error
    failure.message = f"{where}: {type(error).__name__}: {error}"
    failure.sync_reason = reason_of(error)
    failure.sync_place = where
    failure.mapper = place.mapper
    failure.step = place.step
    failure.source_fields = place.source_fields
    failure.source_values = values
    return failure


def _peek(record: Any, name: str) -> Any:
    """Return a source value for the message without a query."""
    try:
        if isinstance(record, models.BaseModel):
            return record._cache[name]
        if name not in record and "." in name and isinstance(record, Mapping):
            for step in name.split("."):
                record = record[step]
            return record
        return record[name]
    except Exception:
        return MISSING


def _failure_like(error: Exception) -> MappingFailure | None:
    """Return a failure of the error's type as well, None where that is impossible."""
    error_type = type(error)
    if error_type is MappingError:
        return MappingFailure(*error.args)
    if error_type.__module__.partition(".")[0] not in sys.stdlib_module_names:
        return None
    try:
        failure = _failure_type(error_type)(*error.args)
    except TypeError:  # incompatible layouts, or other arguments
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
