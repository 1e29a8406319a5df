# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Stored notifications: their imports, secrets, actions and deletion."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.queue_job.job import Job

from ..exception import NetworkRetryableError
from ..http.webhooks.presets import (
    Shopify,
)
from ..jobs.lifecycle import WEBHOOK_PRIORITY
from ..models.webhook import event_actions
from ..models.webhook.secrets import ROTATION_HOURS
from .export_common import ExportCase
from .import_common import partner
from .inbox_case import PARTNER, InboxCase, ShopifyInboxCase


@tagged("post_install", "-at_install")
class TestWebhookEvents(ShopifyInboxCase):
    __test__ = True

    def test_more_events_than_may_wait_are_refused_until_some_are_imported(self):
        self.patch(type(self.backend), "_webhook_max_waiting", 2)
        self.system.put(PARTNER, partner(1))
        codes = [self.post_partner(1, f"d{each}").status_code for each in range(3)]
        self.assertEqual(codes, [202, 202, 429])
        answer = self.post_partner(1, "d2")
        self.assertGreater(int(answer.headers["Retry-After"]), 0)
        self.run_job()
        self.assertEqual(self.post_partner(1, "d2").status_code, 202)

    def test_a_backend_that_is_down_leaves_the_events_waiting(self):
        self.system.put(PARTNER, partner(42))
        self.post_partner(42)
        self.system.fail_next("read_many", NetworkRetryableError("down"))
        with self.assertRaises(NetworkRetryableError), self.cr.savepoint():
            Job.load(self.env, self.jobs().uuid).perform()
        self.assertEqual(self.events().state, "received")
        self.run_job()
        self.assertEqual(self.events().state, "imported")

    def test_only_the_event_of_a_failing_record_fails(self):
        self.system.put(PARTNER, partner(1), partner(2, name=None))
        self.post_partner(1, "a")
        self.post_partner(2, "b")
        self.run_job()
        failed = self.events(state="failed")
        self.assertEqual((failed.delivery_id, failed.failed_ids), ("b", ["2"]))
        self.assertIn("A separate job imports it again", failed.error)
        self.assertEqual(self.events(state="imported").delivery_id, "a")
        retry = self.jobs("import_record")
        self.env["connector.webhook.event"]._settle()
        self.assertEqual(failed.state, "failed")
        retry.button_done()
        self.env["connector.webhook.event"]._settle()
        self.assertEqual((failed.state, failed.error), ("imported", False))

    def test_events_that_are_not_settled_do_not_keep_back_others(self):
        self.patch(event_actions, "BATCH", 1)
        self.system.put(PARTNER, partner(1, name=None), partner(2, name=None))
        self.post_partner(1, "a")
        self.post_partner(2, "b")
        self.run_job()
        jobs = self.jobs("import_record")
        jobs.filtered(lambda job: job.sync_subject.endswith(":1")).button_done()
        self.env["connector.webhook.event"]._settle()
        states = [event.state for event in self.events().sorted("id")]
        self.assertEqual(states, ["imported", "failed"])

    def test_a_deleted_record_is_found_missing_by_its_import(self):
        self.system.put(PARTNER, partner(42))
        self.use(Shopify(), {"partners/update": PARTNER, "partners/delete": PARTNER})
        self.post_partner(42, "a")
        self.run_job()
        importer = type(self.component("record.importer", PARTNER))
        self.patch(importer, "_missing_record_policy", "archive")
        binding = self.found(42)
        self.post_partner(42, "b", topic="partners/delete")
        self.run_job()
        self.assertTrue(binding.odoo_id.active, "it exists in the backend")
        self.system.remove(PARTNER, 42)
        self.post_partner(42, "c", topic="partners/delete")
        self.run_job()
        self.assertFalse(binding.odoo_id.active)

    def test_queries_do_not_grow_with_the_records_of_a_notification(self):
        self.backend.chunk_size = 2000

        def count_queries(numbers, delivery_id, run=True):
            self.system.put(PARTNER, *map(partner, numbers))
            headers = {
                "X-Shopify-Webhook-Id": delivery_id,
                "X-Shopify-Topic": "partners/update",
            }
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.backend._store_webhook(headers, b"", list(numbers))
            self.env.flush_all()
            stored = self.cr.sql_log_count - before
            if not run:
                return stored, 0
            before = self.cr.sql_log_count
            self.run_job()
            self.assertTrue(self.found(numbers[-1]))
            return stored, self.cr.sql_log_count - before

        count_queries(range(1, 3), "a")  # fills the caches
        few = count_queries(range(3, 13), "b")
        some = count_queries(range(13, 93), "c")
        many = count_queries(range(100, 1100), "d", run=False)
        self.assertLessEqual(some[1], few[1] + 5)
        self.assertLessEqual(many[0], few[0])

    # -- secrets ----------------------------------------------------------------

    def test_the_previous_secret_is_valid_for_a_day(self):
        self.backend.new_webhook_secret = "s2"
        self.env.flush_all()
        self.assertEqual(self.backend.new_webhook_secret, "********")
        self.assertEqual(self.post_partner(1, "a").status_code, 202)
        self.assertEqual(self.post_partner(1, "b", secret="s2").status_code, 202)
        self.backend.webhook_old_token_until -= timedelta(
            hours=ROTATION_HOURS, seconds=1
        )
        self.env.flush_all()
        self.assertEqual(self.post_partner(1, "c").status_code, 401)
        self.backend.action_rotate_webhook_token()
        self.env.flush_all()
        self.assertEqual(self.post_partner(1, "d", secret="s2").status_code, 202)
        self.backend.action_renew_webhook_token()
        self.env.flush_all()
        self.assertEqual(self.post_partner(1, "e", secret="s2").status_code, 401)

    def test_nobody_reads_the_secrets(self):
        manager = self.make_manager()
        for name in ("webhook_token", "webhook_old_token"):
            with self.assertRaises(AccessError):
                self.backend.with_user(manager).read([name])
        self.backend.with_user(manager).new_webhook_secret = "given"
        self.assertEqual(self.backend.webhook_token, "given")
        self.backend.with_user(manager).new_webhook_secret = "********"
        self.assertEqual(self.backend.webhook_token, "given")

    # -- events -----------------------------------------------------------------

    def make_manager(self):
        return new_test_user(
            self.env,
            "webhook_manager",
            groups="base.group_user,connector.group_connector_manager",
        )

    def test_managers_retry_and_replay_events(self):
        self.system.put(PARTNER, partner(42))
        self.post_partner(42)
        self.run_job()
        event = self.events().with_user(self.make_manager())
        event.action_retry()
        self.assertEqual(event.state, "imported")
        event.action_replay()
        self.assertEqual(event.state, "received")
        self.run_job()
        self.assertEqual(event.state, "imported")
        with self.assertRaises(AccessError):
            event.write({"payload": "{}"})
        employee = new_test_user(self.env, "employee", groups="base.group_user")
        for method in ("action_retry", "action_replay", "action_open_job"):
            with self.assertRaises(AccessError):
                getattr(event.with_user(employee), method)()

    def test_a_user_who_may_only_read_events_changes_none(self):
        self.post_partner(1)
        event = self.events()
        group = self.env["res.groups"].create({"name": "Auditors"})
        self.env["ir.model.access"].create(
            {
                "name": "auditors read events",
                "model_id": self.env["ir.model"]._get_id(event._name),
                "group_id": group.id,
                "perm_read": True,
            }
        )
        user = new_test_user(self.env, "auditor", groups="base.group_user")
        user.group_ids += group
        event = event.with_user(user)
        self.assertEqual(event.state, "received")
        for action in (event.action_retry, event.action_replay):
            with self.assertRaisesRegex(AccessError, "Only users of the group"):
                action()

    def test_an_event_without_a_job_gets_one(self):
        self.post_partner(42)
        self.jobs().unlink()
        events = self.env["connector.webhook.event"]
        events._run_waiting()
        self.assertFalse(self.jobs(), "its job may be about to be committed")
        self.events().received_at -= timedelta(minutes=2)
        self.env.flush_all()
        events._run_waiting()
        events._run_waiting()
        job = self.jobs()
        self.assertEqual((len(job), job.priority), (1, WEBHOOK_PRIORITY))
        job.state = "failed"
        events._run_waiting()
        self.assertFalse(self.jobs(), "a person must look at the failed job")
        self.post_partner(43, "d2")
        self.assertEqual(len(self.jobs()), 1)

    def test_old_events_are_deleted_unless_they_wait(self):
        self.post_partner(1, "a")
        self.run_job()
        self.post_partner(2, "b")
        events = self.events()
        events.received_at = fields.Datetime.now() - timedelta(days=31)
        self.env.flush_all()
        retention = self.env["connector.retention"]
        for days in (40, 0):
            with patch.object(type(retention), "_days_of", lambda *args, d=days: d):
                self.assertEqual(retention._gc_events(), (0, False))
        self.assertEqual(retention._gc_events(), (1, True))
        self.assertEqual(self.events().delivery_id, "b")

    def test_events_are_deleted_with_their_backend(self):
        self.post_partner(1)
        self.backend.unlink()
        self.assertFalse(self.events())


