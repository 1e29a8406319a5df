# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reading pages ends, whatever pages a backend returns."""

import itertools
import operator

import pytest
from hypothesis import strategies as st

from odoo.tests.common import BaseCase, tagged

from ..exception import InvalidDataError
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
from .fuzz import SHORT, check, texts, values

PAGINGS = (
    AllAtOnce(),
    PageNumber(),
    PageNumber(total_path="total"),
    Offset(),
    Offset(total_path="total"),
    Cursor(path="next"),
    NextLink(),
    LinkHeader(),
)
ENOUGH = 60
bodies = st.one_of(
    values,
    st.fixed_dictionaries(
        {},
        optional={
            "total": st.one_of(values, st.integers(0, 20)),
            "next": st.one_of(values, st.sampled_from("abc")),
        },
    ),
)
answers = st.builds(
    Answer,
    records=st.lists(st.one_of(st.integers(0, 9), values), max_size=3),
    body=bodies,
    links=st.fixed_dictionaries({}, optional={"next": texts}),
)


class Endless(Exception):
    """More pages were asked for than a backend can have."""


class Backend:
    """Return the generated answers, then the last one forever."""

    def __init__(self, made_up):
        self.asked = 0
        self.answers = itertools.cycle(made_up)
        self.given = []

    def fetch(self, params, url=None):
        if self.asked == ENOUGH:
            raise Endless
        self.asked += 1
        assert url is None or isinstance(url, str)
        answer = next(self.answers)
        self.given.append(answer.records)
        return answer


@tagged("post_install", "-at_install")
class TestFuzzPaging(BaseCase):
    examples = SHORT

    def test_pages_come_as_they_are_and_to_an_end(self):
        @check(
            self.examples,
            st.sampled_from(PAGINGS),
            st.lists(answers, min_size=1, max_size=6),
        )
        def run(paging, made_up):
            backend, pages = Backend(made_up), []
            try:
                pages.extend(paging.pages(backend.fetch))
            except (InvalidDataError, EndlessPagingError) as error:
                self.assertTrue(str(error))
            given = [records for records in backend.given if records]
            self.assertLessEqual(len(pages), len(given))
            self.assertTrue(all(map(operator.is_, pages, given)))

    def test_a_backend_that_has_an_end_is_read_to_it(self):
        @check(self.examples, st.lists(st.lists(values, max_size=3), max_size=6))
        def run(made_up):
            records = [
                [{"id": number, "is": page}] for number, page in enumerate(made_up)
            ]
            for paging in (PageNumber(), Offset()):
                backend = Backend([*map(Answer, records), Answer([])])
                pages = list(paging.pages(backend.fetch))
                self.assertEqual(len(pages), len(records))
                self.assertTrue(all(map(operator.is_, pages, records)))


@pytest.mark.long
@tagged("post_install", "-at_install", "-standard", "long")
class TestFuzzPagingLong(TestFuzzPaging):
    examples = 2_500
