# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Notifications are stored, and imported by a job."""

import json
import time
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.job import Job

from ..exception import NetworkRetryableError
from ..http.webhooks.presets import (
    GitHub,
    Shopify,
    StandardWebhooks,
    Stripe,
    WooCommerce,
)
from ..http.webhooks.signatures import Delivery, WebhookToken
from ..jobs.lifecycle import WEBHOOK_PRIORITY
from ..models.webhook.event import KEPT_DAYS_PARAMETER
from ..models.webhook.secrets import ROTATION_HOURS
from ..testing import sign_webhook
from .common import TestConnectorCase
from .export_common import ExportCase
from .import_common import IMPORTER_LOGGER, partner

PARTNER = "test.res.partner"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class InboxCase(HttpCase):
    """Posts signed notifications to ``self.backend``."""

    def setUp(self):
        super().setUp()
        self.backend.webhook_token = SECRET
        self.env.flush_all()

    def post(self, payload, delivery_id=None, topic=None, in_address=False, **options):
        """Return the answer to a notification, which is signed by default."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        secret, now = options.pop("secret", SECRET), options.pop("now", time.time())
        delivery = Delivery(delivery_id, topic)
        headers = self.backend._webhook_scheme.sign(body, secret, now, delivery)
        path = f"/connector/webhook/{self.backend._name}/{self.backend.id}"
        return self.url_open(
            f"{path}/{topic}" if in_address else path,
            data=body,
            headers={"Content-Type": "application/json", **headers, **options},
            timeout=60,
        )

    def events(self, **values):
        self.env.invalidate_all()
        domain = [("backend_model", "=", self.backend._name)]
        domain += [(name, "=", value) for name, value in values.items()]
        return self.env["connector.webhook.event"].search(domain)

    def jobs(self, method="import_notified"):
        self.env.invalidate_all()
        domain = [("method_name", "=", method), ("state", "=", "pending")]
        jobs = self.env["queue.job"].search(domain)
        return jobs.filtered(lambda job: job.sync_backend_model == self.backend._name)

    def run_job(self):
        """Perform the waiting import of events as the runner does."""
        (record,) = self.jobs()
        job = Job.load(self.env, record.uuid)
        job.set_started()
        job.store()
        with mute_logger(IMPORTER_LOGGER):
            result = job.perform()
        job.set_done()
        job.store()
        self.env.flush_all()
        return result


@tagged("post_install", "-at_install")
class TestInbox(InboxCase, TestConnectorCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        self.use(Shopify(), {"partners/update": PARTNER, "shop/update": None})

    def use(self, scheme, topics):
        """Give the backend model a scheme until the end of the test."""
        self.patch(type(self.backend), "_webhook_scheme", scheme)
        self.patch(type(self.backend), "_webhook_topics", topics)

    def post_partner(self, external_id, delivery_id="d1", **options):
        options.setdefault("topic", "partners/update")
        return self.post({"id": external_id}, delivery_id, **options)

    def found(self, external_id):
        return self.component("binder", PARTNER).to_internal(external_id)

    def test_a_notification_is_stored_and_imported_by_a_job(self):
        self.system.put(PARTNER, partner(42))
        extra = {"X-Shopify-Shop-Domain": "a.example", "Authorization": "Basic x"}
        answer = self.post_partner(42, **extra)
        self.assertEqual((answer.status_code, answer.json()), (202, {"accepted": 1}))
        event = self.events()
        self.assertEqual(
            (event.state, event.topic, event.delivery_id, event.model_name),
            ("received", "partners/update", "d1", PARTNER),
        )
        self.assertEqual((event.payload, event.external_ids), ('{"id": 42}', [42]))
        self.assertEqual(event.headers["X-Shopify-Shop-Domain"], "a.example")
        self.assertNotIn("X-Shopify-Hmac-Sha256", event.headers)
        self.assertNotIn("Authorization", event.headers)
        job = self.jobs()
        self.assertEqual(
            (job.priority, job.user_id, job.channel),
            (
                WEBHOOK_PRIORITY,
                self.env.ref("base.user_admin"),
                "root.connector.import",
            ),
        )
        self.run_job()
        self.assertTrue(self.found(42))
        self.assertEqual(event.state, "imported")
        self.assertEqual(event.action_open_job()["domain"], [("uuid", "=", job.uuid)])

    def test_a_connector_signs_notifications_in_its_tests(self):
        self.backend.webhook_token = False
        for scheme, topic in (
            (Shopify(), "partners/update"),
            (StandardWebhooks(), PARTNER),
            (None, PARTNER),
        ):
            self.use(scheme, {"partners/update": PARTNER, PARTNER: PARTNER})
            payload = {"type": topic, "id": 42}
            request = sign_webhook(self.backend, payload, topic)
            answer = self.url_open(
                request.path, data=request.body, headers=request.headers
            )
            self.assertEqual(
                (answer.status_code, answer.json()), (202, {"accepted": 1})
            )

    def test_a_delivery_that_comes_again_makes_one_import(self):
        self.system.put(PARTNER, partner(42))
        answers = [self.post_partner(42) for _ in range(5)]
        self.assertEqual([a.status_code for a in answers], [202] + [200] * 4)
        self.run_job()
        self.assertEqual(self.post_partner(42).status_code, 200)
        self.assertEqual((len(self.events()), len(self.jobs())), (1, 0))
        self.assertEqual(self.events().duplicate_count, 5)
        self.assertEqual(len(self.system.called("read_many")), 1)

    def test_events_that_wait_need_one_job_and_one_import_of_each_record(self):
        self.system.put(PARTNER, partner(1), partner(2))
        for number in range(6):
            self.post_partner(1 + number % 2, f"d{number}")
        self.assertEqual(self.run_job(), "6 events, 2 records, 0 failed")
        (call,) = self.system.called("read_many")
        self.assertEqual(list(call.args[0]), [1, 2])
        self.assertEqual(set(self.events().mapped("state")), {"imported"})

    def test_a_forged_notification_writes_nothing(self):
        for options in ({"secret": "wrong"}, {"X-Shopify-Hmac-Sha256": ""}):
            answer = self.post_partner(42, **options)
            self.assertEqual(answer.status_code, 401)
            self.assertIn("X-Shopify-Hmac-Sha256", answer.json()["error"])
        self.assertFalse(self.events() or self.jobs())

    def test_a_missing_backend_is_answered_like_a_wrong_secret(self):
        wrong = self.post_partner(42, secret="wrong")
        self.backend = self.env["test.backend"].browse(self.backend.id + 1000)
        missing = self.post_partner(42)
        self.assertEqual(
            (wrong.status_code, wrong.json()), (missing.status_code, missing.json())
        )

    def test_an_old_signature_is_refused(self):
        self.use(Stripe(), {"updated": PARTNER})
        payload = {"id": "evt_1", "type": "updated", "data": {"object": {"id": 42}}}
        answer = self.post(payload, now=time.time() - 301)
        self.assertEqual(answer.status_code, 401)
        self.assertIn("300 seconds", answer.json()["error"])
        self.assertFalse(self.events())
        self.assertEqual(self.post(payload).status_code, 202)
        self.assertEqual(self.events().external_ids, [42])
        self.assertEqual(self.events().delivery_id, "evt_1")

    def test_the_topic_may_be_in_the_address(self):
        self.use(WebhookToken(), {})
        answer = self.post({"id": 42}, topic=PARTNER, in_address=True)
        self.assertEqual(answer.status_code, 202)
        self.assertEqual(self.events().model_name, PARTNER)
        self.assertTrue(self.backend.webhook_url.endswith("/TOPIC"))

    def test_an_address_without_a_topic_needs_a_scheme(self):
        self.patch(type(self.backend), "_webhook_scheme", None)
        answer = self.url_open(
            f"/connector/webhook/test.backend/{self.backend.id}",
            data=b"{}",
            headers={"X-Webhook-Token": SECRET, "Content-Type": "application/json"},
        )
        self.assertEqual(answer.status_code, 404)
        self.assertIn("no topic", answer.json()["error"])

    def test_nothing_to_do_is_stored_with_the_reason(self):
        self.assertEqual(self.post_partner(1, "a", topic="x").status_code, 202)
        self.assertEqual(
            self.post_partner(1, "b", topic="shop/update").status_code, 202
        )
        self.assertEqual(self.post({}, "c", topic="partners/update").status_code, 202)
        reasons = {
            each.delivery_id: each.error for each in self.events(state="nothing")
        }
        self.assertIn("Unknown topic 'x'. Known: ", reasons["a"])
        self.assertFalse(reasons["b"])
        self.assertIn("No id found", reasons["c"])
        self.assertFalse(self.jobs())

    def test_an_error_of_a_hook_loses_nothing(self):
        def fail(backend, topic, payload):
            raise KeyError("order")

        with self.subTest("failed"):
            self.patch(type(self.backend), "_webhook_external_ids", fail)
            self.assertEqual(self.post_partner(42).status_code, 202)
            event = self.events()
            self.assertEqual(
                (event.state, event.error), ("failed", "KeyError: 'order'")
            )
        self.patch(
            type(self.backend), "_webhook_external_ids", lambda *args: [args[2]["id"]]
        )
        event.action_retry()
        self.assertEqual((event.state, event.external_ids), ("received", [42]))
        self.assertEqual(len(self.jobs()), 1)

    def test_the_hook_for_other_proofs_is_used(self):
        self.patch(
            type(self.backend),
            "_is_genuine_webhook",
            lambda backend, headers, body: headers.get("X-Mine") == "yes",
        )
        self.assertEqual(self.post_partner(1, "a").status_code, 401)
        answer = self.post_partner(1, "a", secret="wrong", **{"X-Mine": "yes"})
        self.assertEqual(answer.status_code, 202)

    def test_woocommerce_activates_an_address_by_an_unsigned_form(self):
        self.use(WooCommerce(), {})
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        path = f"/connector/webhook/test.backend/{self.backend.id}"
        answer = self.url_open(path, data=b"webhook_id=1", headers=form)
        self.assertEqual(answer.status_code, 200)
        other = self.url_open(path, data=b"webhook_id=1&id=5", headers=form)
        self.assertEqual(other.status_code, 401)
        self.assertFalse(self.events() or self.jobs())

    def test_github_may_send_a_form(self):
        self.use(GitHub(), {"issues": PARTNER})
        body = b"payload=%7B%22id%22%3A%2042%7D"
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self.post(body, "d1", topic="issues", **form)
        self.assertEqual((answer.status_code, self.events().external_ids), (202, [42]))
        self.events().action_replay()
        self.assertEqual(self.events().external_ids, [42])

    def test_bodies_that_no_database_can_hold_are_stored(self):
        body = b'{"id": 42, "text": "\\u0000 \\ud800", "raw": "\xed\xa0\x80"}'
        self.assertEqual(
            self.post(body, "d1", topic="partners/update").status_code, 202
        )
        self.assertEqual(self.events().external_ids, [42])
        self.assertEqual(self.post(b"<xml/>", "d2").status_code, 400)
        self.assertEqual(self.post(b"[" * 300 + b"]" * 300, "d3").status_code, 400)
        self.assertEqual(len(self.events()), 1)

    def test_texts_of_headers_and_addresses_can_be_stored(self):
        headers = {"X-Shopify-Webhook-Id": "d\0", "User-Agent": "a\0b\ud800"}
        self.backend._store_webhook(headers, b"\xff", [1], topic="x\0" * 500)
        event = self.events()
        self.assertEqual(event.delivery_id, "d\\0")
        self.assertLess(len(event.topic), 200)

    def test_a_wrong_declaration_is_named(self):
        self.use(Shopify(), {"a": "res.partner", "b": "no.model"})
        for topic in ("a", "b"):
            self.assertEqual(self.post_partner(1, topic, topic=topic).status_code, 202)
            self.assertIn(
                f"_webhook_topics of test.backend maps '{topic}'",
                self.events(delivery_id=topic).error,
            )
        self.patch(type(self.backend), "_webhook_scheme", Shopify)
        with self.assertRaisesRegex(TypeError, "test.backend._webhook_scheme is"):
            self.backend._register_hook()

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
        parameters = self.env["ir.config_parameter"]
        parameters.set_param(KEPT_DAYS_PARAMETER, "40")
        self.assertEqual(events._gc_old(), (0, False))
        parameters.set_param(KEPT_DAYS_PARAMETER, "soon")
        with self.assertRaisesRegex(UserError, KEPT_DAYS_PARAMETER):
            events._gc_old()
        parameters.set_param(KEPT_DAYS_PARAMETER, False)
        self.assertEqual(events._gc_old(), (1, False))
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
