# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Records below another record, as docs/rest_adapter.rst describes them."""

from odoo.tests import tagged

from ..components.rest_adapter import RestAdapter
from ..http.paging import AllAtOnce
from .rest_common import RestCase


def nested_path(adapter, external_id=None):
    if external_id is None:
        return RestAdapter._path(adapter)
    product, variant = external_id.split("/")
    return f"/products/{product}/variants/{variant}"


def nested_id(_adapter, record):
    return f"{record['product']}/{record['id']}"


@tagged("post_install", "-at_install")
class TestNestedRecords(RestCase):
    __test__ = True

    def test_the_id_of_a_nested_record_names_its_parent(self):
        self.set(
            _endpoint="/variants",
            _paging=AllAtOnce(),
            _path=nested_path,
            _external_id=nested_id,
        )
        record = {"id": 3, "product": 7}
        self.reply([record], record, record, record)
        self.assertEqual(self.adapter.search(), ["7/3"])
        self.assertEqual(self.adapter.read("7/3"), record)
        self.assertEqual(self.adapter.read_many(["7/3"]), {"7/3": record})
        self.assertEqual(self.adapter.create({"product": 7}), "7/3")
        one, many = "/products/7/variants/3", "/variants"
        self.assertEqual(
            self.asked(), [("GET", many), ("GET", one), ("GET", one), ("POST", many)]
        )
