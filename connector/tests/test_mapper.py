# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import AbstractComponent, Component

from ..components.mapper import (
    MapOptions,
    MappingDefinition,
    backend_field,
    changed_by,
    convert,
    follow_m2o_relations,
    mapping,
    modifier,
    none,
    only_create,
    xmlid,
)
from ..exception import MappingError
from .test_mapper_common import MapperCase


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


RECORD = {"label": "Ada", "zip_code": 1815, "mail": "", "first": "A", "last": "L"}


class TestMapper(MapperCase):
    def values(self, mapper, record, **options):
        return mapper.map_record(record).values(**options)

    def test_rows_and_methods_make_the_values(self):
        mapper = self.make_mapper(ImportPartner)
        self.assertEqual(
            self.values(mapper, RECORD),
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
        self.assertNotIn("lang", self.values(mapper, RECORD, for_create=False))
        self.assertEqual(self.values(mapper, RECORD, for_create=True)["lang"], "en_US")

    def test_fields_choose_the_rows_by_their_source(self):
        mapper = self.make_mapper(ImportPartner)
        self.assertEqual(
            self.values(mapper, RECORD, fields=["zip_code"]),
            {"zip": "1815", "comment": "mapped"},
        )

    def test_fields_choose_the_methods_by_changed_by(self):
        mapper = self.make_mapper(ImportPartner)
        self.assertEqual(
            self.values(mapper, RECORD, fields=("last", "other")),
            {"ref": "A L", "comment": "mapped"},
        )

    def test_no_fields_mean_all_fields(self):
        mapper = self.make_mapper(ImportPartner)
        self.assertEqual(
            self.values(mapper, RECORD, fields=[]), self.values(mapper, RECORD)
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
        self.assertNotIn("color", self.values(mapper, RECORD))
        self._build_components(LateExtension)
        child = self.comp_registry["test.child.mapper"](self.work_on())
        self.assertEqual(self.values(child, RECORD)["color"], 9)
        mapper = self.comp_registry["test.import.mapper"](self.work_on())
        self.assertEqual(self.values(mapper, RECORD)["color"], 9)

    def test_the_backend_id_mapper_maps_the_backend(self):
        class WithBackend(Component):
            _name = "test.backend.mapper"
            _inherit = ["connector.backend.id.mapper", "base.import.mapper"]

        mapper = self.make_mapper(WithBackend)
        self.assertEqual(self.values(mapper, {}), {"backend_id": 7})
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
        self.assertEqual(self.values(mapper, record), {"street": "Rue"})

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

        self.assertEqual(self.values(self.make_mapper(Empty), {}), {})

    def test_direct_rows_may_be_a_property(self):
        class Computed(Component):
            _name = "test.computed.mapper"
            _inherit = "base.import.mapper"

            @property
            def direct(self):
                return [("label", self.options.target), (none("mail"), "email")]

        mapper = self.make_mapper(Computed)
        for target in ("name", "ref"):
            self.assertEqual(
                self.values(mapper, RECORD, target=target),
                {target: "Ada", "email": None},
            )

    def test_rows_added_after_the_build_are_seen(self):
        class Growing(Component):
            _name = "test.growing.mapper"
            _inherit = "base.import.mapper"
            direct = [("label", "name")]

        mapper = self.make_mapper(Growing)
        self.assertEqual(self.values(mapper, RECORD), {"name": "Ada"})
        Growing.direct.append(("first", "ref"))
        mapper = self.comp_registry["test.growing.mapper"](self.work_on())
        self.assertEqual(self.values(mapper, RECORD), {"name": "Ada", "ref": "A"})

    def test_rows_read_dotted_paths(self):
        class Nested(Component):
            _name = "test.nested.mapper"
            _inherit = "base.import.mapper"
            direct = [("address.city", "city"), (convert("address.zip", str), "zip")]

        mapper = self.make_mapper(Nested)
        record = {"address": {"city": "Oslo", "zip": 150}}
        self.assertEqual(self.values(mapper, record), {"city": "Oslo", "zip": "150"})
        self.assertEqual(self.values(mapper, record, fields=["name"]), {})
        self.assertEqual(
            self.values(mapper, record, fields=["address"]),
            {"city": "Oslo", "zip": "150"},
        )
        self.assertEqual(
            self.values(mapper, record, fields=["address.zip"]), {"zip": "150"}
        )

    def test_lambdas_run_whatever_the_fields_unless_their_source_is_given(self):
        class WithLambdas(Component):
            _name = "test.lambda.mapper"
            _inherit = "base.import.mapper"
            direct = [
                (lambda self, record, to_attr: record["label"].upper(), "name"),
                (
                    modifier(lambda self, record, to_attr: 5, source_field="size"),
                    "color",
                ),
            ]

        mapper = self.make_mapper(WithLambdas)
        self.assertEqual(self.values(mapper, RECORD), {"name": "ADA", "color": 5})
        self.assertEqual(self.values(mapper, RECORD, fields=["x"]), {"name": "ADA"})
        self.assertEqual(
            self.values(mapper, RECORD, fields=["size"]), {"name": "ADA", "color": 5}
        )

    def test_options_are_attributes_and_a_missing_one_is_none(self):
        class Asking(Component):
            _name = "test.asking.mapper"
            _inherit = "base.import.mapper"

            @mapping
            def tax(self, record):
                return {"ref": (self.options.tax, self.options["tax"], self.options.no)}

        mapper = self.make_mapper(Asking)
        self.assertEqual(self.values(mapper, {}, tax=20), {"ref": (20, 20, None)})
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
            self.values(mapper, {}, reason="outer")
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

    def test_an_xmlid_becomes_a_database_id(self):
        class ByXmlid(Component):
            _name = "test.xmlid.mapper"
            _inherit = "base.import.mapper"
            direct = [
                (xmlid("country"), "country_code"),
                (xmlid("short", module="base"), "color"),
            ]

        mapper = self.make_mapper(ByXmlid)
        values = self.values(mapper, {"country": "base.fr", "short": "be"})
        self.assertEqual(
            values,
            {
                "country_code": self.env.ref("base.fr").id,
                "color": self.env.ref("base.be").id,
            },
        )
        with self.assertRaisesRegex(MappingError, "base.nowhere"):
            self.values(mapper, {"country": "base.nowhere", "short": ""})

    def test_an_xmlid_of_another_model_than_the_target_leads_to_is_refused(self):
        class ByXmlid(Component):
            _name = "test.xmlid.mapper"
            _inherit = "base.import.mapper"
            direct = [(xmlid("country"), "country_id")]

        mapper = self.make_mapper(ByXmlid)
        country = self.env.ref("base.fr")
        self.assertEqual(
            self.values(mapper, {"country": "base.fr"}), {"country_id": country.id}
        )
        with self.assertRaisesRegex(MappingError, "Expected a res.country .*res.users"):
            self.values(mapper, {"country": "base.user_admin"})

    def test_a_backend_field_gives_values_and_ids(self):
        partner = self.env["res.partner"].create(
            {"name": "P", "country_id": self.env.ref("base.fr").id}
        )
        bank = self.env["res.partner.bank"].create(
            {"acc_number": "1", "partner_id": partner.id}
        )

        class FromBackend(Component):
            _name = "test.backend.field.mapper"
            _inherit = "base.import.mapper"
            direct = [
                (backend_field("name"), "name"),
                (backend_field("country_id"), "color"),
                (backend_field("bank_ids"), "ref"),
            ]

        mapper = self.make_mapper(FromBackend)
        mapper.work.collection = partner
        self.assertEqual(
            self.values(mapper, {}),
            {"name": "P", "color": partner.country_id.id, "ref": bank.ids},
        )

    def test_follow_m2o_relations_reads_the_final_field(self):
        class Following(Component):
            _name = "test.following.mapper"
            _inherit = "base.export.mapper"
            direct = [(follow_m2o_relations("country_id.currency_id.name"), "money")]

        mapper = self.make_mapper(Following)
        partner = self.env["res.partner"].new(
            {"country_id": self.env.ref("base.fr").id}
        )
        self.assertEqual(self.values(mapper, partner), {"money": "EUR"})
        self.assertEqual(self.values(mapper, partner, fields=["name"]), {})
        self.assertEqual(
            self.values(mapper, partner, fields=["country_id"]), {"money": "EUR"}
        )

    def test_export_rows_follow_dotted_paths_of_records(self):
        class Dotted(Component):
            _name = "test.dotted.mapper"
            _inherit = "base.export.mapper"
            direct = [("country_id.code", "country"), ("name", "label")]

        mapper = self.make_mapper(Dotted)
        partner = self.env["res.partner"].new(
            {"country_id": self.env.ref("base.fr").id}
        )
        self.assertEqual(
            self.values(mapper, partner), {"country": "FR", "label": False}
        )

    def test_records_of_any_model_and_dicts_can_be_exported(self):
        class Exporting(Component):
            _name = "test.exporting.mapper"
            _inherit = "base.export.mapper"
            direct = [("name", "label"), (convert("id", str), "key")]

        mapper = self.make_mapper(Exporting)
        country = self.env.ref("base.fr")
        partner = self.env["res.partner"].create({"name": "P"})
        for record in (partner, country, {"name": "D", "id": 5}):
            self.assertEqual(
                self.values(mapper, record),
                {"label": record["name"], "key": str(record["id"])},
            )

    def test_a_record_without_the_field_fails_as_a_dict_does(self):
        class Exporting(Component):
            _name = "test.exporting.mapper"
            _inherit = "base.export.mapper"
            direct = [("write", "label")]

        mapper = self.make_mapper(Exporting)
        with self.assertRaisesRegex(KeyError, "write = \\(not there\\)"):
            self.values(mapper, self.env["res.partner"].new({}))

    def test_a_field_that_an_imported_record_lacks_is_empty_without_a_modifier(self):
        class Importing(Component):
            _name = "test.importing.mapper"
            _inherit = "base.import.mapper"
            _apply_on = "res.partner"
            direct = [("missing", "name"), ("missing", "parent_id"), ("a", "email")]

        class Converting(Component):
            _name = "test.converting.mapper"
            _inherit = "base.import.mapper"
            _apply_on = "res.partner"
            direct = [(convert("missing", str), "name")]

        mapper = self.make_mapper(Importing)
        self.assertEqual(
            self.values(mapper, {"a": 1}),
            {"name": False, "parent_id": False, "email": 1},
        )
        self.assertFalse(mapper._map_direct({"a": 1}, "missing", "name"))
        with self.assertRaises(KeyError):
            self.values(self.make_mapper(Converting), {"a": 1})

    def test_a_record_that_only_methods_read_may_be_any_object(self):
        class Reading(Component):
            _name = "test.reading.mapper"
            _inherit = "base.import.mapper"

            @mapping
            def number(self, record):
                return {"color": record.real}

        self.assertEqual(self.values(self.make_mapper(Reading), 5), {"color": 5})

    def test_a_mapper_without_children_usage_says_so(self):
        class Bare(AbstractComponent):
            _name = "test.bare.mapper"
            _inherit = "base.mapper"
            children = [("lines", "line_ids", "res.partner")]

        mapper = self.make_mapper(Bare)
        with self.assertRaisesRegex(ValueError, "_map_child_usage"):
            self.values(mapper, {"lines": []})
