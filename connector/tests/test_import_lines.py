# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.component.core import Component

from ..components.importer.hooks import GenericImporter
from ..components.mapper import mapping, only_create
from ..exception import InvalidDataError
from ..outcome import Outcome
from .import_common import PARTNER, ImporterCase, partner

BANK = "test.res.partner.bank"


class PartnerMapper(Component):
    _name = "test.res.partner.import.mapper"
    _inherit = "test.res.partner.import.mapper"

    children = [("accounts", "test_bank_ids", BANK)]


class BankMapper(Component):
    _name = "test.bank.import.mapper"
    _inherit = ["test.import.mapper", "connector.backend.id.mapper"]
    _apply_on = BANK

    direct = [
        ("id", "external_id"),
        ("number", "acc_number"),
        ("holder", "acc_holder_name"),
    ]

    @mapping
    def parent(self, record):
        """Map the parent, which does not exist before it is created."""
        parent = self.binder_for(PARTNER).to_internal(record["of"])
        return {"test_partner_id": parent.id}

    @only_create
    @mapping
    def first(self, record):
        return {"currency_id": self.env.ref("base.EUR").id}


class BankChild(Component):
    _name = "test.bank.map.child"
    _inherit = ["test.connector", "base.map.child.import.update"]
    _apply_on = BANK


def account(external_id, **values):
    return {
        "id": external_id,
        "number": f"BE {external_id}",
        "holder": f"H{external_id}",
        **values,
    }


class LinesCase(ImporterCase):
    def setUp(self):
        super().setUp()
        self.build_components(PartnerMapper, BankMapper, BankChild)
        self.importer = self.component("record.importer", PARTNER)

    def put_partner(self, external_id, *accounts, **values):
        accounts = [{**each, "of": external_id} for each in accounts]
        self.put(partner(external_id, accounts=accounts, updated_at=None, **values))

    def lines(self, external_id=1):
        return self.found(external_id).with_context(active_test=False).test_bank_ids

    def line(self, external_id):
        return self.found(external_id, BANK)

    def import_outcome(self, external_id=1, **kwargs):
        outcome = self.run_one(external_id, **kwargs).outcome
        self.env.flush_all()
        self.env.invalidate_all()
        return outcome


@tagged("post_install", "-at_install")
class TestUnchangedLines(LinesCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        self.put_partner(1, account(10), account(11))
        self.assertEqual(self.import_outcome(), Outcome.CREATED)

    def written(self):
        """Return the models that the next imports write, with their fields."""
        written = []
        for model in (BANK, "res.partner.bank"):
            model_class = type(self.env[model])
            original = model_class.write

            def write(records, vals, original=original):
                written.append((records._name, sorted(vals)))
                return original(records, vals)

            self.enterContext(patch.object(model_class, "write", write))
        return written

    def test_equal_lines_are_not_a_change(self):
        written = self.written()
        for _time in range(2):
            self.assertEqual(self.import_outcome(), Outcome.UNCHANGED)
        self.assertFalse(written)

    def test_only_the_changed_values_of_the_changed_line_are_written(self):
        written = self.written()
        self.put_partner(1, account(10), account(11, holder="Other"))
        self.assertEqual(self.import_outcome(), Outcome.UPDATED)
        self.assertEqual(self.line(11).acc_holder_name, "Other")
        names = {name for _model, names in written for name in names}
        self.assertEqual(names - {"stored_differently"}, {"acc_holder_name"})
        self.assertEqual(self.import_outcome(), Outcome.UNCHANGED)

    def test_edit_of_a_line_is_a_difference(self):
        self.line(10).acc_holder_name = "Local"
        self.assertEqual(self.import_outcome(), Outcome.UPDATED)
        self.assertEqual(self.line(10).acc_holder_name, "H10")

    def test_new_line_is_created_once(self):
        self.put_partner(1, account(10), account(11), account(12))
        self.assertEqual(self.import_outcome(), Outcome.UPDATED)
        self.assertEqual(self.import_outcome(), Outcome.UNCHANGED)
        self.assertEqual(len(self.lines()), 3)

    def test_order_of_the_lines_is_not_a_change(self):
        self.put_partner(1, account(11), account(10))
        self.assertEqual(self.import_outcome(), Outcome.UNCHANGED)

    def test_item_that_is_listed_twice_is_one_line_as_listed_last(self):
        self.put_partner(1, account(10), account("11"), account(11))
        self.assertEqual(self.import_outcome(), Outcome.UNCHANGED)
        self.put_partner(1, account(10), account(11), account("11", holder="Last"))
        for outcome in (Outcome.UPDATED, Outcome.UNCHANGED):
            self.assertEqual(self.import_outcome(), outcome)
            self.assertEqual(self.line(11).acc_holder_name, "Last")
        self.put_partner(2, account(20), account(20, holder="Last"))
        self.assertEqual(self.import_outcome(2), Outcome.CREATED)
        self.assertEqual(self.lines(2).mapped("acc_holder_name"), ["Last"])

    def test_item_without_an_id_is_refused_and_not_created_at_each_import(self):
        for external_id in (None, False, ""):
            self.put_partner(1, account(10), {**account(11), "id": external_id})
            with self.assertRaisesRegex(
                InvalidDataError, "no id: expected one in 'id'"
            ):
                self.run_one(1)

    def test_dry_run_lists_the_line_and_its_values(self):
        self.put_partner(1, account(10), account(11, holder="Other"), account(12))
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER, "dry_run")
        self.env[PARTNER].dry_run_chunk(self.backend, [1], run=run)
        changes = run.dry_run_line_ids.changes
        self.assertIn("H11 → Other", changes)
        self.assertIn("BE 12", changes)
        self.assertNotIn("H10", changes)


@tagged("post_install", "-at_install")
class TestSameValuesOfLines(TestUnchangedLines):
    """The importer compares the external record with the last import."""

    def setUp(self):
        self.enterContext(patch.object(GenericImporter, "_skip_same_values", True))
        super().setUp()

    def test_edit_of_a_line_is_a_difference(self):
        """The edit stays while the external record is the same."""
        self.line(10).acc_holder_name = "Local"
        self.assertEqual(self.import_outcome(), Outcome.UNCHANGED)
        self.assertEqual(self.line(10).acc_holder_name, "Local")

    def test_edit_stays_when_a_line_was_deleted_and_lines_come_in_another_order(self):
        self.line(10).acc_holder_name = "Local"
        self.line(11).odoo_id.unlink()
        self.put_partner(1, account(11), account(10))
        self.assertEqual(self.import_outcome(), Outcome.UNCHANGED)
        self.assertEqual(self.line(10).acc_holder_name, "Local")

    def test_first_import_after_a_removal_has_the_same_fingerprint(self):
        self.put_partner(1)
        self.assertEqual(self.import_outcome(), Outcome.UPDATED)
        self.found(1).name = "Local"
        self.assertEqual(self.import_outcome(), Outcome.UNCHANGED)
        self.assertEqual(self.found(1).name, "Local")
