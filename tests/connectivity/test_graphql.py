# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The GraphQL adapter, against a shop whose API graphql-core executes."""

import time
from unittest.mock import patch

from graphql_shop_case import GID, GraphqlShopCase

from odoo.addons.connector.exception import (
    CredentialsRefused,
    IDMissingInBackend,
    InvalidDataError,
    NetworkRetryableError,
    PartlyUnreadable,
)
from odoo.addons.connector.http import Connection, CostBudget, Offset, RestRefusal


class TestGraphqlShop(GraphqlShopCase):
    __test__ = True
    uses_request_budgets = True

    def test_pages_of_a_connection(self):
        self.prepare(250)
        pages = list(self.adapter.search_pages())
        self.assertEqual([len(page) for page in pages], [100, 100, 50])
        self.assertEqual(pages[2].records[GID % 250]["title"], "P249")
        self.assertEqual(len(self.known()["asked"]), 3)

    def test_pages_by_offset(self):
        self.prepare(5)
        self.set(
            _list_query="""query L($options: ListOptions!) {
                productList(options: $options) { items { id } totalItems } }""",
            _paging=Offset(
                "options.skip", "options.take", size=2, total_path="totalItems"
            ),
        )
        self.assertEqual(self.adapter.search(), [GID % n for n in range(1, 6)])
        self.assertEqual(len(self.known()["asked"]), 3)

    def test_records_by_ids_and_by_aliases(self):
        self.prepare(3)
        ids = [GID % 1, GID % 99, GID % 3]
        for attributes in ({"_reads_per_request": 10}, {"_read_many_query": ""}):
            self.set(**attributes)
            self.assertEqual(set(self.adapter.read_many(ids)), {GID % 1, GID % 3})
        self.assertEqual(len(self.known()["asked"]), 2)
        self.assertEqual(self.adapter.read(GID % 1)["title"], "P0")
        with self.assertRaises(IDMissingInBackend):
            self.adapter.read(GID % 99)

    def test_a_record_whose_price_cannot_be_read(self):
        self.prepare(3, broken=["P1"])
        whole, failed = self.adapter.search_pages()
        self.assertEqual((len(whole), failed), (2, [GID % 2]))
        for attributes in ({"_reads_per_request": 10}, {"_read_many_query": ""}):
            self.set(**attributes)
            with self.assertRaisesRegex(PartlyUnreadable, "price service") as raised:
                self.adapter.read_many([GID % n for n in (1, 2, 3)])
            error = raised.exception.errors[GID % 2]
            self.assertIsInstance(error, NetworkRetryableError)
            self.assertEqual(set(raised.exception.found), {GID % 1, GID % 3})

    def test_mutations(self):
        self.prepare(1)
        external_id = self.adapter.create({"title": "New"})
        self.adapter.write(external_id, {"title": "Newer"})
        self.assertEqual(self.adapter.read(external_id)["title"], "Newer")
        self.adapter.delete(external_id)
        with self.assertRaisesRegex(InvalidDataError, r"input.title: .* \(BLANK\)"):
            self.adapter.create({"title": " "})
        for act in (
            lambda: self.adapter.write(external_id, {"title": "A"}),
            lambda: self.adapter.delete(external_id),
        ):
            with self.assertRaisesRegex(IDMissingInBackend, "does not exist"):
                act()

    def test_results_of_a_union(self):
        self.prepare(0)
        self.set(
            _create_mutation="""mutation Add($input: String!) {
                addProduct(title: $input) {
                  ... on Product { id }
                  ... on TitleTakenError { errorCode message }
                } }""",
            _create_variables=lambda adapter, values: {"input": values["title"]},
        )
        self.assertEqual(self.adapter.create({"title": "A"}), GID % 1)
        with self.assertRaisesRegex(InvalidDataError, "has this title .TITLE_TAKEN"):
            self.adapter.create({"title": "A"})

    def test_requests_that_the_backend_refuses(self):
        self.prepare(1)
        with self.assertRaisesRegex(RestRefusal, "Cannot query field 'nothing'"):
            self.adapter.execute("{ nothing }")
        with self.assertRaisesRegex(RestRefusal, "unknown field 'colour'"):
            self.adapter.create({"colour": "red"})
        self.set(_endpoint="/elsewhere")
        with self.assertRaisesRegex(RestRefusal, "Is the address that of a GraphQL"):
            self.adapter.read(GID % 1)

    def test_wrong_credentials(self):
        self.prepare(1)
        self.token = "wrong"
        with self.assertRaisesRegex(CredentialsRefused, "not logged in") as raised:
            self.adapter.search()
        self.assertNotIn("wrong", str(raised.exception))

    def test_throttled_requests_wait_for_their_points(self):
        # without points; 9 seconds later it would be full
        self.prepare(4, bucket=[12, 1.3, 0])
        self.set(_paging=Connection(size=10))
        waits = []

        def fill(seconds):
            waits.append(seconds)
            self.change(bucket=[12, 1.3])

        with patch.object(time, "sleep", fill):
            self.assertEqual(len(self.adapter.search()), 4)
        self.assertEqual(len(waits), 1)
        self.assertIn(waits[0], range(1, 11))
        self.assertEqual(len(self.known()["asked"]), 2)
        self.prepare(4, bucket=[1000, 0.01])
        self.set(_paging=Connection(size=900))
        self.adapter.search()
        error = self.refused(NetworkRetryableError, self.adapter.search)
        self.assertEqual((error.seconds, error.ignore_retry), (3600, True))

    def delete_budget(self):
        """Delete the usage, which a separate transaction has committed."""
        with self.registry.cursor() as cr:
            cr.execute(
                "DELETE FROM connector_request_budget"
                " WHERE backend_model = %s AND backend_id = %s",
                (self.backend._name, self.backend.id),
            )

    def test_a_request_budget_follows_the_costs(self):
        self.addCleanup(self.delete_budget)
        self.prepare(30, bucket=[40, 20])
        self.set(
            _budget=CostBudget(points=40, restore_per_second=20),
            _paging=Connection(size=10),
        )
        for _number in range(2):
            self.assertEqual(len(self.adapter.search()), 30)
        # 66 points; the bucket begins with 40. None was refused.
        self.assertEqual(len(self.known()["asked"]), 6)
