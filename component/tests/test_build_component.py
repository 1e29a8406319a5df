# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import AbstractComponent, Component
from odoo.addons.component.tests.common import ComponentRegistryCase


class TestBuildComponent(ComponentRegistryCase):
    """Definitions become component classes as Odoo's become model classes."""

    def setUp(self):
        super().setUp()
        self._setup_registry(self)

    def test_component_without_name_is_refused(self):
        class Nameless(Component):
            pass

        with self.assertRaisesRegex(TypeError, "must have a _name.*class .*Nameless"):
            Nameless._build_component(self.comp_registry)

    def test_build_component_returns_the_class_of_the_registry(self):
        class One(Component):
            _name = "one"

        self.assertIs(
            One._build_component(self.comp_registry), self.comp_registry["one"]
        )

    def test_bases_of_a_component_are_its_definition_and_base(self):
        class One(Component):
            _name = "one"

        class Two(Component):
            _name = "two"
            _inherit = "base"

        self._build_components(One, Two)
        base = self.comp_registry["base"]
        self.assertEqual(self.comp_registry["one"].__bases__, (One, base))
        self.assertEqual(self.comp_registry["two"].__bases__, (Two, base))

    def test_bases_of_prototype_and_multiple_inheritance(self):
        class One(Component):
            _name = "one"

        class Two(Component):
            _name = "two"
            _inherit = "one"

        class Three(Component):
            _name = "three"
            _inherit = "one"

        class Four(Component):
            _name = "four"
            _inherit = ["two", "three"]

        self._build_components(One, Two, Three, Four)
        one, two, three, four, base = (
            self.comp_registry[name] for name in ("one", "two", "three", "four", "base")
        )
        self.assertEqual(two.__bases__, (Two, one, base))
        self.assertEqual(three.__bases__, (Three, one, base))
        self.assertEqual(four.__bases__, (Four, two, three, base))

    def test_bases_of_an_extended_component_start_with_the_latest_extension(self):
        class Parent(Component):
            _name = "parent"

        class One(Component):
            _name = "one"
            _inherit = "parent"

        class Other(Component):
            _name = "other"

        class OneExtended(Component):
            _inherit = "one"

        class OneExtendedAgain(Component):
            _name = "one"
            _inherit = ["one", "other"]

        self._build_components(Parent, One, Other, OneExtended, OneExtendedAgain)
        registry = self.comp_registry
        self.assertEqual(
            registry["one"].__bases__,
            (
                OneExtendedAgain,
                OneExtended,
                One,
                registry["parent"],
                registry["other"],
                registry["base"],
            ),
        )

    def test_extension_of_a_parent_is_in_what_was_built_before_it(self):
        class Parent(AbstractComponent):
            _name = "parent"
            word = "parent"

        class Child(Component):
            _name = "child"
            _inherit = "parent"

        class ParentExtended(AbstractComponent):
            _inherit = "parent"
            word = "extension"

        self._build_components(Parent, Child, ParentExtended)
        self.assertEqual(self.comp_registry["child"].word, "extension")

    def test_inherit_children_names_what_is_built_on_a_component(self):
        class Parent(AbstractComponent):
            _name = "parent"

        class Child(Component):
            _name = "child"
            _inherit = "parent"

        self._build_components(Parent, Child)
        self.assertEqual(list(self.comp_registry["parent"]._inherit_children), ["child"])
        self.assertEqual(list(self.comp_registry["child"]._inherit_children), [])
