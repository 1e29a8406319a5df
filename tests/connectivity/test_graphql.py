# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The GraphQL adapter, against a shop whose API graphql-core executes."""

import re
import textwrap
import time
from datetime import timedelta

import pytest
import requests
from devtools.environment import Environment

from odoo.addons.component.core import Component
from odoo.addons.connector.exception import (
    CredentialsRefused,
    IDMissingInBackend,
    InvalidDataError,
    NetworkRetryableError,
    PartlyUnreadable,
    RetryableJobError,
)
from odoo.addons.connector.http import Connection, CostBudget, Offset, RestRefusal
from odoo.addons.connector.tests.rest_common import CATEGORY, PARTNER, RestCase

GID = "gid://shop/Product/%s"


class GraphqlShopCase(RestCase):
    @pytest.fixture(autouse=True)
    def _shop(self, graphql_shop):
        self.shop = graphql_shop

    def setUp(self):
        super().setUp()
        shop, self.token = self.shop, self.shop["token"]
        case = self

        class Adapter(Component):
            _name = "test.shop.adapter"
            _inherit = ["test.connector", "generic.graphql.bulk.adapter"]
            _apply_on = [PARTNER, CATEGORY]
            _fragments = "fragment Product on Product { id title updatedAt price }"
            _list_query = """
                query Products($first: Int!, $after: String, $since: String) {
                  products(first: $first, after: $after, since: $since) {
                    nodes { ...Product }
                    pageInfo { hasNextPage endCursor }
                  }
                }"""
            _read_query = "query P($id: ID!) { product(id: $id) { ...Product } }"
            _read_many_query = (
                "query N($ids: [ID!]!) { nodes(ids: $ids) { ...Product } }"
            )
            _create_mutation = """
                mutation Create($input: ProductInput!) {
                  productCreate(input: $input) {
                    product { id } userErrors { field message code }
                  }
                }"""
            _update_mutation = """
                mutation Update($input: ProductInput!) {
                  productUpdate(input: $input) { userErrors { field message code } }
                }"""
            _delete_mutation = """
                mutation Delete($id: ID!) {
                  productDelete(id: $id) { userErrors { field message code } }
                }"""
            _updated_at_path = "updatedAt"
            _bulk_children = {"Variant": "variants.nodes"}

            def _base_url(self):
                return shop["url"]

            def _authenticate(self, session):
                session.use_bearer(case.token)

        class Changes(Component):
            _name = "test.shop.changes"
            _inherit = ["test.connector", "generic.changes.importer"]
            _apply_on = PARTNER

            def _filters_since(self, since):
                return since and {"since": since.strftime("%Y-%m-%dT%H:%M:%SZ")}

        self.build_components(Adapter, Changes)
        self.work = self.work_on(PARTNER)
        self.adapter = self.work.component_by_name("test.shop.adapter")

    def prepare(self, products=5, variants=0, **settings):
        reset = {"products": products, "variants": variants}
        address = f"{self.shop['url']}/test"
        requests.post(address, json={"reset": reset, **settings}, timeout=10)

    def known(self):
        return requests.get(f"{self.shop['url']}/test", timeout=10).json()

    def refused(self, kind, act, *args):
        """Return the error of a call; nothing is rolled back."""
        try:
            act(*args)
        except kind as error:
            return error
        return self.fail("nothing was raised")


def samples():
    """Return the adapters of the manual, for the models of these tests."""
    page = Environment.current().clone / "docs/how_to/graphql.rst"
    blocks = re.findall(r"::\n\n((?:    .*\n|\n)+)", page.read_text())
    code = "\n".join(
        textwrap.dedent(block) for block in blocks if "class Shop" in block
    )
    code = code.replace('"shop.connector"', '"test.connector"')
    code = code.replace('_auth = BearerToken("api_token")', "_auth = None")
    return code.replace('"shop.product"', f'"{PARTNER}"')


