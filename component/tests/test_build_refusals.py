# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import AbstractComponent, Component, MetaComponent
from odoo.addons.component.tests.common import ComponentRegistryCase

PACKAGE = "odoo.addons.component"


class TestBuildRefusals(ComponentRegistryCase):
    """Wrong definitions are refused, by an error that says what to do."""

    def setUp(self):
        super().setUp()
        self._setup_registry(self)

    def test_component_without_name_is_refused(self):
        class Nameless(Component):
            pass

        with self.assertRaisesRegex(TypeError, "must have a _name.*class .*Nameless"):
            Nameless._build_component(self.comp_registry)

    def test_name_that_exists_already_is_refused(self):
        class One(Component):
            _name = "one"

        class Duplicate(Component):
            _name = "one"

        One._build_component(self.comp_registry)
        with self.assertRaisesRegex(TypeError, "'one' already exists.*Duplicate"):
            Duplicate._build_component(self.comp_registry)
        self.assertEqual(self.comp_registry["one"].__bases__[0], One)

    def test_extension_of_an_unknown_component_is_refused(self):
        class Extension(Component):
            _inherit = "unknown"

        with self.assertRaisesRegex(TypeError, "'unknown' does not exist in registry"):
            Extension._build_component(self.comp_registry)

    def test_prototype_of_an_unknown_component_is_refused(self):
        class One(Component):
            _name = "one"
            _inherit = "unknown"

        with self.assertRaisesRegex(TypeError, "inherits from non-existing component"):
            One._build_component(self.comp_registry)
        self.assertNotIn("one", self.comp_registry)

    def test_refusal_names_the_addon_to_load_first(self):
        MetaComponent(
            "Late",
            (Component,),
            {"__module__": "odoo.addons.late.components", "_name": "late"},
        )

        class One(Component):
            _name = "one"
            _inherit = "late"

        with self.assertRaisesRegex(TypeError, "defined in addon 'late'"):
            One._build_component(self.comp_registry)

    def test_abstract_extended_by_a_concrete_is_refused(self):
        class One(AbstractComponent):
            _name = "one"

        class Extension(Component):
            _inherit = "one"

        One._build_component(self.comp_registry)
        with self.assertRaisesRegex(TypeError, "transforms the abstract component"):
            Extension._build_component(self.comp_registry)

    def test_abstract_that_inherits_a_concrete_is_refused(self):
        class One(Component):
            _name = "one"

        class Two(AbstractComponent):
            _name = "two"
            _inherit = "one"

        One._build_component(self.comp_registry)
        with self.assertRaisesRegex(TypeError, "cannot inherit from the non-abstract"):
            Two._build_component(self.comp_registry)

    def test_attributes_of_the_wrong_type_are_refused(self):
        class WrongName(Component):
            _name = 1

        class WrongInherit(Component):
            _name = "one"
            _inherit = ["base", None]

        class WrongApplyOn(Component):
            _name = "one"
            _apply_on = 1

        for definition in (WrongName, WrongInherit, WrongApplyOn):
            with self.subTest(definition), self.assertRaisesRegex(TypeError, "must be"):
                definition._build_component(self.comp_registry)

    def test_component_built_on_itself_is_refused(self):
        class One(Component):
            _name = "one"

        class Two(Component):
            _name = "two"
            _inherit = "one"

        class Circle(Component):
            _name = "one"
            _inherit = ["one", "two"]

        self._build_components(One, Two)
        with self.assertRaisesRegex(TypeError, "'one' cannot inherit from.*Circle"):
            Circle._build_component(self.comp_registry)
