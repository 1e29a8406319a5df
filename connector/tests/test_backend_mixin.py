# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import new_test_user
from odoo.tests.common import TransactionCase, tagged

from ..exception import IDMissingInBackend, NetworkRetryableError
from ..models.backend_connection import ConnectorBackendMixin
from ..models.backend_schedule import next_time
from .export_common import ExportCase


class TestNextTime(TransactionCase):
    def test_the_first_time_is_one_interval_from_now(self):
        now = datetime(2026, 1, 31, 12)
        self.assertEqual(next_time(None, 15, now), datetime(2026, 1, 31, 12, 15))
        self.assertEqual(next_time(False, 15, now), datetime(2026, 1, 31, 12, 15))

    def test_the_times_are_whole_intervals_apart(self):
        previous, now = datetime(2026, 1, 31, 12), datetime(2026, 1, 31, 12, 1)
        self.assertEqual(next_time(previous, 15, now), datetime(2026, 1, 31, 12, 15))

    def test_missed_intervals_are_skipped(self):
        previous, now = datetime(2026, 1, 31, 12), datetime(2026, 1, 31, 14, 20)
        self.assertEqual(next_time(previous, 15, now), datetime(2026, 1, 31, 14, 30))

    def test_a_time_that_is_just_due_is_followed_by_the_next(self):
        now = datetime(2026, 1, 31, 12)
        self.assertEqual(next_time(now, 15, now), datetime(2026, 1, 31, 12, 15))


@tagged("post_install", "-at_install")
class TestBackendStates(ExportCase):
    def setUp(self):
        super().setUp()
        self.backend.state = "draft"

    def test_a_new_backend_is_a_draft(self):
        backend = self.env[self.backend._name].create({"name": "New", "folder": "x"})
        self.assertEqual(backend.state, "draft")
        self.backend.state = "production"
        self.assertEqual(self.backend.copy().state, "draft")

    def test_the_states_are_draft_checked_production_and_paused(self):
        states = [state for state, __ in self.backend._select_state()]
        self.assertEqual(states, ["draft", "checked", "production", "paused"])

    def test_a_connection_that_works_is_checked(self):
        action = self.backend.button_check_connection()
        self.assertEqual(self.backend.state, "checked")
        self.assertIn("Folder", action["params"]["message"])

    def test_a_failed_connection_is_shown(self):
        self.backend.folder = "/nowhere"
        with self.assertRaisesRegex(UserError, "Folder cannot be used.*/nowhere"):
            self.backend.button_check_connection()
        self.assertEqual(self.backend.state, "draft")

    def test_a_failed_connection_names_the_backend_once(self):
        name = self.backend.display_name
        error = NetworkRetryableError(f"{name}: no answer")
        with (
            patch.object(type(self.backend), "_check_connection", side_effect=error),
            self.assertRaises(UserError) as raised,
        ):
            self.backend.button_check_connection()
        self.assertEqual(str(raised.exception), f"{name} cannot be used: no answer")

    def test_a_missing_list_of_records_is_explained(self):
        (model, *_) = self.backend._imported_models()
        system = self.fake_system(model)
        system.fail_next("search_pages", IDMissingInBackend("HTTP status 404"))
        check = ConnectorBackendMixin._check_connection
        message = "HTTP status 404. Correct the address .*, or the path .* in .*adapter"
        with self.assertRaisesRegex(IDMissingInBackend, message):
            check(self.backend)

    def test_a_check_does_not_take_a_backend_out_of_production(self):
        self.backend.state = "production"
        self.backend.button_check_connection()
        self.assertEqual(self.backend.state, "production")

    def test_only_a_checked_backend_goes_into_production(self):
        with self.assertRaisesRegex(UserError, "Test the connection first: Folder"):
            self.backend.button_start_production()
        self.backend.button_check_connection()
        self.backend.button_start_production()
        self.assertEqual(self.backend.state, "production")

    def test_a_backend_is_reset_to_draft(self):
        self.backend.state = "production"
        self.backend.button_reset_to_draft()
        self.assertEqual(self.backend.state, "draft")

    def test_a_backend_without_a_check_names_the_missing_method(self):
        with (
            self.without_own_check(_imported_models=lambda backend: []),
            self.assertRaisesRegex(NotImplementedError, "override _check_connection"),
        ):
            self.backend.button_check_connection()

    def test_a_model_that_cannot_be_synchronized_is_named(self):
        for name in ("test.export.catgory", "res.partner"):
            for method in ("_imported_models", "_exported_models"):
                with (
                    self.subTest(name=name, method=method),
                    self.without_own_check(**{method: lambda backend, n=name: [n]}),
                    self.assertRaisesRegex(
                        UserError, f"{name}, which is not a binding"
                    ),
                ):
                    self.backend.button_check_connection()

    def test_the_default_check_asks_the_first_model(self):
        system = self.fake_system("test.export.category")
        with self.without_own_check():
            self.backend.button_check_connection()
        self.assertEqual(self.backend.state, "checked")
        (call,) = system.called()
        self.assertEqual(
            (call.operation, call.table), ("search_pages", "test.export.category")
        )

    def test_the_default_check_shows_the_error_of_the_backend(self):
        system = self.fake_system("test.export.category")
        system.fail_next("search_pages", NetworkRetryableError("no answer"))
        with self.without_own_check(), self.assertRaisesRegex(UserError, "no answer"):
            self.backend.button_check_connection()

    def without_own_check(self, **methods):
        """Let the backend check its connection as the mixin does."""
        check = self.registry["connector.backend.mixin"]._check_connection
        return patch.multiple(type(self.backend), _check_connection=check, **methods)


