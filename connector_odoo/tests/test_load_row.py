# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.fields import Command
from odoo.tests.common import BaseCase

from ..components.load_row import load_row

TYPES = {
    "name": "char",
    "active": "boolean",
    "color": "integer",
    "parent_id": "many2one",
    "category_id": "many2many",
    "child_ids": "one2many",
}


class TestLoadRow(BaseCase):
    def row(self, **values):
        row = load_row("module.key", values, TYPES)
        return row and dict(zip(row.fields, row.cells, strict=True))

    def test_a_row_begins_with_its_external_id(self):
        self.assertEqual(self.row(), {"id": "module.key"})

    def test_values_are_texts(self):
        row = self.row(name="Ada", active=True, color=0)
        self.assertEqual(
            row, {"id": "module.key", "name": "Ada", "active": "1", "color": "0"}
        )

    def test_an_empty_value_has_an_empty_cell(self):
        row = self.row(name=False, active=False, parent_id=False, category_id=[])
        self.assertEqual(set(row.values()), {"module.key", ""})

    def test_relations_are_ids(self):
        row = self.row(parent_id=7, category_id=[Command.set([3, 4])])
        self.assertEqual(row["parent_id/.id"], "7")
        self.assertEqual(row["category_id/.id"], "3,4")

    def test_a_value_that_a_row_cannot_hold_makes_no_row(self):
        self.assertIsNone(self.row(child_ids=[Command.create({})]))
        self.assertIsNone(self.row(category_id=[Command.link(3)]))
        self.assertIsNone(self.row(unknown="x"))
