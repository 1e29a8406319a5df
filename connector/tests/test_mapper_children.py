# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import copy
from unittest import mock

from odoo.addons.component.core import AbstractComponent, Component

from ..components.mapper import mapping, only_create
from .mapper_common import MapperCase


class PartnerMapper(Component):
    _name = "test.parent.mapper"
    _inherit = "base.import.mapper"
    _apply_on = "res.partner"
    direct = [("label", "name")]
    children = [("accounts", "bank_ids", "res.partner.bank")]


class BankMapper(Component):
    _name = "test.bank.mapper"
    _inherit = "base.import.mapper"
    _apply_on = "res.partner.bank"
    direct = [("number", "acc_number"), ("holder", "acc_holder_name")]

    @only_create
    @mapping
    def active(self, record):
        return {"active": True}

    @mapping
    def tagged(self, record):
        return self.options.tag and {"tag": self.options.tag}


class BankBinder(Component):
    """Use the account number as the external id."""

    _name = "test.bank.binder"
    _inherit = "base.binder"
    _apply_on = "res.partner.bank"
    prefetched = []

    def prefetch(self, external_ids):
        self.prefetched.append(list(external_ids))

    def to_internal(self, external_id, unwrap=False):
        return self.model.search([("acc_number", "=", external_id)])


class UpdatingBanks(Component):
    _name = "test.bank.map.child"
    _inherit = "base.map.child.import.update"
    _apply_on = "res.partner.bank"
    _external_id_source = "number"


RECORD = {
    "label": "Ada",
    "accounts": [{"number": "1", "holder": "A"}, {"number": "2", "holder": ""}],
}


class TestMapChild(MapperCase):
    def map(self, *definitions, record=None, **options):
        mapper = self.make_mapper(PartnerMapper, BankMapper, *definitions)
        map_record = mapper.map_record(RECORD if record is None else record)
        return map_record.values(**options)["bank_ids"]

    def test_items_become_commands_that_create(self):
        self.assertEqual(
            self.map(),
            [
                (0, 0, {"acc_number": "1", "acc_holder_name": "A"}),
                (0, 0, {"acc_number": "2", "acc_holder_name": False}),
            ],
        )

    def test_items_share_the_options_of_their_parent(self):
        command, __ = self.map(for_create=True, tag="t")
        self.assertEqual((command[2]["active"], command[2]["tag"]), (True, "t"))

    def test_no_items_make_no_commands(self):
        for nothing in ([], (), None, False):
            self.assertEqual(self.map_again(nothing), [])

    def map_again(self, accounts):
        if "test.parent.mapper" not in self.comp_registry:
            self._build_components(PartnerMapper, BankMapper)
        mapper = self.comp_registry["test.parent.mapper"](self.work_on())
        return mapper.map_record({"label": "x", "accounts": accounts}).values()[
            "bank_ids"
        ]

    def test_children_run_when_their_source_is_asked_for(self):
        mapper = self.make_mapper(PartnerMapper, BankMapper)
        map_record = mapper.map_record(RECORD)
        self.assertEqual(map_record.values(fields=["label"]), {"name": "Ada"})
        self.assertEqual(map_record.values(fields=["accounts"]), {"bank_ids": []})
        values = map_record.values(fields=["accounts", "number"])
        self.assertEqual(
            values["bank_ids"],
            [(0, 0, {"acc_number": "1"}), (0, 0, {"acc_number": "2"})],
        )

    def test_items_may_be_skipped(self):
        class SkippingChild(Component):
            _name = "test.skipping.child"
            _inherit = "base.map.child.import"
            _apply_on = "res.partner.bank"

            def skip_item(self, map_record):
                return map_record.source["holder"] != "A"

        ((__, __, values),) = self.map(SkippingChild)
        self.assertEqual(values["acc_number"], "1")

    def test_item_values_and_format_may_be_replaced(self):
        class NumberingChild(Component):
            _name = "test.numbering.child"
            _inherit = "base.map.child.import"
            _apply_on = "res.partner.bank"

            def get_item_values(self, map_record, to_attr, options):
                values = super().get_item_values(map_record, to_attr, options)
                return dict(
                    values, to=to_attr, parent=map_record.parent.source["label"]
                )

            def format_items(self, items_values):
                return [(4, values["to"], values["parent"]) for values in items_values]

        self.assertEqual(self.map(NumberingChild), [(4, "bank_ids", "Ada")] * 2)

    def test_a_map_child_is_fresh_for_each_parent(self):
        class CountingChild(Component):
            _name = "test.counting.child"
            _inherit = "base.map.child.import"
            _apply_on = "res.partner.bank"
            count = 0

            def format_items(self, items_values):
                self.count += len(items_values)
                return self.count

        mapper = self.make_mapper(PartnerMapper, BankMapper, CountingChild)
        for __ in range(2):
            self.assertEqual(mapper.map_record(RECORD).values()["bank_ids"], 2)

    def test_the_map_child_of_the_items_model_works_on_that_model(self):
        class SeeingChild(Component):
            _name = "test.seeing.child"
            _inherit = "base.map.child.import"
            _apply_on = "res.partner.bank"

            def format_items(self, items_values):
                return self.model._name

        self.assertEqual(self.map(SeeingChild), "res.partner.bank")

    def test_the_child_mapper_may_be_anything_that_maps(self):
        class OtherMapperChild(Component):
            _name = "test.other.child"
            _inherit = "base.map.child.import"
            _apply_on = "res.partner.bank"

            def _child_mapper(self):
                mapper = mock.Mock()
                mapper.map_record.return_value.values.return_value = {"m": 1}
                return mapper

        self.assertEqual(self.map(OtherMapperChild), [(0, 0, {"m": 1})] * 2)

    def test_a_base_map_child_names_the_missing_hook(self):
        class BareChild(AbstractComponent):
            _name = "test.bare.child"
            _inherit = "base.map.child"

        child = self.make_mapper(BareChild)
        with self.assertRaisesRegex(NotImplementedError, "base.map.child.import"):
            child.get_items([], None, "bank_ids", {})

    def test_exported_items_are_their_values(self):
        class PartnerExport(Component):
            _name = "test.partner.export.mapper"
            _inherit = "base.export.mapper"
            _apply_on = "res.partner"
            children = [("bank_ids", "accounts", "res.partner.bank")]

        class BankExport(Component):
            _name = "test.bank.export.mapper"
            _inherit = "base.export.mapper"
            _apply_on = "res.partner.bank"
            direct = [("acc_number", "number")]

        partner = self.env["res.partner"].create(
            {"name": "P", "bank_ids": [(0, 0, {"acc_number": "77"})]}
        )
        mapper = self.make_mapper(PartnerExport, BankExport)
        self.assertEqual(
            mapper.map_record(partner).values(), {"accounts": [{"number": "77"}]}
        )


