# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime

from psycopg2.errors import UniqueViolation

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.component.core import Component

from ..exception import InvalidDataError, RetryableJobError
from .export_common import ExportCase
from .import_common import CATEGORY, PARTNER, ImporterCase, partner

LATER = "2026-02-01 00:00:00"


@tagged("post_install", "-at_install")
class TestDryRun(ImporterCase):
    """List the changes of an import, and change nothing."""

    __test__ = True

    def setUp(self):
        super().setUp()
        self.put_tag(5)
        self.put(partner(1), partner(2))
        self.run_chunk([1, 2])
        self.put(
            partner(1, email="new@example.com", updated_at=LATER),
            partner(3, tags=[5]),
        )

    def dry_run(self, **kwargs):
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER, "dry_run")
        with self.trap_jobs() as trap, mute_logger("odoo.sql_db"):
            self.env[PARTNER].dry_run_batch(self.backend, run=run, **kwargs)
            self.run_jobs(trap)
        return run

    def line(self, run, external_id):
        return run.dry_run_line_ids.filtered(
            lambda line: line.external_id == str(external_id)
        )

    def test_it_lists_created_and_updated_records(self):
        run = self.dry_run()
        self.assertEqual(
            (run.found_count, run.created_count, run.updated_count), (3, 1, 1)
        )
        self.assertEqual((run.unchanged_count, run.state), (1, "done"))
        self.assertEqual(len(run.dry_run_line_ids), 2)

    def test_records_that_another_job_imports_now_are_listed_too(self):
        expected = [(line.external_id, line.outcome) for line in self.lines()]
        with self.locked_elsewhere(3):
            found = [(line.external_id, line.outcome) for line in self.lines()]
        self.assertEqual(found, expected)
        self.assertEqual(len(found), 2)

    def lines(self):
        return self.dry_run().dry_run_line_ids

    def test_it_keeps_no_import_from_running(self):
        self.dry_run()
        with self.locked_elsewhere(3):
            pass

    def test_a_record_that_another_job_created_meanwhile_is_looked_at_again(self):
        def create(importer, values):
            raise RetryableJobError("twice") from UniqueViolation()

        with (
            self.hooked(_create=create),
            self.assertRaisesRegex(RetryableJobError, "twice"),
        ):
            self.dry_run()

    def test_it_tells_field_old_and_new_value(self):
        line = self.line(self.dry_run(), 1)
        self.assertEqual(line.outcome, "updated")
        self.assertEqual(line.record_name, "Partner 1")
        self.assertEqual(line.changes, "Email: 1@example.com → new@example.com")

    def test_it_lists_the_values_of_new_records(self):
        line = self.line(self.dry_run(), 3)
        self.assertEqual((line.outcome, line.record_name), ("created", "Partner 3"))
        self.assertIn("Name: Partner 3", line.changes)
        self.assertIn("Tags: Tag 5", line.changes)

    def test_nothing_is_written(self):
        bindings = self.env[PARTNER].with_context(active_test=False)
        before = {
            model: self.env[model].search_count([])
            for model in ("res.partner", "res.partner.category", PARTNER, CATEGORY)
        }
        known = bindings.search([]).read()
        self.dry_run()
        self.assertEqual(bindings.search([]).read(), known)
        for model, count in before.items():
            self.assertEqual(self.env[model].search_count([]), count, model)
        self.assertFalse(self.found(3))

    def test_no_job_is_left_behind(self):
        def after_import(importer, binding):
            binding.with_delay().import_record(self.backend, 1)

        jobs = self.env["queue.job"].search_count([])
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER, "dry_run")
        with self.hooked(_after_import=after_import):
            self.env[PARTNER].dry_run_chunk(self.backend, [1, 3], run=run)
        self.assertEqual(run.updated_count, 1)
        self.assertEqual(self.env["queue.job"].search_count([]), jobs)

    def test_nothing_is_done_at_the_commit(self):
        done = []

        def after_import(importer, binding):
            importer.env.cr.precommit.add(lambda: done.append("before"))
            importer.env.cr.postcommit.add(lambda: done.append("after"))

        callbacks = self.env.cr.postcommit
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER, "dry_run")
        with self.hooked(_after_import=after_import):
            self.env[PARTNER].dry_run_chunk(self.backend, [3], run=run)
        self.env.cr.precommit.run()
        self.assertNotIn("after", done)
        self.assertIs(self.env.cr.postcommit, callbacks)

    def test_no_listener_is_called(self):
        told = []

        class Listener(Component):
            _name = "test.dry.run.listener"
            _inherit = "base.event.listener"
            _apply_on = ["res.partner", PARTNER]

            def on_record_create(self, record, fields=None):
                told.append(record)

            on_record_write = on_record_create

        self.build_components(Listener)
        self.importer = self.component("record.importer", PARTNER)
        self.dry_run()
        self.assertEqual(told, [])
        self.run_chunk([3])
        self.assertTrue(told)

    def test_a_failure_has_its_reason_and_the_rest_is_listed(self):
        def refuse(importer, values):
            if values["name"] == "Partner 3":
                raise InvalidDataError("no such name")

        with self.hooked(_validate_create_data=refuse):
            run = self.dry_run()
        line = self.line(run, 3)
        self.assertEqual((line.outcome, line.reason), ("failed", "no such name"))
        self.assertEqual((run.failed_count, run.updated_count), (1, 1))

    def test_an_error_that_no_database_can_store_is_listed_too(self):
        def create_data(importer, map_record, **kwargs):
            raise ValueError("a\0b\ud800")

        with self.hooked(_create_data=create_data):
            run = self.dry_run()
        self.assertEqual(run.failed_count, 1)
        self.assertEqual(self.line(run, 3).reason, "a\\x00b\\ud800")
        self.assertEqual(self.line(run, 1).outcome, "updated")

    def test_a_constraint_of_the_database_would_fail_too(self):
        def refuse(importer, binding):
            if binding.name == "Partner 3":
                binding.env.cr.execute("SELECT 1/0")

        with self.hooked(_after_import=refuse):
            run = self.dry_run()
        self.assertIn("division by zero", self.line(run, 3).reason)
        self.assertEqual(run.updated_count, 1)

    def test_records_that_would_be_removed_are_listed_and_stay(self):
        self.system.remove(PARTNER, 1)
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER, "dry_run")
        with self.hooked(_missing_record_policy="delete"):
            self.env[PARTNER].dry_run_chunk(self.backend, [1], run=run)
        self.assertEqual(self.line(run, 1).outcome, "removed")
        self.assertTrue(self.found(1).odoo_id)

    def test_a_forced_dry_run_reads_everything(self):
        self.system.tables[PARTNER][2]["name"] = "Changed behind the date"
        self.assertFalse(self.line(self.dry_run(), 2))
        line = self.line(self.dry_run(force=True), 2)
        self.assertEqual(line.changes, "Name: Partner 2 → Changed behind the date")

    def test_a_number_opens_its_lines(self):
        run = self.dry_run()
        action = run.with_context(connector_outcome="created").action_open_records()
        lines = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(lines, self.line(run, 3))
        action = run.with_context(connector_outcome="unchanged").action_open_records()
        self.assertEqual(action["res_model"], "res.partner")
        self.assertEqual(action["domain"], [("id", "in", self.found(2).odoo_id.ids)])

    def test_a_line_opens_its_record(self):
        action = self.line(self.dry_run(), 1).action_open_record()
        self.assertEqual(action["res_id"], self.found(1).odoo_id.id)

    def test_an_importer_that_is_not_generic_is_refused(self):
        class OwnImporter(Component):
            _name = "test.own.importer"
            _inherit = ["test.connector", "base.importer"]
            _usage = "record.importer"
            _apply_on = "test.res.country"

        self.build_components(OwnImporter)
        with self.assertRaisesRegex(TypeError, "inherits generic.importer"):
            self.env["test.res.country"].dry_run_chunk(self.backend, ["FR"])

    def test_dry_runs_go_after_a_week(self):
        old, new = self.dry_run(), self.dry_run()
        self.env.cr.execute(
            "UPDATE connector_sync_run SET create_date = %s WHERE id = %s",
            (datetime(2026, 1, 1), old.id),
        )
        self.env["connector.dry.run.line"]._gc_dry_runs()
        self.assertEqual((old + new).exists(), new)

    def test_the_dashboard_does_not_count_dry_runs(self):
        self.dry_run()
        sums = self.env["connector.sync.rollup"]._read_sums(0)
        self.assertNotIn(PARTNER, [row["model_name"] for row in sums])


@tagged("post_install", "-at_install")
class TestBackendDryRun(ExportCase):
    def test_the_button_starts_a_dry_run_for_each_model(self):
        self.system.create("test.export.partner", {"name": "Ada"})
        with self.trap_jobs() as trap:
            action = self.backend.button_dry_run()
            self.run_jobs(trap)
        runs = self.env["connector.sync.run"].search(action["domain"])
        self.assertEqual(set(runs.mapped("direction")), {"dry_run"})
        self.assertEqual(runs.dry_run_line_ids.mapped("record_name"), ["Ada"])
        self.assertFalse(self.env["test.export.partner"].search([("name", "=", "Ada")]))
