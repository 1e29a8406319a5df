# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests of importers."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo.tools import mute_logger

from odoo.addons.component.tests.common import new_rollbacked_env

from ..database import pg_try_advisory_lock
from .common import TestConnectorCase

PARTNER = "test.res.partner"
CATEGORY = "test.res.partner.category"
INDUSTRY = "test.res.partner.industry"
IMPORTER_LOGGER = "odoo.addons.connector.components.importer.retries"


def partner(external_id, **values):
    return {
        "id": external_id,
        "name": f"Partner {external_id}",
        "email": f"{external_id}@example.com",
        "ref": False,
        "parent": None,
        "industry": None,
        "tags": [],
        "updated_at": "2026-01-01 00:00:00",
        **values,
    }


class ImporterCase(TestConnectorCase):
    def setUp(self):
        super().setUp()
        self.importer = self.component("record.importer", PARTNER)

    def put(self, *records, table=PARTNER):
        self.system.put(table, *records)

    def put_tag(self, *external_ids, parent=None):
        self.put(
            *(
                {"id": key, "name": f"Tag {key}", "parent": parent}
                for key in external_ids
            ),
            table=CATEGORY,
        )

    def put_industry(self, *external_ids):
        self.put(
            *({"id": key, "name": f"Industry {key}"} for key in external_ids),
            table=INDUSTRY,
        )

    def found(self, external_id, model=PARTNER):
        return self.component("binder", model).to_internal(external_id)

    def run_one(self, external_id, **kwargs):
        (item,) = self.importer.run(external_id, **kwargs).items
        return item

    def run_chunk(self, external_ids, **kwargs):
        """Import in a separate work context and return outcome and jobs."""
        with self.trap_jobs() as trap, mute_logger(IMPORTER_LOGGER, "odoo.sql_db"):
            importer = self.component("record.importer", PARTNER)
            outcome = importer.run_chunk(external_ids, **kwargs)
        return outcome, trap.enqueued_jobs

    def outcomes(self, outcome):
        return {item.external_id: item.outcome for item in outcome.items}

    @contextmanager
    def hooked(self, **methods):
        """Give the importer of partners methods of a connector."""
        with patch.multiple(type(self.importer), create=True, **methods):
            yield

    @contextmanager
    def locked_elsewhere(self, *external_ids):
        with new_rollbacked_env() as env:
            for external_id in external_ids:
                name = self.importer._lock_name(external_id)
                self.assertTrue(pg_try_advisory_lock(env, name))
            yield