@tagged("post_install", "-at_install")
class TestBackendSchedule(ExportCase):
    def setUp(self):
        super().setUp()
        self.backend.import_interval_minutes = 15

    def run_schedules(self):
        """Return the models whose import the cron delays."""
        cron = self.env.ref("connector.ir_cron_run_schedules")
        with self.trap_jobs() as trap:
            cron.ir_actions_server_id.run()
        return [job.model_name for job in self.delayed_jobs(trap)]

    def delayed_jobs(self, trap):
        return [job for job in trap.enqueued_jobs if job.args[0] == self.backend]

    def test_due_models_are_imported_in_their_order(self):
        self.assertEqual(
            self.run_schedules(), ["test.export.category", "test.export.partner"]
        )
        self.assertGreater(self.backend.next_import_at, fields.Datetime.now())

    def test_models_that_are_not_due_are_not_imported(self):
        self.run_schedules()
        self.assertEqual(self.run_schedules(), [])

    def test_a_backend_without_interval_is_not_imported(self):
        self.backend.import_interval_minutes = 0
        self.assertEqual(self.run_schedules(), [])

    def test_a_backend_that_is_not_in_production_is_not_imported(self):
        for state in ("draft", "checked"):
            self.backend.state = state
            self.assertEqual(self.run_schedules(), [])

    def test_imports_that_wait_are_not_delayed_again(self):
        jobs = self.env["queue.job"].search_count([])
        self.backend.import_changes()
        self.backend.import_changes()
        self.assertEqual(self.env["queue.job"].search_count([]), jobs + 2)

    def test_the_schedulers_go_over_the_backends_in_production(self):
        model = self.env[self.backend._name]
        self.make_binding()
        with self.trap_jobs() as trap:
            model._scheduler_import()
            model._scheduler_export([("name", "=", "Ada")])
            self.assertEqual(
                [job.method_name for job in self.delayed_jobs(trap)],
                ["import_changes"] * 2 + ["export_batch"] * 2,
            )
            self.run_jobs(trap)
        self.assertEqual(len(self.system.ids("test.export.partner")), 1)
        self.backend.state = "draft"
        with self.trap_jobs() as trap:
            model._scheduler_import()
            model._scheduler_export()
        self.assertEqual(self.delayed_jobs(trap), [])


@tagged("post_install", "-at_install")
class TestBackendDeletion(ExportCase):
    def setUp(self):
        super().setUp()
        self.backend = self.backend.copy({"name": "Doomed"})

    def test_a_backend_with_bindings_says_so(self):
        self.make_binding(active=False)
        self.make_binding()
        with self.assertRaisesRegex(
            RedirectWarning, "Doomed cannot be deleted.*2 Contact"
        ) as caught:
            self.backend.unlink()
        __, action, label, __ = caught.exception.args
        self.assertEqual(label, "Unbind 2 records and delete…")
        dialog = self.env[action["res_model"]].with_context(**action["context"])
        dialog = dialog.create({})
        self.assertEqual((dialog.bound_count, dialog.description), (2, "2 Contact"))

    def test_its_records_are_unbound_with_it(self):
        archived, binding = self.make_binding(active=False), self.make_binding()
        partners = (archived + binding).odoo_id
        job = binding.with_delay().export_record()
        dialog = self.env["connector.backend.deletion"].create(
            {"backend_model": self.backend._name, "backend_id": self.backend.id}
        )
        self.assertEqual(dialog.job_count, self.backend.pending_job_count)
        self.assertGreaterEqual(dialog.job_count, 1)
        with self.trap_jobs() as trap:
            action = dialog.action_unbind_and_delete()
        self.assertEqual(trap.enqueued_jobs, [])  # nothing is deleted remotely
        self.assertEqual(action["res_model"], self.backend._name)
        self.assertFalse((archived + binding).exists())
        self.assertFalse(self.backend.exists())
        self.assertEqual(partners.exists(), partners)
        self.assertEqual(job.db_record().state, "cancelled")
        # a second press finds nothing to do
        self.assertEqual(dialog.action_unbind_and_delete(), action)

    def test_only_those_who_may_delete_it_unbind_its_records(self):
        binding = self.make_binding()
        values = {"backend_model": self.backend._name, "backend_id": self.backend.id}
        for group, error in (("operator", AccessError), ("manager", None)):
            user = new_test_user(
                self.env,
                f"deletion-{group}",
                groups=f"base.group_user,connector.group_connector_{group}",
            )
            dialogs = self.env["connector.backend.deletion"].with_user(user)
            if error:
                with self.assertRaises(error):
                    dialogs.create(values)
                self.assertTrue(binding.exists())
            else:
                dialogs.create(values).action_unbind_and_delete()
                self.assertFalse(binding.exists())
        with self.assertRaisesRegex(UserError, "res.partner is not a backend"):
            dialogs.create({**values, "backend_model": "res.partner"}).read()

    def test_a_backend_without_bindings_is_deleted(self):
        self.backend.unlink()
        self.assertFalse(self.backend.exists())

    def test_the_cursors_of_a_backend_go_with_it(self):
        cursors = self.env["connector.cursor"]
        cursor = cursors._ensure(self.backend, "test.export.partner")
        self.backend.unlink()
        self.assertFalse(cursor.exists())
