# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""When what is repeated is due again."""

from __future__ import annotations

from datetime import datetime, timedelta

#: the longest interval of a schedule
MAX_INTERVAL_MINUTES = 366 * 24 * 60


def next_time(
    previous: datetime | None, interval_minutes: int, now: datetime
) -> datetime:
    """Return the first time after ``now`` that is whole intervals after ``previous``.

    What was missed while nothing ran is not made up for. An interval that no date can
    be reached by, as a database may hold one, counts as the longest allowed.
    """
    minutes = min(max(interval_minutes, 1), MAX_INTERVAL_MINUTES)
    interval = timedelta(minutes=minutes)
    if previous is None or not previous:
        return now + interval
    missed = max(0, (now - previous) // interval)
    return previous + (missed + 1) * interval
