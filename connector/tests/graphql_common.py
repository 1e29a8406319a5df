# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Common base of the tests of GraphQL adapters."""

from odoo.addons.component.core import Component

from .common import TestConnectorCase
from .rest_common import CATEGORY, PARTNER, RestCase
from .rest_server import RestServer

LIST = """
    query Partners($first: Int!, $after: String, $query: String) {
      partners(first: $first, after: $after, query: $query) {
        nodes { ...Partner }
        pageInfo { hasNextPage endCursor }
      }
    }"""


class GraphqlCase(RestCase):
    def setUp(self):
        # pylint: disable=method-required-super
        TestConnectorCase.setUp(self)
        server = self.server = self.enterContext(RestServer())

        class Adapter(Component):
            _name = "test.graphql.adapter"
            _inherit = ["test.connector", "generic.graphql.adapter"]
            _apply_on = [PARTNER, CATEGORY]
            _fragments = "fragment Partner on Partner { id name }"
            _list_query = LIST
            _read_query = "query P($id: ID!) { partner(id: $id) { ...Partner } }"
            _create_mutation = """mutation Create($input: PartnerInput!) {
                partnerCreate(input: $input) {
                  partner { id } userErrors { field message code }
                } }"""
            _update_mutation = """mutation Update($input: PartnerInput!) {
                partnerUpdate(input: $input) { userErrors { field message } } }"""
            _delete_mutation = """mutation Delete($id: ID!) {
                partnerDelete(id: $id) { deletedId userErrors { message } } }"""

            def _base_url(self):
                return server.url

        self.build_components(Adapter)
        self.work = self.work_on(PARTNER)
        self.adapter = self.work.component_by_name("test.graphql.adapter")

    def reply_data(self, *datas):
        self.reply(*({"data": data} for data in datas))

    def reply_page(self, *ids, cursor=None, key="partners"):
        self.reply_data({key: page(*ids, cursor=cursor)})

    def variables(self):
        return [request.body["variables"] for request in self.server.requests]


def page(*ids, cursor=None):
    return {
        "nodes": [{"id": external_id} for external_id in ids],
        "pageInfo": {"hasNextPage": bool(cursor), "endCursor": cursor},
    }


def error(message="no", code=None, path=None):
    values = {"message": message}
    if code:
        values["extensions"] = {"code": code}
    if path is not None:
        values["path"] = path
    return values
