# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Read a dotted source path from nested dicts or related records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from odoo import models


def read_path(record: Any, path: str) -> Any:
    """Return what ``path`` leads to, False where the path ends early.

    A key of the record that itself contains the dots wins.

    :raise KeyError: a step on the way does not exist
    """
    if isinstance(record, models.BaseModel):
        return _read_relation(record, path)
    if path in record:
        return record[path]
    value = record
    walked: list[str] = []
    for step in path.split("."):
        if value is None or value is False:
            return False
        if not isinstance(value, Mapping):
            raise KeyError(
                f"cannot follow {step!r} of the source path {path!r}: "
                f"{'.'.join(walked)!r} is {type(value).__name__}, not a dict"
            )
        if step not in value:
            raise KeyError(
                f"no {step!r} on the source path {path!r}; "
                f"{'.'.join(walked) or 'the record'} has: "
                + ", ".join(sorted(map(str, value)))
            )
        value = value[step]
        walked.append(step)
    return value


def read_items(record: Any, path: str) -> Any:
    """Return the items of a record, which stand under a field or a path."""
    return read_path(record, path) if "." in path else record[path]


def _read_relation(record: models.BaseModel, path: str) -> Any:
    value = record
    for step in path.split("."):
        value = value[step]
    return value
