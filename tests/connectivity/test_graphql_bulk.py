# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bulk operations, and the samples of the manual, against the same shop."""

import re
import textwrap
from datetime import timedelta

from devtools.environment import Environment
from graphql_shop_case import GID, GraphqlShopCase

from odoo.addons.connector.exception import RetryableJobError
from odoo.addons.connector.http import RestRefusal
from odoo.addons.connector.tests.rest_common import CATEGORY, PARTNER


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
