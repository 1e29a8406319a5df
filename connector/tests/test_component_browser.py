# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError
from odoo.tests import Form, TransactionCase, new_test_user, tagged

from odoo.addons.component.utils import get_component_registry


@tagged("post_install", "-at_install")
class TestComponentBrowser(TransactionCase):
    """Connector managers browse the registered components."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "component_manager",
            groups="base.group_user,connector.group_connector_manager",
        )
        cls.components = cls.env["connector.component"].with_user(cls.manager)

    def open(self):
        action = self.components.action_open()
        self.assertEqual(action["res_model"], "connector.component")
        return self.components.search([])

    def test_list_has_every_component_of_the_registry_in_its_order(self):
        registry = get_component_registry(self.env.cr.dbname)
        self.assertEqual(self.open().mapped("name"), list(registry))

    def test_opening_again_replaces_the_list_of_this_user_only(self):
        others = self.env["connector.component"]._create_from_registry()
        first = self.open()
        self.assertEqual(len(self.open()), len(first))
        self.assertFalse(first.exists())
        self.assertTrue(others.exists())

    def test_component_shows_what_its_definition_says(self):
        binder = self.open().filtered(lambda c: c.name == "base.binder")
        self.assertEqual(binder.usage, "binder")
        self.assertTrue(binder.is_abstract)
        self.assertEqual(binder.addon, "connector")
        self.assertEqual(binder.file, "connector/components/binder.py")
        self.assertGreater(binder.line, 1)
        self.assertIn("base.connector", binder.parent_ids.mapped("name"))
        self.assertIn(binder, binder.parent_ids.child_ids)

    def test_resolution_order_lists_the_definitions_first_to_last(self):
        binder = self.open().filtered(lambda c: c.name == "base.binder")
        order = str(binder.resolution_order)
        names = ["base.binder", "base.connector", "component/components/base.py"]
        positions = [order.index(name) for name in names]
        self.assertEqual(positions, sorted(positions))

    def test_a_mapper_shows_its_mapping(self):
        registry = get_component_registry(self.env.cr.dbname)
        if "test.res.partner.import.mapper" not in registry:
            self.skipTest("test_connector is not installed")
        components = self.open()
        mapper = components.filtered(
            lambda c: c.name == "test.res.partner.import.mapper"
        )
        self.assertIn("<td>name</td>", mapper.mapping)
        self.assertIn("external_to_m2o", mapper.mapping)
        binder = components.filtered(lambda c: c.name == "base.binder")
        self.assertFalse(binder.mapping)

    def test_no_mapping_shows_the_error_of_a_description(self):
        mappings = self.open().filtered("mapping").mapped("mapping")
        self.assertTrue(mappings)
        for mapping in mappings:
            self.assertNotIn("Error", mapping)

    def test_components_are_grouped_in_the_list(self):
        self.open()
        groups = self.components._read_group([], ["usage"], ["__count"])
        self.assertIn("record.locker", [usage for usage, _count in groups])

    def test_nobody_writes_the_list(self):
        component = self.open()[0]
        with self.assertRaises(AccessError):
            component.name = "other"

    def test_only_connector_managers_may_look(self):
        user = new_test_user(self.env, "component_user", groups="base.group_user")
        for model in ("connector.component", "connector.component.lookup"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(user).search([])
        with self.assertRaises(AccessError):
            self.env["connector.component"].with_user(user).action_open()

    def lookup(self, usage):
        lookups = self.env["connector.component.lookup"].with_user(self.manager)
        collections = [name for name, _title in lookups._select_collections()]
        if not collections:
            self.skipTest("no addon with a collection is installed")
        lookup = Form(lookups)
        lookup.collection = collections[0]
        lookup.model_name = "res.partner"
        lookup.usage = usage
        return lookup

    def test_the_chosen_component_is_named(self):
        lookup = self.lookup("record.locker")
        self.assertEqual(lookup.winner, "base.record.locker")
        self.assertIn("it is chosen", lookup.answer)

    def test_the_reason_is_shown_if_no_component_matches(self):
        lookup = self.lookup("importer")
        self.assertFalse(lookup.winner)
        self.assertIn("base.importer", lookup.answer)
        self.assertIn("it is abstract", lookup.answer)
