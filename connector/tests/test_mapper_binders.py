# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import itertools
from unittest import mock

from odoo.addons.component.core import Component

from ..components.mapper import (
    external_to_m2o,
    keep_falsy,
    m2o_to_external,
    modifier,
    none,
)
from ..exception import MappingError
from .mapper_common import MapperCase, RecordingBinder, binders

numbers = itertools.count()


class TestMapperBinders(MapperCase):
    def setUp(self):
        super().setUp()
        self.country = self.env.ref("base.fr")
        self.partner = self.env["res.partner"].new({"country_id": self.country.id})

    def values(self, inherit, row, record, **by_model):
        class Mapper(Component):
            _name = f"test.binding.mapper.{next(numbers)}"
            _inherit = inherit
            direct = [row]

        mapper = self.make_mapper(Mapper)
        with mock.patch.object(type(mapper), "binder_for", binders(**by_model)):
            return mapper.map_record(record).values()

    def export(self, source, record=None, **by_model):
        row = (source, "target")
        record = self.partner if record is None else record
        return self.values("base.export.mapper", row, record, **by_model)["target"]

    def import_country(self, source, external_id, **by_model):
        row, record = (source, "country_id"), {"country": external_id}
        values = self.values("base.import.mapper", row, record, **by_model)
        return values["country_id"]

    def test_a_many2one_to_a_binding_is_exported_as_it_is(self):
        binder = RecordingBinder(to_external="FRA")
        exported = self.export(m2o_to_external("country_id"), res_country=binder)
        self.assertEqual(exported, "FRA")
        self.assertEqual(binder.calls, [("to_external", self.country.id, False)])

    def test_a_many2one_to_a_record_is_wrapped_by_the_binding_model(self):
        binder = RecordingBinder(to_external="FRA")
        source = m2o_to_external("country_id", binding="test.country")
        self.assertEqual(self.export(source, test_country=binder), "FRA")
        self.assertEqual(binder.calls, [("to_external", self.country.id, True)])

    def test_an_exported_row_on_a_many2one_goes_through_the_binder(self):
        binder = RecordingBinder(to_external="FRA")
        self.assertEqual(self.export("country_id", res_country=binder), "FRA")

    def test_an_empty_many2one_is_false_and_asks_nobody(self):
        empty = self.env["res.partner"].new({})
        self.assertIs(self.export("country_id", record=empty), False)
        self.assertIsNone(
            self.export(none(m2o_to_external("country_id")), record=empty)
        )

    def test_an_external_id_zero_is_an_id(self):
        binder = RecordingBinder(to_external=0)
        self.assertEqual(self.export("country_id", res_country=binder), 0)

    def test_a_record_that_has_no_external_id_is_named(self):
        for missing in (None, False, ""):
            binder = RecordingBinder(to_external=missing)
            with self.assertRaisesRegex(
                MappingError,
                f"No external id for record {self.country.id} .*res.country",
            ):
                self.export("country_id", res_country=binder)

    def test_a_dotted_path_finds_the_binder_of_the_last_relation(self):
        binder = RecordingBinder(to_external="EUR")
        source = m2o_to_external("country_id.currency_id")
        self.assertEqual(self.export(source, res_currency=binder), "EUR")
        self.assertEqual(
            binder.calls, [("to_external", self.country.currency_id.id, False)]
        )

    def test_m2o_to_external_may_wrap_a_modifier(self):
        binder = RecordingBinder(to_external="EUR")
        find_currency = modifier(
            lambda self, record, to_attr: record.country_id.currency_id
        )
        exported = self.export(m2o_to_external(find_currency), res_currency=binder)
        self.assertEqual(exported, "EUR")

    def test_a_field_of_another_type_is_refused(self):
        named = self.env["res.partner"].new({"name": "x"})
        with self.assertRaisesRegex(ValueError, "'name'.*must be a many2one.*char"):
            self.export(m2o_to_external("name"), record=named)
        with self.assertRaisesRegex(ValueError, "'name'.*must be a many2one.*char"):
            self.values(
                "base.import.mapper",
                (external_to_m2o("country"), "name"),
                {"country": 1},
            )

    def test_an_external_id_becomes_the_id_of_the_binding(self):
        binder = RecordingBinder(to_internal=self.country)
        imported = self.import_country(
            external_to_m2o("country"), "FRA", res_country=binder
        )
        self.assertEqual(imported, self.country.id)
        self.assertEqual(binder.calls, [("to_internal", "FRA", False)])

    def test_an_external_id_becomes_the_id_of_the_record_behind_a_binding(self):
        binder = RecordingBinder(to_internal=self.country)
        source = external_to_m2o("country", binding="test.country")
        imported = self.import_country(source, "FRA", test_country=binder)
        self.assertEqual(imported, self.country.id)
        self.assertEqual(binder.calls, [("to_internal", "FRA", True)])

    def test_an_imported_row_on_a_many2one_goes_through_the_binder(self):
        binder = RecordingBinder(to_internal=self.country)
        imported = self.import_country("country", "FRA", res_country=binder)
        self.assertEqual(imported, self.country.id)

    def test_a_dotted_row_on_a_many2one_goes_through_the_binder(self):
        binder = RecordingBinder(to_internal=self.country)
        values = self.values(
            "base.import.mapper",
            ("address.country", "country_id"),
            {"address": {"country": "FRA"}},
            res_country=binder,
        )
        self.assertEqual(values, {"country_id": self.country.id})

    def test_external_id_zero_is_looked_up_with_keep_falsy_only(self):
        binder = RecordingBinder(to_internal=self.country)
        self.assertIs(self.import_country("country", 0), False)
        imported = self.import_country(
            external_to_m2o(keep_falsy("country")), 0, res_country=binder
        )
        self.assertEqual(imported, self.country.id)

    def test_an_external_id_that_is_not_bound_is_named(self):
        binder = RecordingBinder(to_internal=self.env["res.country"])
        with self.assertRaisesRegex(MappingError, "external id 'FRA'.*res.country"):
            self.import_country("country", "FRA", res_country=binder)


