# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import AbstractComponent, Component
from odoo.addons.component.tests.common import ComponentRegistryCase

PACKAGE = "odoo.addons.component"


class TestBuildComponent(ComponentRegistryCase):
    """Definitions become component classes as Odoo's become model classes."""

    def setUp(self):
        super().setUp()
        self._setup_registry(self)

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

    def test_extension_of_a_parent_reaches_children_built_before_it(self):
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

    def test_inherit_children_has_the_names_of_the_children(self):
        class Parent(AbstractComponent):
            _name = "parent"

        class Child(Component):
            _name = "child"
            _inherit = "parent"

        self._build_components(Parent, Child)
        self.assertEqual(
            list(self.comp_registry["parent"]._inherit_children), ["child"]
        )
        self.assertEqual(list(self.comp_registry["child"]._inherit_children), [])

    def test_same_name_with_another_parent_replaces_the_component(self):
        """Test cases build the same components again for each test."""

        class One(Component):
            _name = "one"

        class Two(Component):
            _name = "two"
            _inherit = "one"

        self._build_components(One, Two)
        first = self.comp_registry["two"]
        self._build_components(Two)
        self.assertIsNot(self.comp_registry["two"], first)
        self.assertEqual(self.comp_registry["two"].__bases__[0], Two)

    def test_concrete_extended_by_an_abstract_definition_stays_concrete(self):
        class One(Component):
            _name = "one"
            _usage = "build.test"

        class Extension(AbstractComponent):
            _inherit = "one"

        class Hidden(Component):
            _inherit = "one"
            _abstract = True

        self._build_components(One, Extension)
        one = self.comp_registry["one"]
        self.assertEqual(self.comp_registry.lookup(usage="build.test"), [one])
        self._build_components(Hidden)
        self.assertTrue(one._abstract)

    def test_unknown_attributes_are_tolerated(self):
        class One(Component):
            _name = "one"
            _description = "One"

        self._build_components(One)
        self.assertEqual(self.comp_registry["one"]._description, "One")

    def test_base_can_be_extended(self):
        class One(Component):
            _name = "one"

        class BaseExtension(AbstractComponent):
            _inherit = "base"
            word = "of all"

        self._build_components(One, BaseExtension)
        self.assertEqual(self.comp_registry["one"].word, "of all")

    def test_complete_component_build_comes_before_the_registry_and_again(self):
        calls = []
        registry = self.comp_registry

        class One(Component):
            _name = "one"
            words = ("one",)

            @classmethod
            def _complete_component_build(cls):
                super()._complete_component_build()
                calls.append((cls.words, "one" in registry))

        class Extension(Component):
            _inherit = "one"
            words = ("one", "extension")

        One._build_component(registry)
        self.assertEqual(calls, [(("one",), False)])
        Extension._build_component(registry)
        self.assertEqual(calls[1:], [(("one", "extension"), True)])

    def test_complete_component_build_is_called_when_a_parent_is_extended(self):
        completed = []

        class Parent(AbstractComponent):
            _name = "parent"
            word = "parent"

            @classmethod
            def _complete_component_build(cls):
                completed.append((cls._name, cls.word))

        class Child(Component):
            _name = "child"
            _inherit = "parent"

        class GrandChild(Component):
            _name = "grand.child"
            _inherit = ["child", "parent"]

        class Extension(AbstractComponent):
            _inherit = "parent"
            word = "extension"

        self._build_components(Parent, Child, GrandChild)
        completed.clear()
        Extension._build_component(self.comp_registry)
        self.assertEqual(
            completed,
            [
                ("parent", "extension"),
                ("child", "extension"),
                ("grand.child", "extension"),
            ],
        )

    def test_failing_completion_raises_its_error_and_logs_the_definition(self):
        class Failing(Component):
            _name = "failing"

            @classmethod
            def _complete_component_build(cls):
                raise ValueError("the author's")

        with (
            self.assertLogs(f"{PACKAGE}.component_classes", "ERROR") as logs,
            self.assertRaisesRegex(ValueError, "the author's"),
        ):
            Failing._build_component(self.comp_registry)
        self.assertIn("test_build_component.py", logs.output[0])
        self.assertNotIn("failing", self.comp_registry)