@tagged("post_install", "-at_install")
class TestInboxOfBackendThatIsOff(InboxCase, ExportCase):
    def post_partner(self, external_id="7", delivery_id="d1"):
        payload = {"type": "partner.updated", "data": {"id": external_id}}
        return self.post(payload, delivery_id)

    def test_events_of_a_pause_are_imported_after_it(self):
        self.backend.button_pause()
        self.env.flush_all()
        self.assertEqual(self.post_partner("1", "a").status_code, 202)
        record = self.jobs()
        job = Job.load(self.env, record.uuid)
        job.set_started()
        job.store()
        record.write(record._values_while_off())
        self.assertTrue(record.sync_is_parked)
        self.assertEqual(self.post_partner("2", "b").status_code, 202)
        self.assertEqual(len(self.jobs()), 1)
        self.events().received_at = fields.Datetime.now() - timedelta(hours=1)
        self.env.flush_all()
        self.env["connector.backend.mixin"]._run_schedules()
        self.assertTrue(self.jobs().sync_is_parked)
        for name in ("Ada", "Bob"):
            self.system.create("test.export.partner", {"name": name})
        self.backend.button_resume()
        self.assertFalse(self.jobs().sync_is_parked)
        self.assertEqual(self.run_job(), "2 events, 2 records, 0 failed")

    def test_a_draft_an_archived_backend_and_a_copy_refuse(self):
        self.backend.state = "draft"
        self.env.flush_all()
        self.assertEqual(self.post_partner().status_code, 503)
        self.backend.state = "production"
        self.backend.activated_database = "original"
        self.env.flush_all()
        answer = self.post_partner()
        self.assertEqual(answer.status_code, 503)
        self.assertIn("a copy", answer.json()["error"])
        self.backend.state = "paused"
        self.env.flush_all()
        self.assertEqual(self.post_partner().status_code, 503)
        self.assertFalse(self.events())

    def test_a_replay_of_a_backend_that_is_off_says_why(self):
        self.assertEqual(self.post_partner().status_code, 202)
        self.backend.state = "draft"
        with self.assertRaisesRegex(UserError, "is a draft"):
            self.events().action_replay()
        self.backend.state = "paused"
        self.events().action_replay()
        self.assertEqual(self.events().state, "received")
