# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from ..components.http_adapter import HttpAdapter
from ..exception import IDMissingInBackend, InvalidDataError
from ..http.errors import RestRefusal
from ..http.paging import AllAtOnce, LinkHeader, NextLink, Offset, PageNumber
from .rest_common import RestCase
from .rest_server import Reply


@tagged("post_install", "-at_install")
class TestRestOperations(RestCase):
    __test__ = True

    def test_usage_is_that_of_an_adapter(self):
        self.assertEqual(self.adapter._usage, "backend.adapter")

    def test_adapter_that_does_not_say_where_it_is_says_what_to_do(self):
        self.set(_endpoint="")
        with self.assertRaisesRegex(ValueError, "set _endpoint"):
            self.adapter.read(1)
        self.set(_base_url=HttpAdapter._base_url, _endpoint="/a")
        with self.assertRaisesRegex(RestRefusal, "it has no address"):
            self.adapter.read(1)

    def test_read(self):
        self.reply({"id": 7, "name": "Azure"})
        self.assertEqual(self.adapter.read(7), {"id": 7, "name": "Azure"})
        (request,) = self.server.requests
        self.assertEqual((request.method, request.path), ("GET", "/partners/7"))
        self.assertEqual(request.headers["Accept"], "application/json")

    def test_id_is_quoted_in_the_address(self):
        self.reply({"id": "a/b c"})
        self.adapter.read("a/b c")
        self.assertEqual(self.asked(), [("GET", "/partners/a%2Fb%20c")])

    def test_ids_that_lead_to_another_path_are_refused_by_name(self):
        for external_id in ("..", ".", "", " ", " .. ", "a\0b", "\ud800"):
            for act in (
                lambda: self.adapter.read(external_id),  # noqa: B023
                lambda: self.adapter.write(external_id, {}),  # noqa: B023
                lambda: self.adapter.delete(external_id),  # noqa: B023
            ):
                with self.assertRaisesRegex(InvalidDataError, "cannot be the id"):
                    act()
        self.assertEqual(self.asked(), [])

    def test_ids_that_only_look_dangerous_are_quoted(self):
        for external_id, path in (
            ("...", "/partners/..."),
            ("../admin", "/partners/..%2Fadmin"),
            ("%2e%2e", "/partners/%252e%252e"),
            ("a?b#c", "/partners/a%3Fb%23c"),
            (0, "/partners/0"),
        ):
            self.server.requests.clear()
            self.reply({"id": 1})
            self.adapter.read(external_id)
            self.assertEqual(self.asked(), [("GET", path)])

    def test_addresses_may_end_with_a_slash(self):
        self.set(_trailing_slash=True, _paging=AllAtOnce())
        self.reply([{"id": 7}], {"id": 7}, {"id": 8}, None, None)
        self.adapter.search()
        self.adapter.read(7)
        self.adapter.create({})
        self.adapter.write(7, {})
        self.adapter.delete(7)
        one, many = "/partners/7/", "/partners/"
        self.assertEqual(
            self.asked(),
            [
                ("GET", many),
                ("GET", one),
                ("POST", many),
                ("PATCH", one),
                ("DELETE", one),
            ],
        )

    def test_the_id_may_be_the_end_of_the_address_of_a_record(self):
        self.set(
            _id_field="url",
            _id_is_address=True,
            _trailing_slash=True,
            _paging=AllAtOnce(),
        )
        address = f"{self.server.url}/partners/a%20b/?format=json"
        self.reply([{"url": address}], {"url": address}, [{"url": 5}])
        self.assertEqual(self.adapter.search(), ["a b"])
        self.assertEqual(self.adapter.create({}), "a b")
        with self.assertRaisesRegex(InvalidDataError, "_id_is_address"):
            self.adapter.search()

    def test_ids_with_a_comma_are_not_asked_for_together(self):
        self.set(_ids_param="ids", _paging=AllAtOnce())
        self.reply({"id": "a,b"}, [{"id": "c"}, {"id": "d"}])
        found = self.adapter.read_many(["c", "a,b", "d"])
        self.assertEqual(set(found), {"a,b", "c", "d"})
        self.assertEqual(
            [(request.path, request.params) for request in self.server.requests],
            [("/partners/a%2Cb", {}), ("/partners", {"ids": "c,d"})],
        )

    def test_read_of_a_record_that_does_not_exist(self):
        self.reply(Reply({"error": "none"}, 404))
        with self.assertRaisesRegex(IDMissingInBackend, "/partners/7: 404"):
            self.adapter.read(7)

    def test_empty_answer_holds_no_record(self):
        self.reply({"data": None})
        self.set(_record_path="data")
        with self.assertRaisesRegex(IDMissingInBackend, "no record at data"):
            self.adapter.read(7)

    def test_path_that_leads_nowhere_is_an_error_of_the_adapter(self):
        self.set(_record_path="data.item")
        for body in ({"id": 1}, {"data": {"items": {}}}, [{"id": 1}]):
            with self.subTest(body=body):
                self.reply(body)
                with self.assertRaisesRegex(InvalidDataError, "Set _record_path"):
                    self.adapter.read(7)
        self.reply({"data": None})
        with self.assertRaises(IDMissingInBackend):
            self.adapter.read(7)

    def test_read_many_asks_for_each_and_leaves_out_missing_records(self):
        self.reply({"id": 1}, Reply(status=404), {"id": 3})
        self.assertEqual(
            self.adapter.read_many([1, 2, 3]), {1: {"id": 1}, 3: {"id": 3}}
        )

    def test_read_many_with_one_request_where_the_backend_can(self):
        self.set(_ids_param="ids", _ids_per_request=2)
        self.reply([{"id": 1}, {"id": 2}], [], [{"id": 3}], [])
        found = self.adapter.read_many(["1", 2, 3, 4])
        self.assertEqual(found, {"1": {"id": 1}, 2: {"id": 2}, 3: {"id": 3}})
        self.assertEqual(
            [request.params["ids"] for request in self.server.requests],
            ["1,2", "1,2", "3,4", "3,4"],
        )

    def test_search_gives_the_ids_of_all_pages(self):
        self.set(_paging=PageNumber(size=2))
        self.reply([{"id": 1}, {"id": 2}], [{"id": 3}], [])
        self.assertEqual(self.adapter.search({"state": "open"}), [1, 2, 3])
        self.assertEqual(
            [request.params for request in self.server.requests],
            [
                {"state": "open", "page": str(page), "per_page": "2"}
                for page in (1, 2, 3)
            ],
        )

    def test_search_returns_when_records_were_changed(self):
        self.set(_updated_at_path="meta.at", _paging=Offset(size=1))
        self.reply([{"id": 1, "meta": {"at": "2026-01-01"}}], [{"id": 2}], [])
        self.assertEqual(
            list(self.adapter.search_pages()), [{1: "2026-01-01"}, {2: None}]
        )
        self.reply([{"id": 1}], [])
        self.assertEqual(self.adapter.search(), [1])

    def test_a_page_needs_one_request_and_no_query(self):
        url = self.server.url

        def read_address(adapter):
            adapter.env.cr.execute("SELECT 1")  # as a field that is not cached
            return url

        self.set(_paging=Offset(size=1), _base_url=read_address)
        queries = {}
        for number in (3, 30):
            self.server.requests.clear()
            self.reply(*[[{"id": page}] for page in range(number)], [])
            before = self.env.cr.sql_log_count
            pages = list(self.adapter.search_pages())
            queries[number] = self.env.cr.sql_log_count - before
            self.assertEqual(len(pages), number)
            self.assertEqual(len(self.asked()), number + 1)
        self.assertLessEqual(queries[30], queries[3])

    def test_search_pages_come_as_they_are_asked_for(self):
        self.set(_paging=Offset(size=1, total_path="total"), _records_path="items")
        self.reply(
            {"items": [{"id": 1}], "total": 2}, {"items": [{"id": 2}], "total": 2}
        )
        pages = self.adapter.search_pages()
        self.assertEqual(next(pages), [1])
        self.assertEqual(len(self.server.requests), 1)
        self.assertEqual(list(pages), [[2]])

    def test_search_read(self):
        self.set(_records_path="data.items")
        self.reply({"data": {"items": [{"id": 1}]}}, {"data": {"items": []}})
        self.assertEqual(self.adapter.search_read(), [{"id": 1}])

    def test_a_list_elsewhere_is_not_taken_for_no_records(self):
        self.set(_records_path="item", _paging=AllAtOnce())
        for body, told in (
            ({"items": [{"id": 1}], "total": 1}, r"found nothing.*items: list, total"),
            ([{"id": 1}], "found nothing.*is a list"),
            ({"item": {"id": 1}}, "found dict.*item: dict"),
        ):
            with self.subTest(body=body):
                self.reply(body)
                with self.assertRaisesRegex(InvalidDataError, told):
                    self.adapter.search()
        self.reply({"total": 0})
        self.assertEqual(self.adapter.search(), [])

    def test_a_record_without_id_says_what_it_has(self):
        for record in ({"sku": "A"}, "A"):
            self.reply([record])
            with self.assertRaisesRegex(InvalidDataError, "no field 'id', it is.*Set"):
                self.adapter.search()

    def test_a_record_whose_id_is_none_is_not_found(self):
        for value in (None, "", True, False, {"a": 1}, [1]):
            self.reply([{"id": 1}, {"id": value, "name": "Azure"}])
            with self.assertRaisesRegex(
                InvalidDataError, "'id' of a record of .* must be an id, found.*name"
            ):
                self.adapter.search()
        self.reply([{"id": 0}, {"id": "a/b"}])
        self.reply([])
        self.assertEqual(self.adapter.search(), [0, "a/b"])

    def test_answer_without_a_list_names_the_path(self):
        self.reply({"items": []})
        with self.assertRaisesRegex(InvalidDataError, "Set _records_path"):
            self.adapter.search()

    def test_link_header_is_followed_without_the_parameters(self):
        self.set(_paging=LinkHeader())
        link = f'<{self.server.url}/partners?after=1>; rel="next"'
        self.reply(Reply([{"id": 1}], headers={"Link": link}), [{"id": 2}])
        self.assertEqual(self.adapter.search({"state": "open"}), [1, 2])
        self.assertEqual(
            [request.params for request in self.server.requests],
            [{"state": "open"}, {"after": "1"}],
        )

    def test_next_link_may_be_relative(self):
        self.set(_paging=NextLink(), _records_path="items")
        self.reply({"items": [{"id": 1}], "next": "/partners?after=1"}, {"items": []})
        self.assertEqual(self.adapter.search(), [1])
        self.assertEqual(self.server.requests[1].params, {"after": "1"})

    def test_create_returns_the_id_in_the_answer(self):
        self.set(_record_path="data")
        self.reply(Reply({"data": {"id": 9}}, 201))
        self.assertEqual(self.adapter.create({"name": "Azure"}), 9)
        (request,) = self.server.requests
        self.assertEqual(
            (request.method, request.path, request.body),
            ("POST", "/partners", {"name": "Azure"}),
        )

    def test_create_returns_the_id_in_the_location(self):
        self.reply(Reply(None, 201, {"Location": "/partners/abc/"}))
        self.assertEqual(self.adapter.create({}), "abc")

    def test_create_asks_the_adapter_for_the_id(self):
        def composite(adapter, record):
            return f"{record['shop']}-{record['number']}"

        self.set(_external_id=composite)
        self.reply(Reply({"shop": 1, "number": 2, "id": 99}, 201))
        self.assertEqual(self.adapter.create({}), "1-2")
        # an answer without the parts of the id: the header has it
        self.reply(Reply({"ok": True}, 201, {"Location": "/partners/1-3?a=b"}))
        self.assertEqual(self.adapter.create({}), "1-3")

    def test_create_with_a_null_id_takes_that_of_the_location(self):
        self.reply(Reply({"id": None}, 201, {"Location": "/partners/5"}))
        self.assertEqual(self.adapter.create({}), "5")

    def test_adapters_with_different_timeouts_do_not_share_a_session(self):
        slow = type(self.adapter)(self.work)
        slow._timeout_seconds = 120.0
        self.assertEqual(slow.session.timeout, 120.0)
        self.assertEqual(self.adapter.session.timeout, 60.0)
        self.assertIs(slow.session, slow.session)

    def test_create_without_any_id_says_so(self):
        self.reply(Reply({"ok": True}, 201))
        with self.assertRaisesRegex(InvalidDataError, "nor a header Location"):
            self.adapter.create({})

    def test_write_and_delete(self):
        self.reply(Reply(None, 204), Reply(None, 204), Reply(None, 204))
        self.adapter.write(1, {"name": "New"})
        self.set(_update_method="PUT")
        self.adapter.write(1, {"name": "New"})
        self.adapter.delete(1)
        path = "/partners/1"
        self.assertEqual(
            self.asked(), [("PATCH", path), ("PUT", path), ("DELETE", path)]
        )
