# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Apply a plan to records, in a loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import GeneratorType
from typing import Any

from .errors import locate
from .plan import Plan, Selection


def map_records(
    plan: Plan,
    selection: Selection,
    methods: Iterable[Callable[[Any], Any]],
    mapper: Any,
    records: Iterable[Any],
) -> list[dict[str, Any]]:
    """Return the values of each record: the selected rows, then the bound methods."""
    record_class = plan.record_class
    mapped = []
    record = source = target = method = None
    try:
        for record in records:
            method = None
            is_record = record.__class__ is record_class
            rows = selection.field_rows if is_record else selection.rows
            # a record that only methods read need not be subscriptable
            get = getattr(record, "__getitem__", None)
            if plan.missing_is_empty:
                get = getattr(record, "get", get)
            values = {}
            for source, target, change, read in rows:
                if read is None:
                    if change is None:
                        values[target] = get(source) or False
                    else:
                        values[target] = change(record[source])
                else:
                    values[target] = read(mapper, record, target)
            for method in methods:
                produced = method(record)
                if isinstance(produced, dict):
                    values.update(produced)
                elif produced:
                    values.update(_generated(produced))
            mapped.append(values)
    except Exception as error:
        place = plan.place(source, target, method)
        located = locate(error, place, record)
        if located is error:
            raise
        raise located from error
    return mapped


def _generated(produced: Any) -> dict[str, Any]:
    """Return what a mapping method yields; later pairs win."""
    if not isinstance(produced, GeneratorType):
        raise ValueError(
            "a mapping method returns a dict, nothing, or yields pairs of a field and "
            f"a value; it returned {produced!r}"
        )
    values = {}
    for pair in produced:
        try:
            field, value = pair
        except (TypeError, ValueError):
            raise ValueError(
                f"a mapping method yields pairs of a field and a value, not {pair!r}"
            ) from None
        values[field] = value
    return values
