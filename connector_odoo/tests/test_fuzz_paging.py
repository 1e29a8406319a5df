# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whatever another Odoo answers to a search, its pages come to an end."""

from datetime import datetime
from unittest.mock import patch

import pytest
from hypothesis import strategies as st

from odoo.tests.common import BaseCase, tagged

from odoo.addons.connector.exception import InvalidDataError
from odoo.addons.connector.tests.fuzz import SHORT, check, dates, values

from ..components import paging

ids = st.one_of(st.integers(1, 12), values)
write_dates = st.one_of(st.just("2026-01-01 00:00:00"), dates, values)
rows = st.one_of(
    st.fixed_dictionaries({"id": st.integers(1, 12), "write_date": write_dates}),
    st.fixed_dictionaries({}, optional={"id": ids, "write_date": write_dates}),
    values,
)
good_ids = st.sets(st.integers(1, 2**31 - 1), max_size=12)


@tagged("post_install", "-at_install")
class TestFuzzPaging(BaseCase):
    examples = SHORT

    def setUp(self):
        super().setUp()
        self.enterContext(patch.object(paging, "PAGE_SIZE", 2))

    def test_pages_of_bad_rows_come_to_an_end(self):
        @check(
            self.examples,
            st.lists(st.one_of(st.lists(rows, max_size=3), values), min_size=1),
        )
        def run(made_up):
            asked = []

            def call(model, method, domain, *_args, **_kwargs):
                self.assertLess(len(asked), 40, "Pages without end")
                asked.append(domain)
                return made_up[(len(asked) - 1) % len(made_up)]

            seen = []
            try:
                for page in paging.read_pages(call, "res.partner", []):
                    seen.extend(page)
                    for moment in page.values():
                        self.assertTrue(moment is None or type(moment) is datetime)
            except InvalidDataError as error:
                self.assertIn("res.partner", str(error))
            self.assertTrue(all(type(external_id) is int for external_id in seen))
            self.assertEqual(seen, sorted(set(seen)))

    def test_good_rows_all_come_once(self):
        @check(self.examples, good_ids)
        def run(stored):
            def call(model, method, domain, *_args, limit, **_kwargs):
                found = sorted(key for key in stored if key > domain[0][2])[:limit]
                return [{"id": key, "write_date": False} for key in found]

            pages = list(paging.read_pages(call, "res.partner", []))
            self.assertEqual([key for page in pages for key in page], sorted(stored))


@pytest.mark.long
@tagged("post_install", "-at_install", "-standard", "long")
class TestFuzzPagingLong(TestFuzzPaging):
    examples = 1_000