class TestPrefetchBindings(MapperCase):
    def setUp(self):
        super().setUp()
        self.prefetched = []
        case = self

        class Order(Component):
            _name = "test.order.mapper"
            _inherit = "base.import.mapper"
            _apply_on = "res.partner"
            direct = [
                ("country", "country_id"),
                (none(external_to_m2o("state", binding="test.state")), "state_id"),
                ("label", "name"),
            ]
            children = [("accounts", "bank_ids", "res.partner.bank")]

        class Line(Component):
            _name = "test.order.line.mapper"
            _inherit = "base.import.mapper"
            _apply_on = "res.partner.bank"
            direct = [("currency", "currency_id")]

        class Binder(Component):
            _name = "test.prefetching.binder"
            _inherit = "base.binder"

            def prefetch(self, external_ids):
                case.prefetched.append((self.work.model_name, list(external_ids)))

        self.mapper = self.make_mapper(Order, Line, Binder)

    def test_the_references_of_all_records_are_asked_once_for_each_model(self):
        self.mapper.prefetch_bindings(
            {
                "country": number % 2 and f"C{number}",
                "state": f"S{number}",
                "accounts": [{"currency": "EUR"}, {"currency": f"X{number}"}],
            }
            for number in range(3)
        )
        self.assertEqual(
            self.prefetched,
            [
                ("res.country", ["C1"]),
                ("test.state", ["S0", "S1", "S2"]),
                ("res.currency", ["EUR", "X0", "X1", "X2"]),
            ],
        )

    def test_an_unreadable_value_is_left_to_the_mapping(self):
        self.mapper.prefetch_bindings([{"country": "C"}, {"country": ["no id"]}, None])
        self.assertEqual(self.prefetched, [("res.country", ["C"])])

    def test_nothing_is_asked_for_no_records(self):
        self.mapper.prefetch_bindings([])
        self.assertEqual(self.prefetched, [])
