# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import BaseCase

from ..components.mapper import MappingDefinition, changed_by, mapping, only_create
from ..components.mapper.decorators import collect_map_methods


class Parent:
    @changed_by("name", "city")
    @only_create
    @mapping
    def name(self, record):
        return {"name": record["name"]}

    @mapping
    def email(self, record):
        return {"email": record["email"]}

    def not_a_mapping(self, record):
        return {}


class TestMappingDefinitions(BaseCase):
    def test_decorators_are_found_in_any_order(self):
        class Mapper:
            @only_create
            @mapping
            @changed_by("a")
            def first(self, record):
                pass

            @mapping
            @changed_by("a")
            @changed_by("b")
            def second(self, record):
                pass

        self.assertEqual(
            collect_map_methods(Mapper),
            {
                "first": MappingDefinition(changed_by={"a"}, only_create=True),
                "second": MappingDefinition(changed_by={"a", "b"}, only_create=False),
            },
        )

    def test_only_decorated_methods_are_mappings(self):
        self.assertEqual(list(collect_map_methods(Parent)), ["email", "name"])

    def test_changed_by_of_all_levels_adds_up(self):
        class Child(Parent):
            @changed_by("street")
            @mapping
            def name(self, record):
                pass

        class Grandchild(Child):
            @changed_by("zip")
            def name(self, record):
                pass

        definition = collect_map_methods(Grandchild)["name"]
        self.assertEqual(definition.changed_by, {"name", "city", "street", "zip"})

    def test_only_create_stays_once_given(self):
        class Child(Parent):
            @mapping
            def name(self, record):
                pass

        self.assertTrue(collect_map_methods(Child)["name"].only_create)

    def test_an_undecorated_override_stays_a_mapping(self):
        class Child(Parent):
            def email(self, record):
                return {}

        self.assertIn("email", collect_map_methods(Child))

    def test_a_subclass_does_not_change_its_parents(self):
        before = collect_map_methods(Parent)

        class Child(Parent):
            @changed_by("street")
            @mapping
            def name(self, record):
                pass

            @only_create
            @mapping
            def email(self, record):
                pass

        collect_map_methods(Child)
        self.assertEqual(collect_map_methods(Parent), before)
        self.assertEqual(Parent.name.changed_by, {"name", "city"})

    def test_an_override_by_none_takes_the_mapping_away(self):
        class Child(Parent):
            email = None

        self.assertEqual(list(collect_map_methods(Child)), ["name"])

    def test_methods_of_parents_come_first_and_each_level_goes_by_name(self):
        class Child(Parent):
            @mapping
            def beta(self, record):
                pass

            @mapping
            def alpha(self, record):
                pass

            @mapping
            def email(self, record):
                pass

        self.assertEqual(
            list(collect_map_methods(Child)), ["email", "name", "alpha", "beta"]
        )
