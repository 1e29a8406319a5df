# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import (
    DEFAULT_CACHE_SIZE,
    AbstractComponent,
    Component,
    ComponentRegistry,
    MetaComponent,
)
from odoo.addons.component.tests.common import ComponentRegistryCase


class TestLookup(ComponentRegistryCase):
    """``ComponentRegistry.lookup`` filters by collection, usage and model."""

    def setUp(self):
        super().setUp()
        self._setup_registry(self)

    def lookup(self, *args, **kwargs):
        found = self.comp_registry.lookup(*args, **kwargs)
        return [component_class._name for component_class in found]

    def test_collection_none_gives_those_of_all_collections(self):
        class Foo(Component):
            _name = "foo"
            _collection = "collection.1"
            _usage = "lookup.test"

        class Bar(Component):
            _name = "bar"
            _collection = "collection.2"
            _usage = "lookup.test"

        class Shared(Component):
            _name = "shared"
            _usage = "lookup.test"

        class Hidden(AbstractComponent):
            _name = "hidden"
            _usage = "lookup.test"

        self._build_components(Foo, Bar, Shared, Hidden)
        self.assertEqual(self.lookup(usage="lookup.test"), ["foo", "bar", "shared"])
        self.assertEqual(
            self.lookup("collection.1", usage="lookup.test"), ["foo", "shared"]
        )
        self.assertEqual(self.lookup("collection.3", "lookup.test", "m"), ["shared"])

    def test_cache_answers_until_it_is_cleared(self):
        class Foo(Component):
            _name = "foo"
            _usage = "lookup.test"

        class Bar(Component):
            _name = "bar"
            _usage = "lookup.test"

        self._build_components(Foo)
        self.assertEqual(self.lookup("c", "lookup.test", "m"), ["foo"])
        self._build_components(Bar)
        self.assertEqual(self.lookup("c", "lookup.test", "m"), ["foo"])
        self.comp_registry._cache.clear()
        self.assertEqual(self.lookup("c", "lookup.test", "m"), ["foo", "bar"])

    def test_apply_on_restricts_the_models(self):
        class Partner(Component):
            _name = "partner"
            _usage = "lookup.test"
            _apply_on = "res.partner"

        class Both(Component):
            _name = "both"
            _usage = "lookup.test"
            _apply_on = ["res.partner", "res.users"]

        class Any(Component):
            _name = "any"
            _usage = "lookup.test"

        class OtherUsage(Component):
            _name = "other"
            _usage = "lookup.other"

        self._build_components(Partner, Both, Any, OtherUsage)
        find = self.lookup
        self.assertEqual(find("c", "lookup.test", "res.users"), ["both", "any"])
        self.assertEqual(find("c", "lookup.test", "res.lang"), ["any"])
        self.assertEqual(find("c", "lookup.test"), ["partner", "both", "any"])
        self.assertIn("other", find("c", model_name="res.lang"))
        self.assertNotIn("partner", find("c", model_name="res.lang"))

    def test_registration_order_is_kept_whatever_matches(self):
        for number in range(6):
            MetaComponent(
                "Defined",
                (Component,),
                {
                    "__module__": __name__,
                    "_name": f"defined.{number}",
                    "_usage": "lookup.test",
                    "_collection": ("c", None)[number % 2],
                    "_apply_on": (None, "m", ["m", "n"])[number % 3],
                },
            )._build_component(self.comp_registry)
        self.assertEqual(
            self.lookup("c", "lookup.test", "m"), [f"defined.{n}" for n in range(6)]
        )

    def test_answer_is_the_caller_s_own_list(self):
        class Foo(Component):
            _name = "foo"
            _usage = "lookup.test"

        self._build_components(Foo)
        self.comp_registry.lookup(usage="lookup.test").clear()
        self.assertEqual(self.lookup(usage="lookup.test"), ["foo"])

    def test_default_cache_size_bounds_what_was_not_found_only(self):
        class Foo(Component):
            _name = "foo"
            _usage = "lookup.test"

        self.assertEqual(DEFAULT_CACHE_SIZE, 512)
        registry = ComponentRegistry(cachesize=30)
        registry.load_components("component")
        Foo._build_component(registry)
        for number in range(50):
            self.assertEqual(registry.lookup("c", "unknown", f"model.{number}"), [])
            self.assertEqual(len(registry.lookup("c", "lookup.test", f"m.{number}")), 1)
        self.assertEqual(len(registry._cache.found), 50 + 30)
        self.assertNotIn(("c", "unknown", "model.19"), registry._cache.found)
        self.assertIn(("c", "unknown", "model.20"), registry._cache.found)

    def test_registry_is_a_mapping_in_registration_order(self):
        class Foo(Component):
            _name = "foo"

        registry = ComponentRegistry()
        self.assertFalse(registry.ready)
        registry.load_components("component")
        foo = Foo._build_component(registry)
        self.assertEqual(list(registry), ["base", "foo"])
        self.assertIs(registry["foo"], foo)
        self.assertIs(registry.get("foo"), foo)
        self.assertIn("foo", registry)
        self.assertNotIn("bar", registry)
        self.assertEqual(registry.get("bar", "nothing"), "nothing")
        registry["bar"] = foo
        self.assertIs(registry._components["bar"], foo)
        self.assertRaises(KeyError, registry.__getitem__, "unknown")
