# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component

from ..components.mapper import (
    backend_field,
    convert,
    follow_m2o_relations,
    modifier,
    none,
    xmlid,
)
from ..exception import MappingError
from .mapper_common import RECORD, MapperCase, map_values


class TestMapperRows(MapperCase):
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
                map_values(mapper, RECORD, target=target),
                {target: "Ada", "email": None},
            )

    def test_rows_added_after_the_build_are_seen(self):
        class Growing(Component):
            _name = "test.growing.mapper"
            _inherit = "base.import.mapper"
            direct = [("label", "name")]

        mapper = self.make_mapper(Growing)
        self.assertEqual(map_values(mapper, RECORD), {"name": "Ada"})
        Growing.direct.append(("first", "ref"))
        mapper = self.comp_registry["test.growing.mapper"](self.work_on())
        self.assertEqual(map_values(mapper, RECORD), {"name": "Ada", "ref": "A"})

    def test_rows_read_dotted_paths(self):
        class Nested(Component):
            _name = "test.nested.mapper"
            _inherit = "base.import.mapper"
            direct = [("address.city", "city"), (convert("address.zip", str), "zip")]

        mapper = self.make_mapper(Nested)
        record = {"address": {"city": "Oslo", "zip": 150}}
        self.assertEqual(map_values(mapper, record), {"city": "Oslo", "zip": "150"})
        self.assertEqual(map_values(mapper, record, fields=["name"]), {})
        self.assertEqual(
            map_values(mapper, record, fields=["address"]),
            {"city": "Oslo", "zip": "150"},
        )
        self.assertEqual(
            map_values(mapper, record, fields=["address.zip"]), {"zip": "150"}
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
        self.assertEqual(map_values(mapper, RECORD), {"name": "ADA", "color": 5})
        self.assertEqual(map_values(mapper, RECORD, fields=["x"]), {"name": "ADA"})
        self.assertEqual(
            map_values(mapper, RECORD, fields=["size"]), {"name": "ADA", "color": 5}
        )

    def test_an_xmlid_becomes_a_database_id(self):
        class ByXmlid(Component):
            _name = "test.xmlid.mapper"
            _inherit = "base.import.mapper"
            direct = [
                (xmlid("country"), "country_code"),
                (xmlid("short", module="base"), "color"),
            ]

        mapper = self.make_mapper(ByXmlid)
        values = map_values(mapper, {"country": "base.fr", "short": "be"})
        self.assertEqual(
            values,
            {
                "country_code": self.env.ref("base.fr").id,
                "color": self.env.ref("base.be").id,
            },
        )
        with self.assertRaisesRegex(MappingError, "base.nowhere"):
            map_values(mapper, {"country": "base.nowhere", "short": ""})

    def test_an_xmlid_of_another_model_than_the_target_leads_to_is_refused(self):
        class ByXmlid(Component):
            _name = "test.xmlid.mapper"
            _inherit = "base.import.mapper"
            direct = [(xmlid("country"), "country_id")]

        mapper = self.make_mapper(ByXmlid)
        country = self.env.ref("base.fr")
        self.assertEqual(
            map_values(mapper, {"country": "base.fr"}), {"country_id": country.id}
        )
        with self.assertRaisesRegex(MappingError, "Expected a res.country .*res.users"):
            map_values(mapper, {"country": "base.user_admin"})

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
            map_values(mapper, {}),
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
        self.assertEqual(map_values(mapper, partner), {"money": "EUR"})
        self.assertEqual(map_values(mapper, partner, fields=["name"]), {})
        self.assertEqual(
            map_values(mapper, partner, fields=["country_id"]), {"money": "EUR"}
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
        self.assertEqual(map_values(mapper, partner), {"country": "FR", "label": False})

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
                map_values(mapper, record),
                {"label": record["name"], "key": str(record["id"])},
            )

    def test_a_record_without_the_field_fails_as_a_dict_does(self):
        class Exporting(Component):
            _name = "test.exporting.mapper"
            _inherit = "base.export.mapper"
            direct = [("write", "label")]

        mapper = self.make_mapper(Exporting)
        with self.assertRaisesRegex(KeyError, "write = \\(missing\\)"):
            map_values(mapper, self.env["res.partner"].new({}))

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
            map_values(mapper, {"a": 1}),
            {"name": False, "parent_id": False, "email": 1},
        )
        self.assertFalse(mapper._map_direct({"a": 1}, "missing", "name"))
        with self.assertRaises(KeyError):
            map_values(self.make_mapper(Converting), {"a": 1})
