# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from ..exception import IDMissingInBackend, InvalidDataError
from ..http.paging import EndlessPagingError, Offset
from .graphql_common import GraphqlCase, page

GID = "gid://shop/Partner/%s"


@tagged("post_install", "-at_install")
class TestGraphqlSearch(GraphqlCase):
    __test__ = True

    def test_a_request_has_text_name_and_variables(self):
        self.reply_page("1")
        self.assertEqual(self.adapter.search({"query": 'a"b'}), ["1"])
        (request,) = self.server.requests
        self.assertEqual((request.method, request.path), ("POST", "/graphql"))
        self.assertEqual(request.body["operationName"], "Partners")
        self.assertEqual(request.body["variables"], {"first": 100, "query": 'a"b'})
        self.assertNotIn('a"b', request.body["query"])
        self.assertEqual(request.body["query"].count("fragment Partner"), 1)
        self.assertIn("graphql-response+json", request.headers["Accept"])

    def test_connection_is_read_to_its_end_over_empty_pages(self):
        self.reply_page(GID % 1, cursor="a")
        self.reply_page(cursor="b")
        self.reply_page(GID % 2)
        pages = list(self.adapter.search_pages())
        self.assertEqual(
            [page.records for page in pages],
            [{GID % 1: {"id": GID % 1}}, {GID % 2: {"id": GID % 2}}],
        )
        self.assertEqual(
            self.variables(),
            [
                {"first": 100},
                {"first": 100, "after": "a"},
                {"first": 100, "after": "b"},
            ],
        )

    def test_edges(self):
        self.set(_updated_at_path="at", _pages_hold_records=False)
        edges = [{"node": {"id": "1", "at": "2026-01-01"}}, {"node": None}]
        self.reply_data({"partners": {**page(), "nodes": None, "edges": edges}})
        self.assertEqual(list(self.adapter.search_pages()), [{"1": "2026-01-01"}])

    def test_pages_hold_records_if_both_queries_use_the_same_fragment(self):
        self.assertTrue(self.adapter._pages_hold_records)
        self.set(_read_query="query P($id: ID!) { partner(id: $id) { id vat } }")
        self.assertFalse(self.adapter._pages_hold_records)
        self.reply_page("1")
        self.assertEqual(list(self.adapter.search_pages()), [["1"]])
        self.set(_read_query="")
        self.assertTrue(self.adapter._pages_hold_records)

    def test_a_repeated_cursor_is_refused(self):
        for _number in range(3):
            self.reply_page("1", cursor="a")
        with self.assertRaisesRegex(EndlessPagingError, "repeats a page"):
            self.adapter.search()

    def test_a_page_that_does_not_say_whether_another_follows(self):
        for info in (None, {}, {"hasNextPage": "yes"}):
            self.reply_data({"partners": {"nodes": [{"id": 1}], "pageInfo": info}})
            with self.assertRaisesRegex(InvalidDataError, "Add pageInfo"):
                self.adapter.search()

    def test_a_next_page_without_a_cursor(self):
        info = {"hasNextPage": True, "endCursor": None}
        self.reply_data({"partners": {"nodes": [{"id": 1}], "pageInfo": info}})
        with self.assertRaisesRegex(InvalidDataError, "no endCursor"):
            self.adapter.search()

    def test_offset_lists(self):
        self.set(
            _list_query="""query L($options: Options) {
                partners(options: $options) { items { id } totalItems } }""",
            _paging=Offset(
                "options.skip", "options.take", size=2, total_path="totalItems"
            ),
        )
        self.reply_data(
            {"partners": {"items": [{"id": 1}, {"id": 2}], "totalItems": 3}}
        )
        self.reply_data({"partners": {"items": [{"id": 3}], "totalItems": 3}})
        filters = {"options": {"filter": {"active": {"eq": True}}}}
        self.assertEqual(self.adapter.search(filters), [1, 2, 3])
        options = [variables["options"] for variables in self.variables()]
        self.assertEqual([each["skip"] for each in options], [0, 2])
        self.assertEqual([each["take"] for each in options], [2, 2])
        self.assertEqual(
            [each["filter"] for each in options], [{"active": {"eq": True}}] * 2
        )
        self.assertEqual(filters, {"options": {"filter": {"active": {"eq": True}}}})

    def test_a_list_that_is_deeper(self):
        self.set(_records_path="shop.partners")
        self.reply_data({"shop": {"partners": page("1")}, "me": 1})
        self.assertEqual(self.adapter.search(), ["1"])

    def test_the_error_for_a_list_elsewhere_names_the_fields(self):
        self.reply_data({"partners": {"rows": []}}, {"a": [], "b": []})
        with self.assertRaisesRegex(InvalidDataError, "at partners .*rows: list"):
            self.adapter.search()
        with self.assertRaisesRegex(InvalidDataError, "a, b. Set _records_path"):
            self.adapter.search()

    def test_a_variable_that_the_query_does_not_declare(self):
        with self.assertRaisesRegex(ValueError, r"test.graphql.adapter.*\$state"):
            self.adapter.search({"state": "open"})
        self.assertEqual(self.server.requests, [])

    def test_a_missing_operation_names_the_attribute(self):
        self.set(_list_query="", _fragments="fragment A {")
        with self.assertRaisesRegex(NotImplementedError, "set _list_query"):
            self.adapter.search()
        with self.assertRaisesRegex(ValueError, "_read_query: the braces"):
            self.adapter.read(1)

    def test_a_record_without_an_id(self):
        self.reply_data({"partners": {**page(), "nodes": [{"name": "A"}]}})
        with self.assertRaisesRegex(InvalidDataError, "no id, it is {name: str}"):
            self.adapter.search()

    def test_language(self):
        self.set(_language_param="languageCode")
        self.reply_data({"partner": {"id": "1"}})
        self.adapter.read_many(["1"], language="de")
        self.assertEqual(self.server.requests[0].params, {"languageCode": "de"})
        self.set(_language_param=None)
        with self.assertRaisesRegex(NotImplementedError, "_read_variables"):
            self.adapter.read_many(["1"], language="de")


