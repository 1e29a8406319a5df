# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Case of searches whose pages hold whole records."""

from unittest.mock import patch

from odoo.tools import mute_logger

from ..components.record_page import RecordPage
from .import_common import IMPORTER_LOGGER, PARTNER, ImporterCase, partner

KEPT = "connector.kept.records"
LOGGER = "odoo.addons.connector.models.kept_records"


class RecordPagesCase(ImporterCase):
    """The system in memory answers a search with pages of ten whole records."""

    has_dates = False

    def setUp(self):
        super().setUp()
        self.backend.chunk_size = 10
        self.put(*map(partner, range(1, 26)))
        adapter_class = type(self.component("backend.adapter", PARTNER))
        has_dates = self.has_dates

        def search_pages(adapter, filters=None):
            records = adapter.search_read(filters)
            for start in range(0, len(records), 10):
                page = {record["id"]: record for record in records[start : start + 10]}
                dates = {key: page[key]["updated_at"] for key in page}
                yield RecordPage(page, dates if has_dates else None)

        self.enterContext(patch.object(adapter_class, "search_pages", search_pages))
        if not self.has_dates:
            self.enterContext(self.hooked(_external_updated_at=lambda importer: None))

    def enqueue(self, **kwargs):
        """Search, and return the jobs of the chunks."""
        with self.trap_jobs() as trap:
            self.env[PARTNER].import_batch(self.backend, **kwargs)
        return trap.enqueued_jobs

    def perform(self, *jobs):
        """Perform jobs; return the jobs that they delay."""
        with self.trap_jobs() as trap, mute_logger(IMPORTER_LOGGER, "odoo.sql_db"):
            for job in jobs:
                job.perform()
        return trap.enqueued_jobs

    def import_all(self, **kwargs):
        self.perform(*self.enqueue(**kwargs))

    def reads(self):
        """Return the external ids that were read one by one, and forget them."""
        calls = [*self.system.called("read_many"), *self.system.called("read")]
        self.system.forget_calls()
        return [
            key
            for call in calls
            for key in (call.args[0] if call.operation == "read_many" else call.args)
        ]

    def names(self, *external_ids):
        return [self.found(external_id).name for external_id in external_ids]
