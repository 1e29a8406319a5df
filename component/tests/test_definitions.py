# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component, MetaComponent, _get_addon_name
from odoo.addons.component.definitions import describe
from odoo.addons.component.tests.common import ComponentRegistryCase


def define(module, **attributes):
    """Define a component as a module of that name would."""
    return MetaComponent("Defined", (Component,), {"__module__": module, **attributes})


class TestDefinitions(ComponentRegistryCase):
    """The metaclass remembers the definitions of each addon."""

    def setUp(self):
        super().setUp()
        self._setup_registry(self)

    def test_get_addon_name(self):
        self.assertEqual(_get_addon_name("odoo.addons.sale.models.x"), "sale")
        self.assertEqual(_get_addon_name("sale.models.x"), "sale")
        self.assertEqual(_get_addon_name("odoo.addons.sale"), "sale")

    def test_modules_components_are_in_the_order_of_definition(self):
        one = define("odoo.addons.some_addon.components.one", _name="one")
        two = define("odoo.addons.some_addon.components.two", _name="two")
        self.assertEqual(MetaComponent._modules_components["some_addon"], [one, two])
        self.assertEqual(one._module, "some_addon")

    def test_modules_components_may_be_replaced_as_a_whole(self):
        replacement = MetaComponent._modules_components = {}
        one = define("odoo.addons.some_addon.components.one", _name="one")
        self.assertEqual(replacement, {"some_addon": [one]})

    def test_definition_in_a_package_called_tests_is_not_recorded(self):
        before = dict(MetaComponent._modules_components)
        one = define("odoo.addons.some_addon.tests.test_x", _name="one")
        define("odoo.addons.some_addon.tests", _name="two")
        self.assertEqual(MetaComponent._modules_components, before)
        self.assertEqual(one._module, "some_addon")

    def test_addon_whose_name_begins_with_tests_is_recorded(self):
        one = define("odoo.addons.tests_of_all.components", _name="one")
        self.assertEqual(MetaComponent._modules_components["tests_of_all"], [one])

    def test_definition_that_is_not_to_be_registered_is_not_recorded(self):
        define("odoo.addons.some_addon.components", _name="one", _register=False)
        self.assertNotIn("some_addon", MetaComponent._modules_components)

    def test_component_class_is_not_recorded(self):
        one = define("odoo.addons.some_addon.components", _name="one")
        one._build_component(self.comp_registry)
        self.assertEqual(MetaComponent._modules_components["some_addon"], [one])

    def test_apply_on_models_is_none_or_a_list(self):
        for apply_on, models in (
            (None, None),
            ("res.partner", ["res.partner"]),
            (["res.partner", "res.users"], ["res.partner", "res.users"]),
            (("res.partner",), ["res.partner"]),
        ):
            with self.subTest(apply_on=apply_on):
                one = define("odoo.addons.x.tests.y", _name="one", _apply_on=apply_on)
                self.assertEqual(one.apply_on_models, models)

    def test_describe_tells_class_addon_file_and_line(self):
        class Described(Component):
            _name = "described"

        self.assertRegex(
            describe(Described),
            r"class .*Described of addon 'component' \(.*test_definitions\.py:\d+\)",
        )
