# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import AbstractComponent, Component
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
