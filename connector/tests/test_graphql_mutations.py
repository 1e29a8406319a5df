# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from ..exception import IDMissingInBackend, InvalidDataError, UnreadableAnswer
from .graphql_common import GraphqlCase, error, page
from .rest_server import Reply

GID = "gid://shop/Partner/%s"


@tagged("post_install", "-at_install")
class TestGraphqlWrite(GraphqlCase):
    __test__ = True

    def test_create_returns_the_id(self):
        self.reply_data(
            {"partnerCreate": {"partner": {"id": GID % 1}, "userErrors": []}}
        )
        self.assertEqual(self.adapter.create({"name": "A"}), GID % 1)
        self.assertEqual(self.variables(), [{"input": {"name": "A"}}])

    def test_create_whose_payload_is_the_record(self):
        self.set(
            _create_mutation="mutation C($input: I!) { create(input: $input) { id } }"
        )
        self.reply_data({"create": {"id": 5}})
        self.assertEqual(self.adapter.create({}), 5)

    def test_create_without_an_id_in_the_answer(self):
        self.reply_data({"partnerCreate": {"partner": {"name": "A"}}})
        with self.assertRaisesRegex(InvalidDataError, "was created.*_create_mutation"):
            self.adapter.create({})

    def test_write_and_delete_put_the_id_where_it_is_declared(self):
        self.reply_data({"partnerUpdate": {"userErrors": []}})
        self.reply_data({"partnerDelete": {"deletedId": "1"}})
        self.adapter.write("1", {"name": "A"})
        self.adapter.delete("1")
        self.set(
            _update_mutation="mutation U($id: ID!, $input: I!) { u(id: $id) }",
            _delete_mutation="mutation D($input: I!) { d(input: $input) { ok } }",
        )
        self.reply_data({"u": True}, {"d": {"ok": True}})
        self.adapter.write("1", {"name": "A"})
        self.adapter.delete("1")
        self.assertEqual(
            self.variables(),
            [
                {"input": {"id": "1", "name": "A"}},
                {"id": "1"},
                {"id": "1", "input": {"name": "A"}},
                {"input": {"id": "1"}},
            ],
        )

    def test_user_errors_name_fields_and_messages(self):
        refusals = [
            {"field": ["input", "name"], "message": "is blank", "code": "BLANK"},
            {"field": None, "message": "Too many"},
        ]
        for key in ("userErrors", "errors", "partnerUserErrors"):
            self.reply_data({"partnerCreate": {"partner": None, key: refusals}})
            with self.assertRaisesRegex(
                InvalidDataError,
                r"mutation Create: input.name: is blank \(BLANK\); Too many$",
            ):
                self.adapter.create({})
        self.set(_user_errors_path="problems")
        self.reply_data({"partnerUpdate": {"problems": refusals}})
        with self.assertRaisesRegex(InvalidDataError, "is blank"):
            self.adapter.write("1", {})

    def test_results_that_are_an_error(self):
        result = {"__typename": "StockError", "errorCode": "NO_STOCK", "message": "out"}
        self.reply_data(
            {"partnerCreate": result}, {"partnerDelete": [{"ok": 1}, result]}
        )
        with self.assertRaisesRegex(InvalidDataError, r"out \(NO_STOCK\)"):
            self.adapter.create({})
        with self.assertRaisesRegex(InvalidDataError, r"out \(NO_STOCK\)"):
            self.adapter.delete("1")

    def test_the_code_of_a_refusal_may_say_that_the_record_is_missing(self):
        self.set(_error_codes={"GONE": IDMissingInBackend})
        for code in ("GONE", "NOT_FOUND"):
            refusal = {"message": "no", "code": code}
            self.reply_data({"partnerDelete": {"userErrors": [refusal]}})
            with self.assertRaises(IDMissingInBackend):
                self.adapter.delete("1")

    def test_an_error_after_the_effect_does_not_lead_to_another_try(self):
        self.reply(
            {
                "data": {"partnerCreate": {"partner": {"id": "1", "name": None}}},
                "errors": [error("secret", path=["partnerCreate", "partner", "name"])],
            }
        )
        with self.assertLogs("odoo.addons.connector", "WARNING") as logs:
            self.assertEqual(self.adapter.create({}), "1")
        self.assertIn("mutation Create succeeded", logs.output[0])

    def test_a_mutation_that_was_not_executed(self):
        failed = error("db", path=["partnerCreate"])
        self.reply({"data": {"partnerCreate": None}, "errors": [failed]})
        self.reply_data({"partnerCreate": None})
        for told in ("partnerCreate: db", "answers null"):
            # it may have had its effect: an idempotency key is kept
            with self.assertRaisesRegex(UnreadableAnswer, told):
                self.adapter.create({})

    def test_an_error_that_hides_the_refusals(self):
        failed = error("db", path=["partnerUpdate", "userErrors", 0, "code"])
        data = {"partnerUpdate": {"userErrors": None}}
        self.reply({"data": data, "errors": [failed]})
        with self.assertRaisesRegex(InvalidDataError, "userErrors.0.code: db"):
            self.adapter.write("1", {})

    def test_refusals_without_a_list(self):
        for payload, told in (
            ({}, "empty result.*ErrorResult"),
            ({"__typename": "StockError"}, "StockError"),
            ({"result": "NOT_DELETED", "message": "in use"}, "in use"),
            (False, "answers false"),
        ):
            with self.subTest(payload=payload):
                self.reply_data({"partnerDelete": payload})
                with self.assertRaisesRegex(InvalidDataError, told):
                    self.adapter.delete("1")
        self.reply_data(
            {"partnerDelete": {"result": "DELETED"}}, {"partnerDelete": True}
        )
        self.adapter.delete("1")
        self.adapter.delete("1")

    def test_one_path_for_several_operations(self):
        self.set(_record_path="partner", _records_path="shop.partners")
        self.set(_read_many_query="query N($ids: [ID!]!) { nodes(ids: $ids) { id } }")
        self.reply_data({"partner": {"id": "1"}, "shop": {}})
        self.assertEqual(self.adapter.read("1"), {"id": "1"})
        self.reply_data({"nodes": [{"id": "1"}]}, {"shop": {"partners": page("1")}})
        self.assertEqual(set(self.adapter.read_many(["1"])), {"1"})
        self.assertEqual(self.adapter.search(), ["1"])
        self.reply_data({"partnerCreate": {"partner": {"id": "2"}}})
        self.assertEqual(self.adapter.create({}), "2")
        self.reply_data({"partnerUpdate": {"userErrors": [{"message": "no"}]}})
        with self.assertRaises(InvalidDataError):
            self.adapter.write("1", {})

    def test_execute(self):
        self.reply_data({"shop": {"name": "A"}})
        data = self.adapter.execute("query S($a: Int) { shop(a: $a) { name } }", a=1)
        self.assertEqual(data, {"shop": {"name": "A"}})
        self.reply(Reply({"data": {"shop": None}, "errors": [error(path=["shop"])]}))
        with self.assertRaises(InvalidDataError):
            self.adapter.execute("{ shop { name } }")
