# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from odoo import fields

from odoo.addons.component.core import AbstractComponent

from ...timestamps import aware_utc, to_utc
from .overlap import Overlap


class ChangesImporter(AbstractComponent):
    """Import what changed in the backend since the last time.

    The cursor moves in the transaction that enqueues the imports: what was
    enqueued is not looked for again, and what was not, is.

    Where the adapter tells when records changed, what the overlap finds again is
    known by its id and date, and passed over.
    """

    _name = "generic.changes.importer"
    _inherit = "base.importer"
    _usage = "changes.importer"

    _batch_importer_usage = "delayed.batch.importer"
    #: how far a new cursor looks back behind its position
    _overlap_seconds = 60
    #: up to which time changes are found, by the clock of the backend (UTC)
    looked_at: datetime | None = None

    def run(self, **kwargs: Any) -> str:
        """Enqueue the imports, in a new run; ``kwargs`` travel on to each of them.

        There is no run where nothing was found.

        :raise RetryableJobError: another job looks for changes now
        """
        cursor = self._lock_cursor()
        self.looked_at = to_utc(self._now())
        read_at = fields.Datetime.now()
        runs = self.env["connector.sync.run"].sudo()
        run = runs._start(self.backend_record, self.model._name)
        batch_importer = self.component(usage=self._batch_importer_usage)
        overlap = Overlap(
            cursor.found,
            since=self.looked_at - timedelta(seconds=cursor.overlap_seconds),
            read_at=read_at,
        )
        batch_importer.overlap = overlap
        since = cursor._since()
        filters = self._filters_since(since and aware_utc(since))
        found = batch_importer.run(filters=filters, run=run, **kwargs)
        if found:
            run._set_found(found)
        else:
            run.unlink()
        cursor._move_to(self.looked_at, read_at)
        cursor._remember(overlap.found, read_at)
        return self.env._("%s records found", found)

    def _lock_cursor(self):
        """Return the cursor of the backend and model, held to the transaction's end."""
        cursor = self.env["connector.cursor"].sudo()
        cursor = cursor._ensure(
            self.backend_record,
            self.model._name,
            overlap_seconds=self._overlap_seconds,
        )
        cursor._lock()
        return cursor

    def _filters_since(self, since: datetime | None) -> Any:
        """Return the filters for what changed at ``since`` or later.

        None is the first time: all there is.

        :param since: an aware datetime in UTC; :func:`.format_time` writes it
            in the zone and the format of the backend
        """
        raise NotImplementedError(
            f"{self._name} does not say how the backend is asked for changes: "
            "override _filters_since and return the filters for its adapter."
        )

    def _now(self) -> datetime:
        """Return the time up to which changes are found now, UTC unless it is aware.

        By our clock; the overlap has to be longer than the backend's is behind.
        """
        return fields.Datetime.now()