class TestMapChildUpdate(MapperCase):
    def setUp(self):
        super().setUp()
        self.mapper = self.make_mapper(
            PartnerMapper, BankMapper, BankBinder, UpdatingBanks
        )
        self.partner = self.env["res.partner"].create({"name": "Ada"})
        BankBinder.prefetched.clear()

    def sync(self):
        values = self.mapper.map_record(RECORD).values(for_create=True)
        self.partner.write(copy.deepcopy(values))  # Odoo changes what it is given
        return values["bank_ids"]

    def test_lines_that_are_bound_are_updated_and_the_others_created(self):
        self.assertEqual([command[:2] for command in self.sync()], [(0, 0), (0, 0)])
        banks = self.partner.bank_ids
        banks.acc_holder_name = "changed"
        commands = self.sync()
        self.assertEqual(
            {command[:2] for command in commands}, {(1, bank.id) for bank in banks}
        )
        self.assertEqual(self.partner.bank_ids, banks)
        self.assertEqual(banks.mapped("acc_holder_name"), ["A", False])

    def test_existing_lines_get_no_only_create_values(self):
        self.sync()
        for __, __, values in self.sync():
            self.assertEqual(set(values), {"acc_number", "acc_holder_name"})

    def test_the_lines_are_looked_up_in_one_query(self):
        self.sync()
        self.assertEqual(BankBinder.prefetched, [["1", "2"]])

    def test_an_item_that_maps_to_nothing_changes_no_line(self):
        self.sync()
        values = self.mapper.map_record(RECORD).values(fields=["accounts"])
        self.assertEqual(values["bank_ids"], [])

    def test_a_binding_is_unwrapped_where_the_parent_holds_records(self):
        class FamilyMapper(Component):
            _name = "test.family.mapper"
            _inherit = "base.import.mapper"
            _apply_on = "res.partner"
            children = [("users", "child_ids", "res.users")]

        class UserMapper(Component):
            _name = "test.user.mapper"
            _inherit = "base.import.mapper"
            _apply_on = "res.users"
            direct = [("id", "login")]

        class UserBinder(Component):
            _name = "test.user.binder"
            _inherit = "base.binder"
            _apply_on = "res.users"
            _odoo_field = "partner_id"

            def prefetch(self, external_ids):
                pass

            def to_internal(self, external_id, unwrap=False):
                return self.model.search([("login", "=", external_id)])

        class UpdatingUsers(Component):
            _name = "test.user.map.child"
            _inherit = "base.map.child.import.update"
            _apply_on = "res.users"

        user = self.env.ref("base.user_admin")
        mapper = self.make_mapper(FamilyMapper, UserMapper, UserBinder, UpdatingUsers)
        values = mapper.map_record({"users": [{"id": user.login}]}).values()
        self.assertEqual(
            values, {"child_ids": [(1, user.partner_id.id, {"login": user.login})]}
        )
