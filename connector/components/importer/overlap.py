# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Look twice at the same time, and have nothing imported twice for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from odoo import fields

#: two changes of a record within a second have one date; clocks differ by less
FRESH_SECONDS = 5
A_MOMENT = timedelta(microseconds=1)


def is_fresh(updated_at: datetime | None, read_at: datetime) -> bool:
    """Tell whether a record may change once more without its date telling.

    Dates count in seconds: what is read in the second in which it was changed may
    be changed again in that second.
    """
    return bool(updated_at) and abs(read_at - updated_at) <= timedelta(
        seconds=FRESH_SECONDS
    )


def version_of(updated_at: datetime | None, read_at: datetime) -> datetime | None:
    """Return the date by which a binding knows what was read.

    Of what is fresh it is a moment before: the next import reads it once more.
    """
    if is_fresh(updated_at, read_at):
        return updated_at - A_MOMENT
    return updated_at


def is_newer(updated_at: datetime, version: datetime) -> bool:
    """Tell whether a record was surely changed after its version was kept."""
    return updated_at > version + A_MOMENT


class Overlap:
    """Know by id and date what the search before found, and remember this one.

    :param found: ``{date: external ids}``, from ``found`` of the one before
    :param since: the next search finds nothing older than that again
    :param read_at: our time; what is fresh then is not remembered
    """

    def __init__(
        self,
        found: Mapping[str, Iterable[Any]] | None,
        since: datetime,
        read_at: datetime,
    ) -> None:
        self._known = {
            (text, str(external_id))
            for text, external_ids in (found or {}).items()
            for external_id in external_ids
        }
        self._since = since
        self._read_at = read_at
        self.found: dict[str, list[Any]] = defaultdict(list)

    def without_known(self, page: Iterable[Any]) -> Iterable[Any]:
        """Leave out of a page what was found before and did not change since.

        A page that does not tell when its records changed stays as it is.
        """
        if not isinstance(page, Mapping):
            return page
        new = {}
        for external_id, updated_at in page.items():
            text = fields.Datetime.to_string(updated_at) if updated_at else ""
            if (text, str(external_id)) not in self._known:
                new[external_id] = updated_at
            if updated_at and updated_at >= self._since:
                if not is_fresh(updated_at, self._read_at):
                    self.found[text].append(external_id)
        return new
