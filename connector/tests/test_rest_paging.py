# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests.common import BaseCase

from ..exception import IDMissingInBackend, InvalidDataError
from ..http.paging import (
    AllAtOnce,
    Answer,
    Cursor,
    EndlessPagingError,
    LinkHeader,
    NextLink,
    Offset,
    PageNumber,
)


class PagingCase(BaseCase):
    def read_pages(self, paging, *answers):
        """Return the pages, and the parameters of each request."""
        asked, left = [], list(answers)

        def fetch(params, url=None):
            asked.append(url or params)
            answer = left.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer if isinstance(answer, Answer) else Answer(answer)

        return list(paging.pages(fetch)), asked


class TestCountedPages(PagingCase):
    def test_one_page_asks_once(self):
        self.assertEqual(self.read_pages(AllAtOnce(), [1, 2]), ([[1, 2]], [{}]))
        self.assertEqual(self.read_pages(AllAtOnce(), []), ([], [{}]))

    def test_page_numbers_go_up_to_the_first_empty_page(self):
        pages, asked = self.read_pages(PageNumber(size=2), [1, 2], [3], [])
        self.assertEqual(pages, [[1, 2], [3]])
        self.assertEqual(asked, [{"page": n, "per_page": 2} for n in (1, 2, 3)])

    def test_short_page_in_the_middle_loses_nothing(self):
        pages, _asked = self.read_pages(PageNumber(size=3), [1], [2, 3, 4], [5], [])
        self.assertEqual(sum(pages, []), [1, 2, 3, 4, 5])

    def test_offset_goes_on_from_the_records_seen(self):
        """The backend returns two at a time, whatever page size is asked for."""
        pages, asked = self.read_pages(Offset(size=100), [1, 2], [3, 4], [5], [])
        self.assertEqual(sum(pages, []), [1, 2, 3, 4, 5])
        self.assertEqual([params["offset"] for params in asked], [0, 2, 4, 5])

    def test_known_total_saves_the_last_request(self):
        answers = [Answer([1, 2], {"meta": {"total": 3}})]
        answers.append(Answer([3], {"meta": {"total": "3"}}))
        for paging in (PageNumber, Offset):
            pages, asked = self.read_pages(paging(total_path="meta.total"), *answers)
            self.assertEqual((pages, len(asked)), ([[1, 2], [3]], 2))

    def test_backend_that_repeats_its_last_page_comes_to_an_end(self):
        pages, _asked = self.read_pages(PageNumber(), [1, 2], [3], [3])
        self.assertEqual(pages, [[1, 2], [3]])

    def test_backend_that_ignores_the_page_is_an_error(self):
        first = list(range(100))
        for paging in (PageNumber(param="p"), Offset(param="p")):
            with self.assertRaisesRegex(EndlessPagingError, "first page for each p"):
                self.read_pages(paging, first, first, first[:-1])

    def test_backend_that_repeats_its_only_page_comes_to_an_end(self):
        for size, *answers in (
            (2, [1, 2], [1, 2], [2]),
            (2, [1, 2], [1, 2], IDMissingInBackend("no page 2")),
            (3, [1, 2], [1, 2]),
            (1, [1], [1]),
        ):
            with self.subTest(size=size):
                pages, _asked = self.read_pages(PageNumber(size=size), *answers)
                self.assertEqual(pages, [answers[0]])
        paging = PageNumber(size=2, size_param=None)
        self.assertEqual(self.read_pages(paging, [1, 2], [1, 2])[0], [[1, 2]])

    def test_404_beyond_the_last_page_is_the_end(self):
        pages, _asked = self.read_pages(
            PageNumber(), [1], IDMissingInBackend("no page 2")
        )
        self.assertEqual(pages, [[1]])

    def test_404_for_the_first_page_is_an_error(self):
        with self.assertRaises(IDMissingInBackend):
            self.read_pages(PageNumber(), IDMissingInBackend("no such address"))

    def test_names_of_the_parameters_can_be_given(self):
        paging = PageNumber(param="p", size_param=None, first=0)
        self.assertEqual(self.read_pages(paging, []), ([], [{"p": 0}]))


class TestLinkedPages(PagingCase):
    def test_cursor_is_followed_to_the_end(self):
        paging = Cursor(param="after", path="meta.next", size_param="limit", size=2)
        pages, asked = self.read_pages(
            paging,
            Answer([1, 2], {"meta": {"next": "b"}}),
            Answer([3], {"meta": {"next": None}}),
        )
        self.assertEqual(pages, [[1, 2], [3]])
        self.assertEqual(asked, [{"limit": 2}, {"after": "b", "limit": 2}])

    def test_each_way_to_say_that_there_is_no_cursor_ends(self):
        for end in (None, "", 0, False):
            pages, _asked = self.read_pages(Cursor(), Answer([1], {"next_cursor": end}))
            self.assertEqual(pages, [[1]])

    def test_empty_page_with_a_cursor_is_passed_over(self):
        pages, _asked = self.read_pages(
            Cursor(), Answer([], {"next_cursor": "b"}), Answer([1], {})
        )
        self.assertEqual(pages, [[1]])

    def test_next_link_in_the_body_is_followed(self):
        pages, asked = self.read_pages(
            NextLink(path="links.next", params=(("limit", 2),)),
            Answer([1], {"links": {"next": "/items?after=1"}}),
            Answer([2], {"links": {}}),
        )
        self.assertEqual((pages, asked), ([[1], [2]], [{"limit": 2}, "/items?after=1"]))

    def test_link_header_is_followed(self):
        pages, asked = self.read_pages(
            LinkHeader(),
            Answer([1], links={"next": "http://shop/2", "last": "http://shop/9"}),
            Answer([2], links={"prev": "http://shop/1"}),
        )
        self.assertEqual((pages, asked), ([[1], [2]], [{}, "http://shop/2"]))

    def test_circle_is_an_error_that_names_the_place(self):
        for paging, answer in (
            (Cursor(), Answer([1], {"next_cursor": "same"})),
            (NextLink(), Answer([1], {"next": "same"})),
            (LinkHeader(), Answer([1], links={"next": "same"})),
        ):
            with self.assertRaisesRegex(EndlessPagingError, "'same'"):
                self.read_pages(paging, answer, answer, answer)

    def test_counted_pages_that_come_again_are_a_circle(self):
        with self.assertRaises(EndlessPagingError):
            self.read_pages(PageNumber(), [1], [2], [1], [2])

    def test_a_place_or_a_total_of_a_wrong_type_is_named(self):
        for paging, body in (
            (Cursor(), {"next_cursor": {"a": 1}}),
            (NextLink(), {"next": 5}),
            (Offset(total_path="total"), {"total": "many"}),
        ):
            with self.assertRaisesRegex(InvalidDataError, "Expected"):
                self.read_pages(paging, Answer([1], body))