class TestGraphqlManual(GraphqlShopCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        found = {}
        exec(samples(), found)  # noqa: S102 - the code of the manual
        classes = [found[name] for name in found if name.startswith("Shop")]
        for cls in classes:
            cls._base_url = type(self.adapter)._base_url
            cls._authenticate = type(self.adapter)._authenticate
        self.build_components(*classes)
        self.prepare(3, variants=1, bulk_polls=0)

    def test_the_adapter_of_the_manual(self):
        work = self.work_on(PARTNER)
        adapter = work.component_by_name("shop.product.adapter")
        (page,) = adapter.search_pages({"since": "2026-01-01"})
        self.assertEqual(len(page.records), 3)
        self.assertEqual(set(adapter.read_many([GID % 1, GID % 9])), {GID % 1})
        self.assertEqual(
            adapter.create({"title": "New"}).partition("Product")[0], "gid://shop/"
        )

    def test_the_bulk_adapter_of_the_manual(self):
        work = self.work_on(PARTNER)
        adapter = work.component_by_name("shop.product.bulk.adapter")
        self.refused(RetryableJobError, adapter.search)
        (page,) = adapter.search_pages()
        self.assertEqual(
            [len(each["variants"]["nodes"]) for each in page.records.values()],
            [1, 1, 1],
        )
        self.assertEqual(len(adapter.search({"first": 2})), 3)


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
        self.prepare(4, bucket=[12, 10])
        started_at = time.monotonic()
        self.set(_paging=Connection(size=10))
        self.assertEqual(len(self.adapter.search()), 4)
        self.assertEqual(len(self.adapter.search()), 4)
        self.assertGreater(time.monotonic() - started_at, 0.9)
        self.prepare(4, bucket=[1000, 0.01])
        self.set(_paging=Connection(size=900))
        self.adapter.search()
        error = self.refused(NetworkRetryableError, self.adapter.search)
        self.assertEqual((error.seconds, error.ignore_retry), (3600, True))

    def test_a_request_budget_follows_the_costs(self):
        self.prepare(30, bucket=[40, 20])
        self.set(
            _budget=CostBudget(points=40, restore_per_second=20),
            _paging=Connection(size=10),
        )
        started_at = time.monotonic()
        for _number in range(2):
            self.assertEqual(len(self.adapter.search()), 30)
        # 66 points; the bucket begins with 40
        self.assertGreater(time.monotonic() - started_at, 1)
        self.assertEqual(len(self.known()["asked"]), 6)  # none was refused


class TestGraphqlBulk(GraphqlShopCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        self.set(
            _bulk_query="""{ products { edges { node {
                ...Product variants { edges { node { id sku } } } } } } }"""
        )

    def poll(self):
        return self.refused(RetryableJobError, self.adapter.search)

    def test_records_of_a_bulk_operation(self):
        self.prepare(250, variants=3, bulk_polls=1)
        for _try in range(2):
            self.assertTrue(self.poll().ignore_retry)
        pages = list(self.adapter.search_pages())
        self.assertEqual([len(page) for page in pages], [200, 50])
        record = pages[1].records[GID % 250]
        self.assertEqual(
            [variant["sku"] for variant in record["variants"]["nodes"]],
            ["P249-0", "P249-1", "P249-2"],
        )
        known = self.known()
        self.assertEqual(known["downloads"], 1)
        names = [asked["operation"] for asked in known["asked"]]
        self.assertEqual(names, ["BulkStart", *["BulkStatus"] * 2])

    def test_chunks_are_imported_by_the_batch_importer(self):
        self.prepare(450, bulk_polls=0)
        importer = self.work.component(usage="delayed.batch.importer")
        with self.trap_jobs() as trap:
            self.assertTrue(self.refused(RetryableJobError, importer.run).ignore_retry)
            self.assertEqual(trap.enqueued_jobs, [])
            self.assertEqual(importer.run(), 450)
        self.assertEqual(len(trap.enqueued_jobs), 3)

    def test_the_next_search_finds_what_changed_while_the_operation_ran(self):
        self.prepare(3, bulk_polls=0)
        changes = self.work_on(PARTNER).component(usage="changes.importer")
        self.refused(RetryableJobError, changes.run)
        operation = self.env["connector.bulk.operation"].search([])
        operation.started_at -= timedelta(hours=2)
        began_at = operation.started_at
        with self.trap_jobs() as trap:
            changes.run()
        self.assertEqual(len(trap.enqueued_jobs), 1)
        cursor = self.env["connector.cursor"].search([("model_name", "=", PARTNER)])
        overlap = timedelta(seconds=cursor.overlap_seconds)
        self.assertEqual(cursor._since(), began_at - overlap)
        with self.trap_jobs():
            changes.run()
        asked = self.known()["asked"][-1]
        self.assertEqual(asked["operation"], "Products")
        self.assertIn("since", asked["variables"])

    def test_a_second_operation_waits_for_the_first(self):
        self.prepare(1)
        self.poll()
        other = self.work_on(CATEGORY).component_by_name("test.shop.adapter")
        error = self.refused(RetryableJobError, other.search)
        self.assertIn("OPERATION_IN_PROGRESS", str(error))
        self.assertTrue(error.ignore_retry)

    def test_an_operation_that_failed_is_started_again(self):
        self.prepare(1, bulk_polls=0, bulk_ends_as="FAILED")
        self.poll()
        error = self.refused(RestRefusal, self.adapter.search)
        self.assertIn("partial result is not imported", str(error))
        self.poll()
        names = [asked["operation"] for asked in self.known()["asked"]]
        self.assertEqual(names, ["BulkStart", "BulkStatus", "BulkStart"])
