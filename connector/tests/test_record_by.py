# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``record_by`` finds records by a natural key, those of a chunk in one query."""

from itertools import count

from odoo.fields import Command

from odoo.addons.component.core import Component

from ..api import keep_falsy, none, record_by
from ..exception import MappingError
from .mapper_common import MapperCase

numbers = count()


class TestRecordBy(MapperCase):
    def mapper(self, *rows):
        class Mapper(Component):
            _name = f"test.record.by.mapper.{next(numbers)}"
            _inherit = "base.import.mapper"
            direct = list(rows)

        return self.make_mapper(Mapper)

    def map(self, source, value, target="country_id"):
        mapper = self.mapper((source, target))
        return mapper.map_record({"value": value}).values()[target]

    def test_a_code_becomes_the_id_of_its_record(self):
        france = self.env.ref("base.fr").id
        self.assertEqual(self.map(record_by("value", "code"), "FR"), france)
        self.assertEqual(self.map(record_by("value", "code"), " FR "), france)

    def test_an_alias_is_another_way_to_write_a_code(self):
        source = record_by("value", "code", aliases={"UK": "GB"})
        self.assertEqual(self.map(source, "UK"), self.env.ref("base.uk").id)
        self.assertEqual(self.map(source, "GB"), self.env.ref("base.uk").id)

    def test_case_is_ignored_only_on_demand(self):
        source = record_by("value", "code", aliases={"uk": "gb"}, ignore_case=True)
        self.assertEqual(self.map(source, "fr"), self.env.ref("base.fr").id)
        self.assertEqual(self.map(source, "UK"), self.env.ref("base.uk").id)
        with self.assertRaisesRegex(MappingError, "No record of res.country with code"):
            self.map(record_by("value", "code"), "fr")

    def test_wildcards_are_characters(self):
        source = record_by("value", "name", ignore_case=True)
        with self.assertRaisesRegex(MappingError, "No record"):
            self.map(source, "Fr%")

    def test_an_empty_value_is_false(self):
        for value in (None, False, ""):
            self.assertIs(self.map(record_by("value", "code"), value), False)
            self.assertIsNone(self.map(none(record_by("value", "code")), value))

    def test_a_number_is_a_key(self):
        numbered = record_by("value", "phone_code", domain=[("code", "=", "FR")])
        for value in (33, 33.0, "33"):
            self.assertEqual(self.map(numbered, value), self.env.ref("base.fr").id)
        with self.assertRaisesRegex(MappingError, "'thirty'"):
            self.map(numbered, "thirty")

    def test_an_archived_record_is_named(self):
        currency = self.env["res.currency"].with_context(active_test=False)
        archived = currency.search([("active", "=", False)], limit=1)
        source = record_by("value", "name", model="res.currency")
        with self.assertRaisesRegex(
            MappingError, f"archived: {archived.name}.*Activate"
        ):
            self.map(source, archived.name)

    def test_several_records_are_refused(self):
        tags = self.env["res.partner.category"].create(
            [{"name": "Twice"}, {"name": "Twice"}]
        )
        source = record_by("value", "name", model="res.partner.category")
        with self.assertRaisesRegex(MappingError, rf"several.*{tags[0].id}.*domain="):
            self.map(source, "Twice")
        chosen = record_by(
            "value",
            "name",
            model="res.partner.category",
            domain=lambda mapper: [("id", "=", tags[1].id)],
        )
        self.assertEqual(self.map(chosen, "Twice"), tags[1].id)

    def test_the_record_of_the_company_comes_before_a_shared_one(self):
        shared, own = self.env["res.partner"].create(
            [{"name": "Depot"}, {"name": "Depot", "company_id": self.env.company.id}]
        )
        other = self.env["res.company"].create({"name": "Other"})
        self.env["res.partner"].create({"name": "Depot", "company_id": other.id})
        source = record_by("value", "name")
        self.assertEqual(self.map(source, "Depot", "parent_id"), own.id)
        own.unlink()
        self.assertEqual(self.map(source, "Depot", "parent_id"), shared.id)

    def test_a_list_sets_the_records_of_an_x2many(self):
        tags = self.env["res.partner.category"].create([{"name": "A1"}, {"name": "B1"}])
        source = record_by("value", "name")
        for value, ids in (
            (["B1", "A1", "B1", None], tags[::-1].ids),
            ("A1", tags[:1].ids),
            ([], []),
            (None, []),
        ):
            found = self.map(source, value, "category_id")
            self.assertEqual(found, [Command.set(ids)], value)
        with self.assertRaisesRegex(MappingError, "Expected one code for country_id"):
            self.map(record_by("value", "code"), ["FR", "BE"])

    def test_a_chunk_takes_one_query(self):
        mapper = self.mapper((record_by("value", "code"), "country_id"))
        records = [{"value": code} for code in ("FR", "BE", "DE", None, "FR")]
        self.env["res.country"].search([("code", "=", "FR")])  # rules, once
        self.env.invalidate_all()
        with self.assertQueryCount(1):
            mapper.prefetch_bindings([*records, {"other": 1}])
            found = [mapper.map_record(record).values() for record in records]
        codes = [
            self.env["res.country"].browse(values["country_id"]).code
            for values in found
        ]
        self.assertEqual(codes, ["FR", "BE", "DE", False, "FR"])

    def test_keep_falsy_uses_the_records_that_were_found_for_the_chunk(self):
        source = keep_falsy(record_by("value", "phone_code"))
        mapper = self.mapper((source, "country_id"))
        records = [{"value": code} for code in (33, 32)]
        mapper.prefetch_bindings(records)
        with self.assertQueryCount(0):
            found = [mapper.map_record(record).values() for record in records]
        self.assertEqual(
            [values["country_id"] for values in found],
            [self.env.ref("base.fr").id, self.env.ref("base.be").id],
        )

    def test_a_missing_key_is_searched_again(self):
        source = record_by("value", "name", model="res.partner.category")
        mapper = self.mapper((source, "country_id"))
        record = {"value": "Later"}
        mapper.prefetch_bindings([record])
        with self.assertRaisesRegex(MappingError, "No record"):
            mapper.map_record(record).values()
        tag = self.env["res.partner.category"].create({"name": "Later"})
        self.assertEqual(mapper.map_record(record).values(), {"country_id": tag.id})

    def test_a_wrong_definition_is_explained(self):
        with self.assertRaisesRegex(ValueError, "'name'.*expected a relation.*model="):
            self.map(record_by("value", "code"), "FR", "name")
        with self.assertRaisesRegex(ValueError, "res.country has no field 'iso'"):
            self.map(record_by("value", "iso"), "FR")
