# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Records that the search for them has read already: their import reads none again.

::

    page of records ─┬─ direct import ──────────────────────────────► session.found
                     └─ a job for each chunk ─► connector.kept.records ─► session.found
    flow: read ◄─ session.found, or else the adapter
          find bindings
          read again what was synchronized after the search had read it

**A found record never overwrites a newer import.** The version in the page is older
than each version that was imported or exported after the page was requested, so such a
record is read from the backend. An import of the found record itself is not newer: a
chunk can be replayed.

Only the jobs of a search get found records. All other imports, those with ``force`` and
dry runs read from the adapter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from odoo.exceptions import MissingError

from ..session import Key, Session
from .items import ImportItem

_SECOND = timedelta(seconds=1)


class FoundRecord(NamedTuple):
    """An external record that a search has read.

    :param read_at: time (UTC) before which the backend had sent nothing of it
    :param imported_at: ``sync_date`` of the binding after this version was imported
    """

    record: Any
    read_at: datetime
    imported_at: datetime | None = None


def take_found(
    found: dict[Key, FoundRecord], model_name: str, items: Iterable[ImportItem]
) -> list[ImportItem]:
    """Give items the records that a search has read; return the other items."""
    unread = []
    for item in items:
        known = None if item.force else found.pop((model_name, item.key), None)
        if known is None:
            unread.append(item)
        else:
            item.found = known
            item.external_record, item.read_at = known.record, known.read_at
    return unread


def drop_outdated(
    sync_date_field: str, items: Iterable[ImportItem]
) -> list[ImportItem]:
    """Take from items the records that are older than their bindings, and return them.

    :param sync_date_field: field of the bindings
    """
    outdated = [
        item
        for item in items
        if item.pending and item.found and _is_outdated(item, sync_date_field)
    ]
    for item in outdated:
        item.found = item.external_record = None
    return outdated


def _is_outdated(item: ImportItem, sync_date_field: str) -> bool:
    binding, found = item.binding, item.found
    synced_at = sync_date_field in binding._fields and binding[sync_date_field]
    if not synced_at or synced_at == found.imported_at:
        return False
    # an export notes the second, an import the microsecond
    latest = synced_at if synced_at.microsecond else synced_at + _SECOND
    return latest >= found.read_at


def imported_dates(
    sync_date_field: str, items: Iterable[ImportItem]
) -> dict[str, datetime]:
    """Return ``{key: sync_date}`` of the bindings that have a found version now."""
    dates = {}
    for item in items:
        if not (item.found and item.binding) or item.error:
            continue
        if sync_date_field not in item.binding._fields:
            continue
        with suppress(MissingError):  # a hook may delete the imported record
            synced_at = item.binding[sync_date_field]
            if synced_at and synced_at > item.found.read_at:
                dates[item.key] = synced_at
    return dates


def offer_found(work: Any, found: Mapping[str, FoundRecord]) -> None:
    """Let the imports of a work context take found records of its model."""
    model_name = work.model._name
    Session.of(work).found.update(
        {(model_name, key): known for key, known in found.items()}
    )
