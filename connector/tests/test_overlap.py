# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests.common import TransactionCase, tagged
from odoo.tools import mute_logger

from odoo.addons.component.core import Component

from ..components.importer.incremental import Overlap
from ..timestamps import is_fresh, is_newer, version_of
from .import_common import IMPORTER_LOGGER, PARTNER, ImporterCase, partner

NOON = datetime(2026, 1, 31, 12)


class TestOverlap(TransactionCase):
    def look(self, page, found=None):
        overlap = Overlap(found, NOON, read_at=NOON + timedelta(hours=1))
        return overlap.without_known(page), dict(overlap.found)

    def test_records_found_with_the_same_date_are_ignored(self):
        __, found = self.look({1: NOON, 2: NOON})
        page = {1: NOON, 2: NOON + timedelta(seconds=1), 3: NOON}
        new, found = self.look(page, found)
        self.assertEqual(list(new), [2, 3])
        self.assertEqual(
            found, {"2026-01-31 12:00:00": [1, 3], "2026-01-31 12:00:01": [2]}
        )

    def test_an_id_is_known_as_a_number_or_as_text(self):
        new, __ = self.look({"7": NOON}, {"2026-01-31 12:00:00": [7]})
        self.assertEqual(new, {})

    def test_records_outside_the_next_search_are_not_remembered(self):
        self.assertEqual(self.look({1: NOON - timedelta(seconds=1), 2: None})[1], {})

    def test_fresh_records_are_not_remembered(self):
        overlap = Overlap(None, NOON, read_at=NOON)
        overlap.without_known({1: NOON, 2: NOON - timedelta(days=1)})
        self.assertEqual(overlap.found, {})

    def test_a_page_without_dates_stays_as_it_is(self):
        self.assertEqual(self.look([1, 2])[0], [1, 2])

    def test_only_dates_of_now_are_fresh(self):
        self.assertTrue(is_fresh(NOON, NOON + timedelta(seconds=5)))
        self.assertTrue(is_fresh(NOON + timedelta(seconds=5), NOON))
        self.assertFalse(is_fresh(NOON, NOON + timedelta(seconds=6)))
        self.assertFalse(is_fresh(None, NOON))

    def test_a_fresh_record_is_found_changed_once_more(self):
        version = version_of(NOON, read_at=NOON)
        self.assertNotEqual(version, NOON)
        self.assertFalse(is_newer(NOON, version))
        self.assertTrue(is_newer(NOON + timedelta(seconds=1), version))

    def test_a_record_of_long_ago_is_known_by_its_date(self):
        version = version_of(NOON, read_at=NOON + timedelta(hours=1))
        self.assertEqual(version, NOON)
        self.assertFalse(is_newer(NOON, version))
        self.assertTrue(is_newer(NOON + timedelta(seconds=1), version))

    def test_a_record_without_date_has_no_version(self):
        self.assertIsNone(version_of(None, read_at=NOON))


@tagged("post_install", "-at_install")
class TestOverlappingSearches(ImporterCase):
    """Search twice in the same time, with an adapter that returns dates."""

    __test__ = True

    def setUp(self):
        super().setUp()
        self.put(partner(1), partner(2), partner(3))
        self.found_ids = []

    def import_changes(self, perform=True, **kwargs):
        """Search for changes; return the ids that are enqueued."""

        class Importer(Component):
            _name = "test.changes.importer"
            _inherit = ["test.connector", "generic.changes.importer"]

            def _filters_since(self, since):
                return None

            def _now(self):
                return datetime(2026, 1, 1)

        if not self.found_ids:
            self.build_components(Importer)
        dated = {
            key: fields.Datetime.to_datetime(record["updated_at"])
            for key, record in self.system.tables[PARTNER].items()
        }
        adapter = type(self.component("backend.adapter", PARTNER))
        pages = patch.object(adapter, "search_pages", lambda *args: iter([dated]))
        with pages, self.trap_jobs() as trap, mute_logger(IMPORTER_LOGGER):
            self.env[PARTNER].import_changes(self.backend, **kwargs)
            jobs = trap.enqueued_jobs
            if perform:
                trap.perform_enqueued_jobs()
        self.found_ids.append([key for job in jobs for key in job.args[1]])
        return self.found_ids[-1]

    def test_found_records_are_not_enqueued_again(self):
        self.assertEqual(self.import_changes(), [1, 2, 3])
        self.assertEqual(self.import_changes(), [])

    def test_jobs_that_still_wait_are_not_doubled(self):
        self.import_changes(perform=False)
        self.assertEqual(self.import_changes(), [])

    def test_failed_records_have_a_job_and_are_not_enqueued_again(self):
        with self.hooked(_validate_create_data=lambda importer, values: 1 / 0):
            self.import_changes()
            self.assertEqual(self.import_changes(), [])

    def test_a_record_that_changed_once_more_is_enqueued(self):
        self.import_changes()
        self.put(partner(2, updated_at="2026-01-01 00:00:01"))
        self.assertEqual(self.import_changes(), [2])

    def test_a_record_changed_in_the_second_of_its_import_is_found_again(self):
        now = fields.Datetime.to_string(fields.Datetime.now())
        self.put(partner(2, updated_at=now))
        self.import_changes()
        self.put(partner(2, email="later@example.com", updated_at=now))
        self.assertEqual(self.import_changes(), [2])
        self.assertEqual(self.found(2).email, "later@example.com")

    def test_a_forced_search_enqueues_everything(self):
        self.import_changes()
        self.assertEqual(self.import_changes(force=True), [1, 2, 3])

    def test_a_position_set_by_hand_looks_at_everything_again(self):
        self.import_changes(perform=False)
        cursor = self.env["connector.cursor"]._find(self.backend, PARTNER)
        cursor.position_text = False
        self.assertEqual(self.import_changes(), [1, 2, 3])
