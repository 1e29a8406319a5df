# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A case with an adapter of the shop of ``tests/servers/graphql_shop``."""

import pytest
import requests

from odoo.addons.component.core import Component
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
        self.change(reset={"products": products, "variants": variants}, **settings)

    def change(self, **settings):
        requests.post(f"{self.shop['url']}/test", json=settings, timeout=60)

    def known(self):
        return requests.get(f"{self.shop['url']}/test", timeout=60).json()

    def refused(self, kind, act, *args):
        """Return the error of a call; nothing is rolled back."""
        try:
            act(*args)
        except kind as error:
            return error
        return self.fail("nothing was raised")
