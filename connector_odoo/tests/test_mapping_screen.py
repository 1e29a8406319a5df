# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestMappingScreen(TransactionCase):
    """The tab *Mapping* of a component, for mappers whose rows depend on the model."""

    def mapping(self, name):
        components = self.env["connector.component"]
        components.action_open()
        domain = [("name", "=", name), ("create_uid", "=", self.env.uid)]
        return str(components.search(domain).mapping)

    def test_the_reversed_mapper_has_a_table_for_each_model(self):
        mapping = self.mapping("odoo.reversed.mapper")
        self.assertIn("<h3>Contact (odoo.res.partner)</h3>", mapping)
        self.assertGreater(mapping.count("<h3>"), 3)
        self.assertIn("<td>street2</td>", mapping)
        self.assertNotIn("computes for each model", mapping)

    def test_it_needs_no_backend(self):
        before = self.mapping("odoo.reversed.mapper")
        self.env["odoo.backend"].create(
            {
                "name": "Headquarters",
                "url": "http://127.0.0.1:9",
                "database": "none",
                "login": "none",
            }
        )
        self.assertEqual(self.mapping("odoo.reversed.mapper"), before)

    def test_an_import_mapper_shows_its_rows_and_the_kinds_of_their_fields(self):
        mapping = self.mapping("odoo.res.partner.mapper")
        self.assertIn("<td>street2</td>", mapping)
        self.assertIn("image_1920", mapping)
        self.assertNotIn("<h3>", mapping)

    def test_an_abstract_mapper_says_that_its_rows_depend_on_the_model(self):
        mapping = self.mapping("generic.reversed.mapper")
        self.assertIn("rows that the mapper computes for each model", mapping)
        self.assertNotIn("direct", self.mapping("odoo.import.mapper"))
