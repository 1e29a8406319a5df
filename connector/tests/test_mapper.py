# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import AbstractComponent, Component

from ..components.mapper import (
    MapOptions,
    MappingDefinition,
    changed_by,
    convert,
    mapping,
    only_create,
)
from .mapper_common import RECORD, MapperCase, map_values


class ImportPartner(Component):
    _name = "test.import.mapper"
    _inherit = "base.import.mapper"
    _apply_on = "res.partner"

    direct = [("label", "name"), (convert("zip_code", str), "zip"), ("mail", "email")]

    @changed_by("first", "last")
    @mapping
    def reference(self, record):
        return {"ref": f"{record['first']} {record['last']}"}

    @mapping
    def always(self, record):
        return {"comment": "mapped"}

    @only_create
    @mapping
    def at_first(self, record):
        return {"lang": "en_US"}


class TestMapper(MapperCase):
    def test_rows_and_methods_make_the_values(self):
        mapper = self.make_mapper(ImportPartner)
        self.assertEqual(
            map_values(mapper, RECORD),
            {
                "name": "Ada",
                "zip": "1815",
                "email": False,
                "ref": "A L",
                "comment": "mapped",
            },
        )

    def test_only_create_methods_run_only_for_create(self):
        mapper = self.make_mapper(ImportPartner)
        self.assertNotIn("lang", map_values(mapper, RECORD, for_create=False))
        self.assertEqual(map_values(mapper, RECORD, for_create=True)["lang"], "en_US")

    def test_fields_choose_the_rows_by_their_source(self):
        mapper = self.make_mapper(ImportPartner)
        self.assertEqual(
            map_values(mapper, RECORD, fields=["zip_code"]),
            {"zip": "1815", "comment": "mapped"},
        )

    def test_fields_choose_the_methods_by_changed_by(self):
        mapper = self.make_mapper(ImportPartner)
        self.assertEqual(
            map_values(mapper, RECORD, fields=("last", "other")),
            {"ref": "A L", "comment": "mapped"},
        )

    def test_no_fields_mean_all_fields(self):
        mapper = self.make_mapper(ImportPartner)
        self.assertEqual(
            map_values(mapper, RECORD, fields=[]), map_values(mapper, RECORD)
        )

    def test_changed_by_fields_are_those_of_rows_and_methods(self):
        mapper = self.make_mapper(ImportPartner)
        self.assertEqual(
            mapper.changed_by_fields(), {"label", "zip_code", "mail", "first", "last"}
        )

    def test_update_wins_over_mapped_values(self):
        map_record = self.make_mapper(ImportPartner).map_record(RECORD)
        map_record.update({"name": "forced"}, color=3)
        values = map_record.values()
        self.assertEqual((values["name"], values["color"]), ("forced", 3))

    def test_map_methods_are_set_on_the_class(self):
        self._build_components(ImportPartner)
        self.assertEqual(
            self.comp_registry["test.import.mapper"]._map_methods,
            {
                "reference": MappingDefinition(
                    changed_by={"first", "last"}, only_create=False
                ),
                "always": MappingDefinition(changed_by=set(), only_create=False),
                "at_first": MappingDefinition(changed_by=set(), only_create=True),
            },
        )

    def test_mappings_do_not_spread_to_other_mappers(self):
        class Other(Component):
            _name = "test.other.mapper"
            _inherit = "base.import.mapper"

            @mapping
            def other(self, record):
                return {}

        self._build_components(ImportPartner, Other)
        other = self.comp_registry["test.other.mapper"]
        self.assertEqual(list(other._map_methods), ["other"])
        self.assertEqual(self.comp_registry["base.mapper"]._map_methods, {})

    def test_mappings_of_several_parents_add_up(self):
        class Both(Component):
            _name = "test.both.mapper"
            _inherit = ["test.import.mapper", "connector.backend.id.mapper"]

            @changed_by("middle")
            @mapping
            def reference(self, record):
                return {"ref": record["middle"]}

        self._build_components(ImportPartner)
        mapper = self.make_mapper(Both)
        self.assertEqual(
            mapper._map_methods["reference"].changed_by, {"first", "last", "middle"}
        )
        self.assertIn("backend_id", mapper._map_methods)

    def test_an_extension_made_later_is_seen_by_mappers_built_before(self):
        class Child(Component):
            _name = "test.child.mapper"
            _inherit = "test.import.mapper"

        class LateExtension(Component):
            _inherit = "test.import.mapper"

            @mapping
            def late(self, record):
                return {"color": 9}

        mapper = self.make_mapper(ImportPartner)
        self._build_components(Child)
        self.assertNotIn("color", map_values(mapper, RECORD))
        self._build_components(LateExtension)
        child = self.comp_registry["test.child.mapper"](self.work_on())
        self.assertEqual(map_values(child, RECORD)["color"], 9)
        mapper = self.comp_registry["test.import.mapper"](self.work_on())
        self.assertEqual(map_values(mapper, RECORD)["color"], 9)

    def test_the_backend_id_mapper_maps_the_backend(self):
        class WithBackend(Component):
            _name = "test.backend.mapper"
            _inherit = ["connector.backend.id.mapper", "base.import.mapper"]

        mapper = self.make_mapper(WithBackend)
        self.assertEqual(map_values(mapper, {}), {"backend_id": 7})
        self.assertEqual(mapper._usage, "import.mapper")

    def test_a_mapping_method_may_yield_fields_and_values(self):
        class Generating(Component):
            _name = "test.generating.mapper"
            _inherit = "base.import.mapper"

            @mapping
            def addresses(self, record):
                for name in ("street", "city"):
                    if record[name]:
                        yield name, record[name]

        mapper = self.make_mapper(Generating)
        record = {"street": "Rue", "city": ""}
        self.assertEqual(map_values(mapper, record), {"street": "Rue"})

    def test_falsy_returns_of_methods_are_skipped(self):
        class Empty(Component):
            _name = "test.empty.mapper"
            _inherit = "base.import.mapper"

            @mapping
            def nothing(self, record):
                return None

            @mapping
            def false(self, record):
                return False

        self.assertEqual(map_values(self.make_mapper(Empty), {}), {})

    def test_options_are_attributes_and_a_missing_one_is_none(self):
        class Asking(Component):
            _name = "test.asking.mapper"
            _inherit = "base.import.mapper"

            @mapping
            def tax(self, record):
                return {"ref": (self.options.tax, self.options["tax"], self.options.no)}

        mapper = self.make_mapper(Asking)
        self.assertEqual(map_values(mapper, {}, tax=20), {"ref": (20, 20, None)})
        self.assertIsNone(mapper.options)

    def test_options_do_not_leak_after_an_exception(self):
        class Failing(Component):
            _name = "test.failing.mapper"
            _inherit = "base.import.mapper"

            @mapping
            def fail(self, record):
                raise ValueError(self.options.reason)

        mapper = self.make_mapper(Failing)
        with self.assertRaises(ValueError):
            map_values(mapper, {}, reason="outer")
        self.assertIsNone(mapper.options)
        with self.assertRaises(ValueError), mapper._mapping_options(MapOptions(a=1)):
            raise ValueError
        self.assertIsNone(mapper.options)

    def test_nested_options_are_put_back(self):
        mapper = self.make_mapper(ImportPartner)
        with mapper._mapping_options(MapOptions(level=1)):
            with mapper._mapping_options(MapOptions(level=2)):
                self.assertEqual(mapper.options.level, 2)
            self.assertEqual(mapper.options.level, 1)

    def test_map_options_can_be_set_and_copied(self):
        options = MapOptions(a=1)
        options.b = 2
        self.assertEqual(dict(options), {"a": 1, "b": 2})
        self.assertIsNone(options.c)
        self.assertFalse(hasattr(options, "__deepcopy__"))

    def test_a_record_that_only_methods_read_may_be_any_object(self):
        class Reading(Component):
            _name = "test.reading.mapper"
            _inherit = "base.import.mapper"

            @mapping
            def number(self, record):
                return {"color": record.real}

        self.assertEqual(map_values(self.make_mapper(Reading), 5), {"color": 5})

    def test_a_mapper_without_children_usage_says_so(self):
        class Bare(AbstractComponent):
            _name = "test.bare.mapper"
            _inherit = "base.mapper"
            children = [("lines", "line_ids", "res.partner")]

        mapper = self.make_mapper(Bare)
        with self.assertRaisesRegex(ValueError, "_map_child_usage"):
            map_values(mapper, {"lines": []})
