# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How many records may be removed, and the search of a backend for them."""

from odoo.tests import BaseCase, tagged

from ..components.importer.removal_limit import allowed_removals
from .export_common import ExportCase


class TestAllowedRemovals(BaseCase):
    def test_a_share_may_go_and_one_record_always(self):
        self.assertEqual(allowed_removals(1000, 10), 100)
        self.assertEqual(allowed_removals(1000, 0), 1)
        self.assertEqual(allowed_removals(4, 10), 1)

    def test_all_records_never_go(self):
        self.assertEqual(allowed_removals(1000, 100), 999)
        self.assertEqual(allowed_removals(1, 100), 0)

    def test_without_records_none_may_go(self):
        self.assertEqual(allowed_removals(0, 10), 0)


@tagged("post_install", "-at_install")
class TestBackendRemoval(ExportCase):
    def jobs_of(self, trap):
        return [
            (job.method_name, job.model_name)
            for job in trap.enqueued_jobs
            if job.args[0] == self.backend
        ]

    def test_the_button_starts_a_run_for_each_model(self):
        with self.trap_jobs() as trap:
            action = self.backend.button_import_removed()
        runs = self.env["connector.sync.run"].search(action["domain"])
        self.assertEqual(set(runs.mapped("direction")), {"removal"})
        self.assertEqual(
            self.jobs_of(trap),
            [
                ("import_removed", "test.export.category"),
                ("import_removed", "test.export.partner"),
            ],
        )

    def test_an_unanswered_question_is_asked_again(self):
        with self.trap_jobs():
            old = self.backend.import_removed()
            old.question = "Really?"
            new = self.backend.import_removed()
        self.assertFalse(old.exists())
        self.assertEqual(len(new.exists()), 2)

    def test_due_models_are_checked_for_deletions(self):
        cron = self.env.ref("connector.ir_cron_run_schedules").ir_actions_server_id
        self.backend.write({"state": "production", "removal_interval_hours": 24})
        with self.trap_jobs() as trap:
            cron.run()
            cron.run()
        self.assertEqual(len(self.jobs_of(trap)), 2)

    def test_no_model_is_checked_unless_configured(self):
        self.backend.state = "production"
        with self.trap_jobs() as trap:
            self.env.ref("connector.ir_cron_run_schedules").ir_actions_server_id.run()
        self.assertEqual(self.jobs_of(trap), [])

    def test_importing_all_again_is_forced(self):
        with self.trap_jobs() as trap:
            self.backend.button_import_all_again()
            forced = [job.kwargs["force"] for job in trap.enqueued_jobs]
        self.assertEqual(forced, [True, True])
