# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""*Check webhooks*: the subscriptions of a backend."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tests.common import BaseCase

from odoo.addons.component.core import Component

from ..components.webhook_subscriptions import Subscription, compare_subscriptions
from ..exception import NetworkRetryableError
from ..http.webhooks.presets import Shopify
from ..http.webhooks.signatures import WebhookToken
from .common import TestConnectorCase
from .rest_common import RestCase

PARTNER = "test.res.partner"
HERE, OLD = (
    "https://new/connector/webhook/shop/1",
    "https://old/connector/webhook/shop/1",
)


class TestComparison(BaseCase):
    def compare(self, *found):
        rows = compare_subscriptions(
            {"a": HERE}, found, lambda address: address.endswith("/shop/1")
        )
        return [(row.state, row.subscription and row.subscription.id) for row in rows]

    def test_each_state(self):
        for expected, found in (
            ([("missing", None)], []),
            ([("missing", None)], [Subscription(1, "b", HERE)]),
            ([("missing", None)], [Subscription(1, "a", "https://crm/hook")]),
            ([("active", 1)], [Subscription(1, "a", HERE + "/")]),
            ([("disabled", 1)], [Subscription(1, "a", HERE, False)]),
            ([("elsewhere", 1)], [Subscription(1, "a", OLD)]),
            (
                [("active", 2), ("doubled", 1)],
                [Subscription(1, "a", HERE, False), Subscription(2, "a", HERE)],
            ),
            (
                [("active", 2), ("other", 1)],
                [Subscription(1, "a", OLD), Subscription(2, "a", HERE)],
            ),
        ):
            self.assertEqual(self.compare(*found), expected)


