# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Modifiers of plain values; each may wrap another one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from ...exception import MappingError
from ...timestamps import UTC, find_zone, local_day, means_no_time, to_utc
from .modifier import (
    Change,
    Modifier,
    Read,
    Source,
    ValueModifier,
    describe_source,
    is_empty,
    is_missing,
    reader,
    source_fields,
)

_NO_DEFAULT = object()


def modifier(function: Read, source_field: str | None = None) -> Modifier:
    """Return a modifier that gives a lambda or any other function its source field.

    ``function`` takes ``(mapper, record, to_attr)``.
    """
    return Modifier(
        function,
        lambda read, keeps_falsy: read,
        describe_source(function),
        source_field=source_field,
    )


def keep_falsy(field: Source, source_field: str | None = None) -> Modifier:
    """Pass 0, 0.0 and "" on as values, also through the modifiers inside."""
    if isinstance(field, Modifier):
        return field.keeping_falsy()
    return ValueModifier(
        field,
        lambda keeps_falsy: lambda value: value,
        "keep_falsy",
        source_field=source_field,
        keeps_falsy=True,
    )


def none(field: Source, source_field: str | None = None) -> Modifier:
    """Replace a falsy value by None."""

    def build(keeps_falsy: bool) -> Change:
        if keeps_falsy:
            return lambda value: None if value is False else value
        return lambda value: value or None

    return ValueModifier(field, build, "none", source_field=source_field)


def convert(
    field: Source, conv_type: Callable[[Any], Any], source_field: str | None = None
) -> Modifier:
    """Convert the value by ``conv_type``; a falsy value becomes False."""

    def build(keeps_falsy: bool) -> Change:
        if keeps_falsy:
            return lambda value: value if is_missing(value) else conv_type(value)
        return lambda value: conv_type(value) if value else False

    how = f"convert({getattr(conv_type, '__name__', repr(conv_type))})"
    return ValueModifier(field, build, how, source_field=source_field)


def follow_m2o_relations(field: str, source_field: str | None = None) -> Modifier:
    """Follow a dotted path of relations of the record to the final value."""
    steps = field.split(".")

    def follow(mapper: Any, record: Any, to_attr: str) -> Any:
        value = record
        for step in steps:
            value = getattr(value, step)
        return value

    return Modifier(
        field,
        lambda read, keeps_falsy: follow,
        "follow_m2o_relations",
        source_field=source_field,
    )


def value_table(
    field: Source,
    table: Mapping[Any, Any],
    default: Any = _NO_DEFAULT,
    reverse: bool = False,
    source_field: str | None = None,
) -> Modifier:
    """Look the value up in ``table``.

    A falsy value that the table does not contain becomes False.

    :param reverse: look up the values of the table, and return its keys
    :raise MappingError: the table does not contain the value, and has no ``default``
    """
    known = {right: left for left, right in table.items()} if reverse else dict(table)

    def build(keeps_falsy: bool) -> Change:
        def translate(value: Any) -> Any:
            if value in known:
                return known[value]
            if is_empty(value, keeps_falsy):
                return value if keeps_falsy else False
            if default is not _NO_DEFAULT:
                return default
            raise MappingError(
                f"The value table does not contain {value!r}; it contains "
                f"{', '.join(map(repr, known))}. Add it, or give the table a default."
            )

        return translate

    return ValueModifier(field, build, "value_table", source_field=source_field)


def concat(*fields: Source, separator: str = " ") -> Modifier:
    """Join the values of several fields that are not missing; False if all are."""
    reads = [reader(field) for field in fields]

    def joined(mapper: Any, record: Any, to_attr: str) -> Any:
        values = (read(mapper, record, to_attr) for read in reads)
        parts = [str(value) for value in values if not is_missing(value)]
        return separator.join(parts) if parts else False

    joined.source_fields = tuple(
        name for field in fields for name in source_fields(field)
    )
    return Modifier(joined, lambda read, keeps_falsy: read, "concat")


def utc_datetime(
    field: Source, timezone: str = "UTC", source_field: str | None = None
) -> Modifier:
    """Convert a time to the naive UTC datetime that Odoo stores.

    Accepts an ISO 8601 text, a datetime, or a number of seconds since 1970. A time
    without an offset is in ``timezone``. Fractions of a second are cut off, as Odoo
    does. A placeholder such as ``0000-00-00 00:00:00`` becomes False.
    """
    zone = ZoneInfo(timezone)

    def build(keeps_falsy: bool) -> Change:
        def change(value: Any) -> Any:
            if is_empty(value, keeps_falsy) or means_no_time(value):
                return False
            return to_utc(value, zone).replace(microsecond=0)

        return change

    return ValueModifier(field, build, "utc_datetime", source_field=source_field)


def local_date(
    field: Source,
    timezone: str | Read = "UTC",
    naive_timezone: str | None = None,
    source_field: str | None = None,
) -> Modifier:
    """Convert a time to its day in ``timezone``, for a Date field.

    23:30 in UTC on 31 May is 1 June in Brussels. Accepts the same values as
    ``utc_datetime``; a day without a time stays unchanged.

    :param timezone: name of the zone, or a modifier that returns it:
        ``backend_field("tz")``
    :param naive_timezone: zone of times without an offset, by default ``timezone``
    """
    known = None if callable(timezone) else find_zone(timezone)
    naive_zone = find_zone(naive_timezone) if naive_timezone else None

    def build(read: Read, keeps_falsy: bool) -> Read:
        def read_day(mapper: Any, record: Any, to_attr: str) -> Any:
            value = read(mapper, record, to_attr)
            if is_empty(value, keeps_falsy) or means_no_time(value):
                return False
            zone = known or find_zone(timezone(mapper, record, to_attr) or "UTC")
            return local_day(value, zone, naive_zone)

        return read_day

    return Modifier(field, build, "local_date", source_field=source_field)


def iso_datetime(
    field: Source, timezone: str = "UTC", source_field: str | None = None
) -> Modifier:
    """Convert Odoo's naive UTC datetime to an ISO 8601 text in ``timezone``."""
    zone = ZoneInfo(timezone)

    def to_iso(value: Any) -> Any:
        if not value:
            return False
        if value.tzinfo is None:
            value = value.replace(tzinfo=UTC)
        return value.astimezone(zone).isoformat()

    return ValueModifier(
        field, lambda keeps_falsy: to_iso, "iso_datetime", source_field=source_field
    )
