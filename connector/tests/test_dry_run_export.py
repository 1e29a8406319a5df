# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Dry runs of exports and of deletions."""

from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.component.core import Component

from ..exception import NetworkRetryableError
from ..outcome import Outcome
from .export_common import ExportCase
from .import_common import PARTNER, ImporterCase, partner

MODEL = "test.export.partner"


@tagged("post_install", "-at_install")
class TestExportDryRun(ExportCase):
    def setUp(self):
        super().setUp()
        self.ada, self.grace = self.make_binding(), self.make_binding(name="Grace")
        self.ada.export_record()
        self.ada.with_context(connector_no_export=True).name = "Countess"
        self.env.cr.precommit.clear()
        self.env.flush_all()

    def dry_run(self):
        """Run it by its button; return its run."""
        with self.trap_jobs() as trap:
            action = self.backend.with_context(
                connector_dry_run="export"
            ).button_dry_run()
            self.run_jobs(trap)
        runs = self.env["connector.sync.run"].search(action["domain"])
        return runs.filtered(lambda run: run.model_name == MODEL)

    def line(self, run, binding):
        return run.dry_run_line_ids.filtered(lambda line: line.binding_id == binding.id)

    def state(self):
        """Return all that a dry run must not change."""
        receipts = self.env["connector.export.receipt"].search_count([])
        jobs = self.env["queue.job"].search_count([])
        edits = self.env["connector.unconfirmed.field"].search([]).read()
        bindings = (self.ada | self.grace).read(["external_id", "sync_date"])
        remote = [self.system.read(MODEL, self.ada.external_id)]
        return receipts, jobs, edits, bindings, remote

    def test_it_lists_what_would_be_sent(self):
        run = self.dry_run()
        self.assertEqual((run.direction, run.dry_run_of), ("dry_run", "export"))
        self.assertEqual((run.found_count, run.state), (2, "done"))
        self.assertEqual((run.created_count, run.updated_count), (1, 1))
        updated, created = self.line(run, self.ada), self.line(run, self.grace)
        self.assertEqual((updated.outcome, created.outcome), ("updated", "created"))
        self.assertIn("name: Ada → Countess", updated.changes)
        self.assertIn("name: Grace", created.changes)
        self.assertEqual(updated.external_id, self.ada.external_id)

    def test_it_writes_nothing_anywhere(self):
        before = self.state()
        with (
            patch.object(type(self.system), "create") as create,
            patch.object(type(self.system), "write") as write,
        ):
            self.dry_run()
        create.assert_not_called()
        write.assert_not_called()
        self.env.invalidate_all()
        self.assertEqual(self.state(), before)

    def test_records_that_have_the_same_values_are_counted(self):
        self.ada.with_context(connector_no_export=True).name = "Ada"
        run = self.dry_run()
        self.assertEqual((run.unchanged_count, run.created_count), (1, 1))
        self.assertFalse(self.line(run, self.ada))

    def test_a_skipped_record_has_its_reason(self):
        self.ada.is_deleted_remotely = True
        line = self.line(self.dry_run(), self.ada)
        self.assertEqual(line.outcome, "skipped")
        self.assertIn("is kept", line.reason)

    def test_a_record_that_cannot_be_mapped_would_fail(self):
        mapper = type(self.component("export.mapper", MODEL))
        with patch.object(mapper, "finalize", side_effect=ValueError("odd")):
            run = self.dry_run()
        self.assertEqual(run.failed_count, 2)
        self.assertIn("ValueError: odd", self.line(run, self.ada).reason)

    def test_a_hook_that_writes_is_refused(self):
        exporter = type(self.exporter())

        def _has_to_skip(hooks):
            return hooks.backend_adapter.write("1", {})

        with patch.object(exporter, "_has_to_skip", _has_to_skip, create=True):
            run = self.dry_run()
        self.assertIn("must not write", self.line(run, self.ada).reason)

    def test_an_overridden_export_has_no_dry_run(self):
        class OwnExporter(Component):
            _name = "test.own.exporter"
            _inherit = ["test.export.connector", "generic.record.exporter"]
            _apply_on = MODEL

            def _run(self, fields=None):
                return "sent otherwise"

        exporter = self.work_on(MODEL).component(usage="record.exporter")
        with patch.object(type(exporter), "_run", OwnExporter._run):
            run = self.dry_run()
        self.assertIn("has no dry run", self.line(run, self.ada).reason)

    def test_a_backend_that_asks_to_wait_ends_the_job(self):
        error = NetworkRetryableError("slow down", seconds=5, ignore_retry=True)
        exporter = type(self.exporter())
        with (
            patch.object(exporter, "_has_to_skip", side_effect=error, create=True),
            self.assertRaises(NetworkRetryableError),
        ):
            self.dry_run()

    def test_an_unknown_direction_is_refused(self):
        with self.assertRaisesRegex(ValueError, "import, export, removal"):
            self.backend.with_context(connector_dry_run="up").button_dry_run()


@tagged("post_install", "-at_install")
class TestRemovalDryRun(ImporterCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        self.put(*map(partner, range(1, 21)))
        self.run_chunk(range(1, 21))

    def dry_run(self, policy, *deleted):
        for external_id in deleted:
            self.system.remove(PARTNER, external_id)
        runs = self.env["connector.sync.run"]
        run = runs._start(self.backend, PARTNER, "dry_run")
        with (
            self.hooked(_missing_record_policy=policy),
            self.trap_jobs() as trap,
        ):
            self.env[PARTNER].dry_run_removed(self.backend, run=run)
            self.assertFalse(trap.enqueued_jobs)
        return run

    def test_it_lists_the_records_and_removes_none(self):
        run = self.dry_run("archive", 3)
        (line,) = run.dry_run_line_ids
        self.assertEqual(
            (line.outcome, line.external_id, line.record_name, line.reason),
            ("removed", "3", "Partner 3", "Would be archived"),
        )
        self.assertEqual((run.state, run.removed_count), ("done", 1))
        self.assertTrue(self.found(3).odoo_id.active)

    def test_it_says_that_a_user_would_be_asked(self):
        run = self.dry_run("delete", 1, 2, 3, 4)
        self.assertEqual(len(run.dry_run_line_ids), 4)
        self.assertEqual(
            set(run.dry_run_line_ids.mapped("reason")),
            {"Would be deleted, once a user has agreed"},
        )
        self.assertFalse(run.question)

    def test_records_that_the_backend_keeps_are_listed_too(self):
        run = self.dry_run("skip", 3)
        self.assertEqual(run.dry_run_line_ids.outcome, Outcome.SKIPPED)
        self.assertEqual(run.dry_run_line_ids.reason, "Would be kept")
