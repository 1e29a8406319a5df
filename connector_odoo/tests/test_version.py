# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests.common import BaseCase

from ..components.version import Version


def fingerprint(**values):
    row = {"id": 1, "write_date": "2026-01-31 12:00:00", **values}
    return Version.of(row, "sale.order").fingerprint()


class TestVersion(BaseCase):
    def test_ids_in_another_order_are_the_same_version(self):
        self.assertEqual(fingerprint(tag_ids=[3, 20]), fingerprint(tag_ids=[20, 3]))
        self.assertNotEqual(fingerprint(tag_ids=[3]), fingerprint(tag_ids=[20]))

    def test_a_child_that_changed_makes_another_version(self):
        mug, plate = {"id": 7, "quantity": 2}, {"id": 8, "quantity": 3}
        whole = fingerprint(line_ids=[mug, plate])
        self.assertEqual(whole, fingerprint(line_ids=[plate, mug]))
        more = {**plate, "quantity": 4}
        self.assertNotEqual(whole, fingerprint(line_ids=[mug, more]))

    def test_the_date_makes_no_other_version(self):
        later = fingerprint(name="Ada", write_date="2026-02-01 12:00:00")
        self.assertEqual(fingerprint(name="Ada"), later)
