# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Read and write the times of backends, which use many formats."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.parser import isoparse

from .exception import InvalidDataError

UTC = timezone.utc
#: two changes of a record within a second have one date; clocks differ by less
FRESH_SECONDS = 5
#: by which the version of a fresh record differs from its date
TICK = timedelta(microseconds=1)

#: values that backends write instead of no time: the zero of MySQL, PHP's form of it,
#: the lowest time of .NET and of Go
_NO_TIME = re.compile(r"\s*(-?000[01]-\d\d-\d\d.*|0{8}|0{14})?\s*", re.ASCII)
_USUAL = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{6}|\.\d{3})?(Z|[+-]\d\d:\d\d)?", re.ASCII
)
_DAY = re.compile(r"\s*\d{4}-?\d\d-?\d\d\s*", re.ASCII)


def precise_now() -> datetime:
    """Return the current time (UTC, naive) with its microseconds."""
    return datetime.now(UTC).replace(tzinfo=None)


def means_no_time(value: Any) -> bool:
    """Return whether a value of a backend means that there is no time.

    These are empty texts, ``0000-00-00 00:00:00``, and times of the year 1.
    """
    if isinstance(value, str):
        return _NO_TIME.fullmatch(value) is not None
    return isinstance(value, date) and value.year == 1


def to_utc(value: Any, zone: tzinfo = UTC) -> datetime:
    """Return the naive UTC datetime that Odoo stores.

    :param value: an ISO 8601 text, a datetime, or a number of seconds since 1970
    :param zone: of a time without an offset
    """
    if isinstance(value, bool):
        raise TypeError(f"{value} is not a time")  # to Python, it is a number
    if isinstance(value, (int, float)):
        time = datetime.fromtimestamp(value, UTC)
    elif isinstance(value, datetime):
        time = value
    else:
        time = _parse_iso(value)
    if time.tzinfo is None:
        time = time.replace(tzinfo=zone)
    return time.astimezone(UTC).replace(tzinfo=None)


def _parse_iso(text: str) -> datetime:
    """Return the time of an ISO 8601 text; the usual forms are parsed in C."""
    if isinstance(text, str) and _USUAL.fullmatch(text):
        with suppress(ValueError):  # hour 24, or a Z before Python 3.11
            return datetime.fromisoformat(text)
    return isoparse(text)


def local_day(value: Any, zone: tzinfo, zone_of_naive: tzinfo | None = None) -> date:
    """Return the day of a time in a zone; a day without a time stays as it is.

    :param value: a value for :func:`to_utc`, or a day, as a text or a ``date``
    :param zone_of_naive: of a time without an offset, by default ``zone``
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        return isoparse(value.strip()).date()
    return aware_utc(value, zone_of_naive or zone).astimezone(zone).date()


def aware_utc(value: Any, zone: tzinfo = UTC) -> datetime:
    """Return the aware UTC datetime of anything that :func:`to_utc` takes."""
    return to_utc(value, zone).replace(tzinfo=UTC)


def format_time(
    value: Any, zone: str | tzinfo = UTC, pattern: str | None = None
) -> str:
    """Return a time as a backend writes it, in its zone and its format.

    In a format without an offset, the hour that clocks repeat in autumn is ambiguous. A
    time in its first pass is written an hour earlier, so that a search for changes
    since then misses nothing.

    :param value: an aware datetime; or a naive one, which is UTC, as Odoo's are
    :param zone: the backend's: a name like ``"Europe/Paris"``, or a ``tzinfo``
    :param pattern: for ``strftime``; by default ISO 8601 with the offset of the zone,
        ``2026-01-31T13:00:00+01:00``
    :raise ValueError: there is no such zone
    """
    time = aware_utc(value).astimezone(find_zone(zone))
    if pattern is None:
        return time.isoformat()
    if "%z" not in pattern and "%Z" not in pattern:
        time = time - _repeated_by(time)
    return time.strftime(pattern)


def find_zone(zone: str | tzinfo) -> tzinfo:
    """Return a time zone by its name.

    :raise ValueError: there is no such zone
    """
    if isinstance(zone, tzinfo):
        return zone
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, TypeError) as error:
        raise ValueError(
            f"There is no time zone {zone!r}: expected a name like 'Europe/Paris'."
        ) from error


def _repeated_by(time: datetime) -> timedelta:
    """Return by how much the clocks go back after a local time that occurs twice.

    Return zero for a time that occurs once, and for its second pass.
    """
    second_pass = time.replace(fold=1)
    if time.fold:
        return timedelta()
    return max(time.utcoffset() - second_pass.utcoffset(), timedelta())


def last_change(value: Any) -> datetime | None:
    """Return when an external record was last changed, None if that is not known.

    :raise InvalidDataError: the value is not a time
    """
    if not value or means_no_time(value):
        return None
    try:
        return to_utc(value)
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise InvalidDataError(
            f"{value!r} is not the time of a last change: expected a "
            "datetime, a text in ISO 8601, or seconds since 1970."
        ) from error


# -- versions of an external record ---------------------------------------------------


def is_fresh(updated_at: datetime | None, read_at: datetime) -> bool:
    """Return whether a record may change again without another ``updated_at``.

    Backends write it in seconds: a record may change again in the second in which it
    was read.
    """
    return bool(updated_at) and abs(read_at - updated_at) <= timedelta(
        seconds=FRESH_SECONDS
    )


def version_of(updated_at: datetime | None, read_at: datetime) -> datetime | None:
    """Return the time by which a binding knows the version that was read.

    For a fresh record it is a microsecond earlier, so that the next import reads the
    record again.
    """
    return updated_at - TICK if is_fresh(updated_at, read_at) else updated_at


def is_newer(updated_at: datetime, version: datetime) -> bool:
    """Return whether a record certainly changed after the version was kept."""
    return updated_at > version + TICK


def creation_time(created_at: Any) -> datetime | None:
    """Return the time of creation as bindings keep it, None if it is unknown."""
    time = last_change(created_at)
    return time and time.replace(microsecond=0)


def is_other_record(known_at: Any, created_at: Any) -> bool:
    """Return whether two times of creation are known and differ."""
    known, created = creation_time(known_at or None), creation_time(created_at or None)
    return bool(known and created and known != created)