@tagged("post_install", "-at_install")
class TestGraphqlRead(GraphqlCase):
    __test__ = True

    def test_read(self):
        self.reply_data({"partner": {"id": GID % 1}}, {"partner": None})
        self.assertEqual(self.adapter.read(GID % 1), {"id": GID % 1})
        self.assertEqual(self.variables(), [{"id": GID % 1}])
        with self.assertRaisesRegex(IDMissingInBackend, "Partner/2 does not exist"):
            self.adapter.read(GID % 2)

    def test_read_one_at_a_time(self):
        self.assertTrue(self.adapter.reads_one_at_a_time())
        self.reply_data({"partner": {"id": "1"}}, {"partner": None})
        self.assertEqual(self.adapter.read_many(["1", "2"]), {"1": {"id": "1"}})

    def read_by_nodes(self):
        self.set(
            _read_many_query="query N($ids: [ID!]!) { nodes(ids: $ids) { ...Partner }}",
            _ids_per_request=2,
        )

    def test_read_many_by_nodes(self):
        self.read_by_nodes()
        self.assertFalse(self.adapter.reads_one_at_a_time())
        self.reply_data({"nodes": [{"id": "1"}, None]}, {"nodes": [{}]})
        self.assertEqual(self.adapter.read_many(["1", "2", "3"]), {"1": {"id": "1"}})
        self.assertEqual(self.variables(), [{"ids": ["1", "2"]}, {"ids": ["3"]}])
        self.reply_data({"nodes": [{"id": "1"}, None]})
        self.assertEqual(self.adapter.find_existing(["1", "2"]), {"1"})

    def test_read_by_nodes_only(self):
        self.read_by_nodes()
        self.set(_read_query="")
        self.reply_data({"nodes": [{"id": "1"}]}, {"nodes": [None]})
        self.assertEqual(self.adapter.read("1"), {"id": "1"})
        with self.assertRaises(IDMissingInBackend):
            self.adapter.read("2")

    def test_read_many_by_a_list_in_any_order(self):
        query = "query N($ids: [ID!]!) { list(ids: $ids) { items { id } } }"
        self.set(_read_many_query=query)
        self.reply_data({"list": {"items": [{"id": 2}, {"id": 1}, {"id": 9}]}})
        self.assertEqual(
            self.adapter.read_many(["1", 2, "3"]), {"1": {"id": 1}, 2: {"id": 2}}
        )

    def test_a_list_that_is_cut_is_not_taken_for_missing_records(self):
        self.read_by_nodes()
        cut = {"pageInfo": {"hasNextPage": True}}
        for more in ({"totalItems": 2}, cut):
            self.reply_data({"list": {"nodes": [{"id": "1"}], **more}})
            with self.assertRaisesRegex(InvalidDataError, "_ids_per_request"):
                self.adapter.read_many(["1", "2"])

    def test_read_many_by_aliases(self):
        self.set(_reads_per_request=2)
        self.assertFalse(self.adapter.reads_one_at_a_time())
        self.reply_data({"r0": {"id": "1"}, "r1": None}, {"r0": {"id": "3"}})
        self.assertEqual(set(self.adapter.read_many(["1", "2", "3"])), {"1", "3"})
        self.assertEqual(self.variables(), [{"id_0": "1", "id_1": "2"}, {"id_0": "3"}])
        self.set(_read_query="{ partner { id } }")
        with self.assertRaisesRegex(ValueError, "_reads_per_request = 2.*one variable"):
            self.adapter.read_many(["1", "2"])