@tagged("post_install", "-at_install")
class TestCheck(TestConnectorCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        self.patch(type(self.backend), "_webhook_scheme", Shopify())
        topics = {"orders/create": PARTNER, "orders/delete": PARTNER, "shop": None}
        self.patch(type(self.backend), "_webhook_topics", topics)
        self.backend.webhook_token = "secret"
        self.found = found = []
        self.calls = calls = []

        class Subscriptions(Component):
            _name = "test.webhook.subscriptions"
            _inherit = ["base.webhook.subscriptions", "test.connector"]

            def list(self):
                return found

            def create(self, topic, address, secret):
                calls.append(("create", topic, address, secret))
                found.append(Subscription(f"new {topic}", topic, address))

            def delete(self, subscription_id):
                calls.append(("delete", subscription_id))
                found[:] = [
                    each for each in found if str(each.id) != str(subscription_id)
                ]

        self.build_components(Subscriptions)
        self.subscriptions = Subscriptions

    @property
    def address(self):
        return self.backend._webhook_address()

    def check(self):
        action = self.backend.action_check_webhooks()
        return self.env[action["res_model"]].browse(action["res_id"])

    def states(self, check):
        return {line.topic: line.state for line in check.line_ids}

    def test_missing_subscriptions_are_created(self):
        check = self.check()
        self.assertEqual(
            self.states(check), {"orders/create": "missing", "orders/delete": "missing"}
        )
        action = check.action_repair()
        self.assertEqual(
            self.calls,
            [
                ("create", topic, self.address, "secret")
                for topic in ("orders/create", "orders/delete")
            ],
        )
        checked = check.browse(action["res_id"])
        self.assertEqual(set(self.states(checked).values()), {"active"})
        self.assertFalse(checked.can_repair)

    def test_subscriptions_of_an_old_server_are_replaced(self):
        path = f"/connector/webhook/db/old/test.backend/{self.backend.id}"
        self.found += [
            Subscription(1, "orders/create", f"https://old.example{path}"),
            Subscription(2, "orders/delete", self.address, False),
            Subscription(3, "orders/delete", f"https://crm.example{path}0"),
        ]
        check = self.check()
        self.assertEqual(
            self.states(check),
            {"orders/create": "elsewhere", "orders/delete": "disabled"},
        )
        check.action_repair()
        self.assertEqual(
            [call[:2] for call in self.calls],
            [
                ("create", "orders/create"),
                ("delete", 1),
                ("delete", 2),
                ("create", "orders/delete"),
            ],
        )

    def test_another_odoo_is_left_alone_unless_chosen(self):
        path = f"/connector/webhook/test.backend/{self.backend.id}"
        self.found += [
            Subscription(1, "orders/create", self.address),
            Subscription(2, "orders/create", f"https://test.example{path}"),
            Subscription(3, "orders/delete", self.address),
            Subscription(4, "orders/delete", self.address),
        ]
        check = self.check()
        check.action_repair()
        self.assertEqual(self.calls, [("delete", 4)])
        check = self.check()
        check.line_ids.filtered(lambda line: line.state == "other").repair = True
        check.action_repair()
        self.assertEqual(self.calls, [("delete", 4), ("delete", 2)])

    def test_a_subscription_that_changed_meanwhile_is_not_repaired(self):
        check = self.check()
        self.found.append(Subscription(1, "orders/create", self.address))
        check.action_repair()
        self.assertEqual([call[1] for call in self.calls], ["orders/delete"])

    def test_the_address_has_the_topic_where_the_scheme_has_none(self):
        self.patch(type(self.backend), "_webhook_scheme", WebhookToken())
        addresses = self.check().line_ids.mapped("expected_address")
        self.assertIn(f"{self.address}/orders/create", addresses)

    def test_each_reason_is_shown(self):
        self.backend.webhook_token = False
        with self.assertRaisesRegex(UserError, "no webhook secret"):
            self.check().action_repair()

        def fail(component):
            raise NetworkRetryableError("no answer")

        components = type(self.component("webhook.subscriptions", "test.backend"))
        self.patch(components, "list", fail)
        with self.assertRaisesRegex(UserError, "could not be checked: no answer"):
            self.check()
        reason = "Test is paused"
        self.patch(type(self.backend), "_find_reason_to_pause", lambda backend: reason)
        with self.assertRaisesRegex(UserError, reason):
            self.check()

    def test_only_managers_check(self):
        employee = new_test_user(self.env, "employee", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.backend.with_user(employee).action_check_webhooks()
        manager = new_test_user(
            self.env,
            "manager",
            groups="base.group_user,connector.group_connector_manager",
        )
        action = self.backend.with_user(manager).action_check_webhooks()
        check = (
            self.env[action["res_model"]].with_user(manager).browse(action["res_id"])
        )
        check.action_repair()
        self.assertEqual(len(self.calls), 2)


@tagged("post_install", "-at_install")
class TestNoSubscriptions(TestConnectorCase):
    __test__ = True

    def test_a_connector_without_the_component_says_so(self):
        with self.assertRaisesRegex(UserError, "usage webhook.subscriptions"):
            self.backend.action_check_webhooks()


@tagged("post_install", "-at_install")
class TestSubscriptionsOverHttp(RestCase):
    __test__ = True

    def test_a_component_uses_the_adapter_of_its_connector(self):
        server = self.server

        class Adapter(Component):
            _name = "test.rest.adapter"
            _inherit = ["test.connector", "generic.rest.adapter"]
            _endpoint = "/partners"

            def _base_url(self):
                return server.url

        class Subscriptions(Component):
            _name = "test.webhook.subscriptions"
            _inherit = ["base.webhook.subscriptions", "test.rest.adapter"]

            def list(self):
                return [
                    Subscription(each["id"], each["topic"], each["address"])
                    for each in self.call("GET", "webhooks")
                ]

            def create(self, topic, address, secret):
                self.call("POST", "webhooks", json={"topic": topic})

            def delete(self, subscription_id):
                self.call("DELETE", f"webhooks/{subscription_id}")

        self.build_components(Adapter, Subscriptions)
        self.patch(type(self.backend), "_webhook_scheme", Shopify())
        self.patch(type(self.backend), "_webhook_topics", {"orders/create": PARTNER})
        self.backend.webhook_token = "secret"
        old = f"https://old.example/connector/webhook/{self.backend._webhook_path()}"
        found = [{"id": 7, "topic": "orders/create", "address": old}]
        self.reply(found, found, {}, {}, [])
        action = self.backend.action_check_webhooks()
        self.env[action["res_model"]].browse(action["res_id"]).action_repair()
        self.assertEqual(
            self.asked(),
            [
                ("GET", "/webhooks"),
                ("GET", "/webhooks"),
                ("POST", "/webhooks"),
                ("DELETE", "/webhooks/7"),
                ("GET", "/webhooks"),
            ],
        )
