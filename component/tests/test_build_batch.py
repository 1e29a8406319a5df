# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import (
    AbstractComponent,
    Component,
    ComponentRegistry,
    MetaComponent,
)
from odoo.addons.component.tests.common import ComponentRegistryCase


class TestBuildBatch(ComponentRegistryCase):
    """Addons are built together: each class is created once, with all its bases."""

    def setUp(self):
        super().setUp()
        self._setup_registry(self)
        self.registry = ComponentRegistry()

    def define(self, addon, parent=Component, **attributes):
        attributes["__module__"] = f"odoo.addons.{addon}.components"
        return MetaComponent("Defined", (parent,), attributes)

    def load(self, *addons):
        with self.registry.batch():
            for addon in ("component", *addons):
                self.registry.load_components(addon)
        return self.registry

    def test_component_sees_extensions_of_its_parents_in_later_addons(self):
        seen = {}

        @classmethod
        def complete(cls):
            seen[cls._name] = [name for name in dir(cls) if name.startswith("map_")]

        self.define(
            "a", AbstractComponent, _name="mapper", _complete_component_build=complete
        )
        self.define("b", _name="b.mapper", _inherit="mapper", map_b=1)
        self.define("c", AbstractComponent, _inherit="mapper", map_c=1)
        self.load("a", "b", "c")
        self.assertEqual(seen["b.mapper"], ["map_b", "map_c"])

    def test_same_bases_as_built_one_by_one(self):
        definitions = [
            self.define("a", AbstractComponent, _name="p"),
            self.define("a", _name="x", _inherit="p"),
            self.define("a", _name="y"),
            self.define("b", AbstractComponent, _inherit="base"),
            self.define("b", _name="z", _inherit=["x", "y"]),
            self.define("b", _inherit="x"),
            self.define("c", AbstractComponent, _name="late"),
            self.define("c", _name="x", _inherit=["late", "x"]),
            self.define("c", _name="z", _inherit=["z", "late"]),
            self.define("c", AbstractComponent, _inherit="p"),
        ]
        self.load("a", "b", "c")
        one_by_one = ComponentRegistry()
        one_by_one.load_components("component")
        for definition in definitions:
            definition._build_component(one_by_one)

        def bases(registry):
            return {
                name: [
                    base if base in definitions else base.__name__
                    for base in registry[name].__bases__
                ]
                for name in registry
            }

        self.assertEqual(bases(self.registry), bases(one_by_one))
        self.assertEqual(
            [base.__name__ for base in self.registry["x"].__bases__],
            ["Defined", "late", "Defined", "Defined", "p", "base"],
        )
        self.assertEqual(list(self.registry), ["base", "p", "x", "y", "z", "late"])

    def test_each_component_is_completed_once(self):
        completed = []

        @classmethod
        def complete(cls):
            completed.append(cls._name)

        self.define(
            "a", AbstractComponent, _inherit="base", _complete_component_build=complete
        )
        self.define("a", _name="x")
        self.define("b", _inherit="x")
        self.define("b", AbstractComponent, _inherit="base")
        self.load("a", "b")
        self.assertEqual(completed, ["base", "x"])

    def test_load_components_loads_each_addon_once(self):
        self.define("a", _name="x")
        self.load("a")
        self.registry.load_components("a")
        self.assertEqual(self.registry._loaded_modules, {"component", "a"})
        self.assertEqual(list(self.registry._components), ["base", "x"])

    def test_wrong_definition_names_addon_class_and_file_and_loads_nothing(self):
        self.define("a", _name="x")
        self.define("b", _name="y", _inherit="unknown")
        with self.assertRaisesRegex(TypeError, "class Defined of addon 'b'"):
            self.load("a", "b")
        self.assertEqual(list(self.registry), [])
        self.assertEqual(self.registry._loaded_modules, set())

    def test_parent_defined_after_its_child_is_refused(self):
        self.define("a", _name="child", _inherit="parent")
        self.define("a", AbstractComponent, _name="parent")
        with self.assertRaisesRegex(TypeError, "non-existing component 'parent'"):
            self.load("a")

    def test_inconsistent_order_of_parents_names_the_component(self):
        self.define("a", _name="x")
        self.define("a", _name="y", _inherit="x")
        self.define("a", _name="z", _inherit=["x", "y"])
        with self.assertRaisesRegex(TypeError, "'z' cannot inherit from.*'x', 'y'"):
            self.load("a")

    def test_circle_through_an_extension_names_the_component(self):
        self.define("a", _name="x")
        self.define("a", _name="y", _inherit="x")
        self.define("a", _name="x", _inherit=["x", "y"])
        with self.assertRaisesRegex(TypeError, "'y' inherits from itself"):
            self.load("a")

    def test_definition_that_overrides_build_component_is_asked(self):
        asked = []

        @classmethod
        def build(cls, registry):
            asked.append(list(registry))
            return super(definition, cls)._build_component(registry)

        self.define("a", _name="x")
        definition = self.define("a", _name="y", _inherit="x", _build_component=build)
        self.define("a", _name="z", _inherit="y")
        self.load("a")
        self.assertEqual(asked, [["base", "x"]])
        self.assertEqual(list(self.registry), ["base", "x", "y", "z"])

    def test_databases_do_not_share_component_classes(self):
        definition = self.define("a", _name="x")
        self.load("a")
        other = ComponentRegistry()
        other.load_components("component")
        other.load_components("a")
        self.assertIsNot(other["x"], self.registry["x"])
        self.assertIn(definition, other["x"].__bases__)
        self.assertNotIn("_inherit_children", vars(definition))
