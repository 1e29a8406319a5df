# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Import what changed in the backend since the last search.

Each search looks back behind the cursor, because clocks differ and a record may be
committed after its date::

    search 1  ├───────────────────────┤ cursor
    search 2                  ├───────┼───────────┤ cursor
                              overlap window

Where the adapter gives the date of each record, the overlap window is deduplicated: a
record that was found before, with the same date, is not enqueued again.

The cursor moves in the transaction that enqueues the imports: either both are committed
or none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from odoo import fields, models

from odoo.addons.component.core import AbstractComponent

from ...timestamps import aware_utc, is_fresh, to_utc
from ..session import Session


class Overlap:
    """Records that two overlapping searches find.

    :param found: those of the previous search, ``{date: external ids}``
    :param since: the next search finds nothing older again
    :param read_at: local time; a record that is fresh then may change without another
        date, and is not remembered
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
        #: those of this search
        self.found: dict[str, list[Any]] = defaultdict(list)

    def without_known(self, page: Iterable[Any]) -> Iterable[Any]:
        """Leave out of a page what the previous search found with the same date.

        A page without dates stays as it is.
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


class ChangesImporter(AbstractComponent):
    """Importer of changes: enqueues what changed since the cursor of its model."""

    _name = "generic.changes.importer"
    _inherit = "base.importer"
    _usage = "changes.importer"

    _batch_importer_usage = "delayed.batch.importer"
    #: overlap window of a new cursor
    _overlap_seconds = 60
    #: time up to which changes are found, by the clock of the backend (UTC)
    looked_at: datetime | None = None

    def run(self, **kwargs: Any) -> str:
        """Enqueue the imports, in a new run; return how many records were found.

        Without any record there is no run.

        :param kwargs: passed to each import
        :raise RetryableJobError: another job searches for changes now
        """
        cursor = self._lock_cursor()
        self.looked_at = to_utc(self._now())
        read_at = fields.Datetime.now()
        runs = self.env["connector.sync.run"].sudo()
        batch_id = Session.of(self.work).batch_id
        run = runs._start(self.backend_record, self.model._name, batch_id=batch_id)
        overlap = Overlap(
            cursor.found,
            since=self.looked_at - timedelta(seconds=cursor.overlap_seconds),
            read_at=read_at,
        )
        batch_importer = self.component(usage=self._batch_importer_usage)
        batch_importer.without_known = overlap.without_known
        since = cursor._since()
        filters = self._filters_since(since and aware_utc(since))
        found = batch_importer.run(filters=filters, run=run, **kwargs)
        if found:
            run._set_found(found)
        else:
            run.unlink()
        read_at = self._state_of(batch_importer, overlap, read_at)
        cursor._move_to(self.looked_at, read_at)
        cursor._remember(overlap.found, read_at)
        return self.env._("%s records found", found)

    def _state_of(
        self, batch_importer: Any, overlap: Overlap, read_at: datetime
    ) -> datetime:
        """Return the local time of the state of the backend that was found.

        A bulk operation began before this job: the next search finds later changes.
        """
        began_at = getattr(batch_importer._backend_adapter, "search_began_at", None)
        if began_at is None:
            return read_at
        self.looked_at -= read_at - began_at
        overlap.found.clear()
        return began_at

    def _lock_cursor(self) -> models.BaseModel:
        """Return the cursor of the backend and model, locked in this transaction."""
        cursor = self.env["connector.cursor"].sudo()
        cursor = cursor._ensure(
            self.backend_record,
            self.model._name,
            overlap_seconds=self._overlap_seconds,
        )
        cursor._lock()
        return cursor

    def _filters_since(self, since: datetime | None) -> Any:
        """Return the filters for records that changed at ``since`` or later.

        :param since: an aware datetime in UTC, None for all records;
            :func:`.format_time` writes it in the zone and the format of the backend
        """
        raise NotImplementedError(
            f"{self._name} does not say how to search for changes: override "
            "_filters_since and return the filters for its adapter."
        )

    def _now(self) -> datetime:
        """Return the time up to which changes are found, UTC unless it is aware.

        By default the local time: the overlap window must be longer than the clock of
        the backend is late.
        """
        return fields.Datetime.now()
