# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whatever another Odoo answers to a search, its pages come to an end."""

from contextlib import closing
from datetime import datetime
from unittest.mock import patch

import pytest
import vodoo
from hypothesis import strategies as st

from odoo.tests.common import TransactionCase, tagged

from odoo.addons.connector.exception import InvalidDataError, NetworkRetryableError
from odoo.addons.connector.tests.fuzz import SHORT, check, dates, values

from ..components import adapter
from ..components.adapter import OdooAdapter

ids = st.one_of(st.integers(1, 12), values)
write_dates = st.one_of(st.just("2026-01-01 00:00:00"), dates, values)
rows = st.one_of(
    st.fixed_dictionaries({"id": st.integers(1, 12), "write_date": write_dates}),
    st.fixed_dictionaries({}, optional={"id": ids, "write_date": write_dates}),
    values,
)
good_ids = st.sets(st.integers(1, 2**31 - 1), max_size=12)


class MadeUpTransport(vodoo.OdooTransport):
    """Transport whose searches are answered by a function."""

    def __init__(self, answer):
        super().__init__("http://localhost", "generated", "admin", "k3y")
        self.answer = answer

    def authenticate(self):
        return 2

    def call_service(self, service, method, args):
        raise NotImplementedError

    def execute_kw(self, model, method, args=None, kwargs=None):
        if method == "fields_get":
            return {}
        return self.answer(args[0], **kwargs)


@tagged("post_install", "-at_install")
class TestFuzzPaging(TransactionCase):
    examples = SHORT

    def setUp(self):
        super().setUp()
        self.enterContext(patch.object(adapter, "PAGE_SIZE", 2))
        self.patch(OdooAdapter, "_pages_ahead", 0)
        self.backend = self.env["odoo.backend"].create(
            {
                "name": "Generated",
                "url": "http://localhost",
                "database": "generated",
                "login": "admin",
                "api_key": "k3y",
            }
        )

    def _pages(self, answer):
        """Yield the pages of a search that is answered by a function."""
        config = vodoo.OdooConfig(
            url="http://localhost",
            database="generated",
            username="admin",
            password="k3y",
        )
        with self.backend.work_on("odoo.res.partner") as work:
            client = vodoo.OdooClient(config, transport=MadeUpTransport(answer))
            with closing(client):
                work.remote._client = client
                yield from work.component(usage="backend.adapter").search_pages()

    def test_pages_of_bad_rows_come_to_an_end(self):
        @check(
            self.examples,
            st.lists(st.one_of(st.lists(rows, max_size=3), values), min_size=1),
        )
        def run(made_up):
            asked = []

            def answer(domain, **_kwargs):
                self.assertLess(len(asked), 40, "Pages without end")
                asked.append(domain)
                return made_up[(len(asked) - 1) % len(made_up)]

            seen = []
            try:
                for page in self._pages(answer):
                    seen.extend(page)
                    for moment in page.values():
                        self.assertTrue(moment is None or type(moment) is datetime)
            except (InvalidDataError, NetworkRetryableError) as error:
                self.assertIn("res.partner", str(error))
            self.assertTrue(all(type(external_id) is int for external_id in seen))
            self.assertEqual(seen, sorted(set(seen)))

    def test_good_rows_all_come_once(self):
        @check(self.examples, good_ids)
        def run(stored):
            def answer(domain, limit, **_kwargs):
                last_id = domain[0][2] if domain else 0
                found = sorted(key for key in stored if key > last_id)[:limit]
                return [{"id": key, "write_date": False} for key in found]

            pages = list(self._pages(answer))
            self.assertEqual([key for page in pages for key in page], sorted(stored))


@pytest.mark.long
@tagged("post_install", "-at_install", "-standard", "long")
class TestFuzzPagingLong(TestFuzzPaging):
    examples = 1_000
