# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Read the times of backends, each of which writes them in its own way."""

from __future__ import annotations

from datetime import datetime, timezone, tzinfo
from typing import Any

from dateutil.parser import isoparse

from .exception import InvalidDataError

UTC = timezone.utc


def to_utc(value: Any, zone: tzinfo = UTC) -> datetime:
    """Return the naive UTC datetime that Odoo stores.

    :param value: an ISO 8601 text, a datetime, or a number of seconds since 1970
    :param zone: of a time without an offset
    """
    if isinstance(value, bool):
        raise TypeError(f"{value} is no time")  # though to Python it is a number
    if isinstance(value, (int, float)):
        moment = datetime.fromtimestamp(value, UTC)
    elif isinstance(value, datetime):
        moment = value
    else:
        moment = isoparse(value)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC).replace(tzinfo=None)


def last_change(value: Any) -> datetime | None:
    """Return when an external record was last changed, None if that is not known.

    :raise InvalidDataError: what the backend tells is no time
    """
    if not value:
        return None
    try:
        return to_utc(value)
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise InvalidDataError(
            f"{value!r} does not tell when a record was last changed: expected a "
            "datetime, a text in ISO 8601, or seconds since 1970."
        ) from error
