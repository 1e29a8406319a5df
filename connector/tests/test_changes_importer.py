# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from odoo.tests.common import new_test_user, tagged

from .export_common import ExportCase

NOON = datetime(2026, 1, 31, 12)


@tagged("post_install", "-at_install")
class TestChangesImporter(ExportCase):
    model = "test.export.partner"

    def import_changes(self, at=NOON):
        importer = self.component("changes.importer", self.model)
        with (
            patch.object(type(importer), "_now", return_value=at),
            self.trap_jobs() as trap,
        ):
            message = importer.run()
        return message, trap.enqueued_jobs

    def test_found_records_are_enqueued_and_the_cursor_moves(self):
        self.system.create(self.model, {"name": "Ada"})
        message, (job,) = self.import_changes()
        self.assertEqual(message, "1 records found")
        self.assertEqual(job.args, (self.backend, ["1"]))
        cursor = self.env["connector.cursor"]._find(self.backend, self.model)
        self.assertEqual(cursor.position["since"], "2026-01-31 12:00:00")
        self.assertTrue(cursor.looked_at)

    def test_the_first_time_all_is_looked_for_and_then_the_changes(self):
        asked = []
        importer = self.component("changes.importer", self.model)
        filters_since = type(importer)._filters_since

        def spy(self, since):
            asked.append(since)
            return filters_since(self, since)

        with patch.object(type(importer), "_filters_since", spy):
            self.import_changes()
            self.import_changes(at=datetime(2026, 1, 31, 13))
        self.assertEqual(
            asked, [None, datetime(2026, 1, 31, 11, 59, tzinfo=timezone.utc)]
        )

    def test_the_time_of_the_backend_may_have_a_zone(self):
        zone = timezone(timedelta(hours=2))
        self.import_changes(at=datetime(2026, 1, 31, 14, tzinfo=zone))
        cursor = self.env["connector.cursor"]._find(self.backend, self.model)
        self.assertEqual(cursor.position["since"], "2026-01-31 12:00:00")

    def test_the_run_knows_how_many_were_found(self):
        self.system.create(self.model, {"name": "Ada"})
        __, (job,) = self.import_changes()
        run = job.kwargs["run"]
        self.assertEqual((run.found_count, run.model_name), (1, self.model))

    def test_a_search_that_finds_nothing_leaves_no_run(self):
        runs = self.env["connector.sync.run"].search_count([])
        message, jobs = self.import_changes()
        self.assertEqual((message, jobs), ("0 records found", []))
        self.assertEqual(self.env["connector.sync.run"].search_count([]), runs)
        cursor = self.env["connector.cursor"]._find(self.backend, self.model)
        self.assertTrue(cursor.looked_at)

    def test_a_failing_search_does_not_move_the_cursor(self):
        importer = self.component("changes.importer", self.model)
        with (
            patch.object(type(importer), "_filters_since", side_effect=ValueError),
            self.assertRaises(ValueError),
        ):
            importer.run()
        cursor = self.env["connector.cursor"]._find(self.backend, self.model)
        self.assertFalse(cursor.position)

    def test_a_connector_manager_may_have_changes_looked_for(self):
        self.system.create("test.export.category", {"name": "Tag"})
        manager = new_test_user(
            self.env, "manager", groups="connector.group_connector_manager"
        )
        backend = self.backend.with_user(manager)
        with self.trap_jobs() as trap:
            backend.env["test.export.category"].import_changes(backend)
            (job,) = trap.enqueued_jobs
        self.assertEqual(job.kwargs["run"].found_count, 1)

    def test_the_job_runs_the_importer(self):
        with self.trap_jobs() as trap:
            message = self.env[self.model].import_changes(self.backend)
        self.assertEqual((message, trap.enqueued_jobs), ("0 records found", []))

    def test_a_manager_runs_the_importer(self):
        manager = new_test_user(
            self.env, "manager", "base.group_user,connector.group_connector_manager"
        )
        model = self.env[self.model].with_user(manager)
        with self.trap_jobs():
            message = model.import_changes(self.backend.with_user(manager))
        self.assertEqual(message, "0 records found")
