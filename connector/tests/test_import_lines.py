# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.exceptions import UserError
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


@tagged("post_install", "-at_install")
class TestAbsentLines(LinesCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        self.put_partner(1, account(10), account(11))
        self.import_outcome()
        self.bank = self.line(11).odoo_id

    def absent_lines(self, policy):
        work = self.work_on(BANK)
        child_class = type(work.component(usage="import.map.child"))
        self.enterContext(patch.object(child_class, "_absent_lines", policy))

    def remove_one(self):
        self.put_partner(1, account(10))
        return self.import_outcome()

    def test_line_that_its_parent_owns_is_deleted_with_its_record(self):
        self.assertEqual(self.remove_one(), Outcome.UPDATED)
        self.assertEqual(self.lines().mapped("external_id"), ["10"])
        self.assertFalse(self.bank.exists().active)  # Odoo archives accounts
        self.assertEqual(self.import_outcome(), Outcome.UNCHANGED)

    def test_last_line_is_deleted_where_the_list_is_empty(self):
        self.put_partner(1)
        self.assertEqual(self.import_outcome(), Outcome.UPDATED)
        self.assertFalse(self.lines())

    def test_record_that_does_not_tell_its_lines_keeps_them(self):
        record = partner(1, updated_at=None, name="New", accounts=None)
        self.put(record)
        self.assertEqual(self.import_outcome(), Outcome.UPDATED)
        self.assertEqual(len(self.lines()), 2)

    def test_line_may_be_unbound_or_kept(self):
        self.absent_lines("keep")
        self.assertEqual(self.remove_one(), Outcome.UNCHANGED)
        self.absent_lines("unbind")
        self.assertEqual(self.remove_one(), Outcome.UPDATED)
        self.assertEqual(self.lines().mapped("external_id"), ["10"])
        self.assertTrue(self.bank.active)

    def test_unknown_policy_is_refused(self):
        self.absent_lines("archive")
        with self.assertRaisesRegex(ValueError, "_absent_lines is 'archive'"):
            self.remove_one()

    def test_line_without_binding_stays(self):
        own = self.env["res.partner.bank"].create(
            {"partner_id": self.found(1).odoo_id.id, "acc_number": "OWN"}
        )
        mine = self.env[BANK].create(
            {
                "backend_id": self.backend.id,
                "test_partner_id": self.found(1).id,
                "acc_number": "MINE",
            }
        )
        self.remove_one()
        self.assertTrue(own.exists() and mine.exists())

    def test_line_of_another_backend_stays(self):
        self.line(11).backend_id = self.env["test.backend"].create({"name": "Other"})
        self.remove_one()
        self.assertTrue(self.bank.active)

    def test_line_that_cannot_be_deleted_is_unbound_with_a_warning(self):
        def unlink(records):
            raise UserError(records.env._("It is on an invoice."))

        model_class = type(self.env["res.partner.bank"])
        logger = "odoo.addons.connector.components.comparison.absent_lines"
        with (
            patch.object(model_class, "unlink", unlink),
            self.assertLogs(logger, "WARNING") as logs,
        ):
            self.assertEqual(self.remove_one(), Outcome.UPDATED)
        self.assertIn("It is on an invoice.", logs.output[0])
        self.assertTrue(self.bank.active)
        self.assertFalse(self.line(11))
        self.assertEqual(self.import_outcome(), Outcome.UNCHANGED)

    def test_line_whose_edit_is_not_exported_is_unbound_with_a_warning(self):
        line = self.line(11)
        module = "odoo.addons.connector.components.comparison.absent_lines"
        with (
            patch(f"{module}.find_unconfirmed", return_value={line.id: "edits"}),
            self.assertLogs(module, "WARNING") as logs,
        ):
            self.assertEqual(self.remove_one(), Outcome.UPDATED)
        self.assertIn("the edit is not exported yet", logs.output[0])
        self.assertTrue(self.bank.active)
        self.assertFalse(self.line(11))

    def test_line_that_moved_to_another_record_is_not_lost(self):
        """Whichever of the two is imported first, or both are new to the chunk."""
        self.put_partner(2)
        self.import_outcome(2)
        for order in ([1, 2], [2, 1]):
            with self.subTest(order=order):
                self.put_partner(1, account(10))
                self.put_partner(2, account(11))
                self.run_chunk(order)
                self.assertEqual(self.line(11).test_partner_id, self.found(2))
                self.assertEqual(self.lines(1), self.line(10))
                self.put_partner(1, account(10), account(11))
                self.put_partner(2)
                self.run_chunk([1, 2])
                self.assertEqual(self.line(11).test_partner_id, self.found(1))
        self.put_partner(1, account(10))
        self.put_partner(3, account(11))
        self.run_chunk([1, 3])
        self.assertEqual(self.line(11).test_partner_id, self.found(3))
        self.assertTrue(self.bank.active)

    def test_dry_run_removes_nothing_and_lists_the_line(self):
        self.put_partner(1, account(10))
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER, "dry_run")
        self.env[PARTNER].dry_run_chunk(self.backend, [1], run=run)
        self.assertIn("BE11", run.dry_run_line_ids.changes)
        self.assertTrue(self.bank.active)

    def test_conflict_that_is_kept_removes_nothing(self):
        self.put_partner(1, account(10))
        with self.hooked(_may_overwrite=lambda importer, binding: False):
            self.import_outcome()
        self.assertTrue(self.bank.active)


class ChildrenMapper(Component):
    _name = "test.res.partner.import.mapper"
    _inherit = "test.res.partner.import.mapper"

    children = [("contacts", "child_ids", PARTNER)]


class ContactChild(Component):
    _name = "test.contact.map.child"
    _inherit = ["test.connector", "base.map.child.import.update"]
    _apply_on = PARTNER


@tagged("post_install", "-at_install")
class TestLinesThatAreNotOwned(ImporterCase):
    __test__ = True

    def test_contact_stays_by_default(self):
        """The many2one of a contact to its company is neither required nor cascades."""
        self.build_components(ChildrenMapper, ContactChild)
        self.importer = self.component("record.importer", PARTNER)
        self.put(partner(2, contacts=[]))
        self.run_one(2)
        self.put(partner(1, updated_at=None, contacts=[partner(2, contacts=[])]))
        self.run_one(1)
        self.found(2).parent_id = self.found(1).odoo_id
        self.put(partner(1, updated_at=None, contacts=[]))
        self.assertEqual(self.run_one(1).outcome, Outcome.UNCHANGED)
        self.assertEqual(self.found(2).parent_id, self.found(1).odoo_id)


class PlainContactsMapper(Component):
    _name = "test.res.partner.import.mapper"
    _inherit = "test.res.partner.import.mapper"

    children = [("contacts", "child_ids", "res.partner")]


class PlainContactMapper(Component):
    _name = "test.contact.import.mapper"
    _inherit = "test.import.mapper"
    _apply_on = "res.partner"

    direct = [("ref", "ref"), ("name", "name"), ("website", "website")]


class RefBinder(Component):
    """Use the reference as the external id: there is no binding."""

    _name = "test.ref.binder"
    _inherit = ["test.connector", "base.binder"]
    _apply_on = "res.partner"

    def prefetch(self, external_ids):
        pass

    def to_internal(self, external_id, unwrap=False):
        return self.model.search([("ref", "=", external_id)])


class PlainContactChild(Component):
    _name = "test.contact.map.child"
    _inherit = ["test.connector", "base.map.child.import.update"]
    _apply_on = "res.partner"
    _external_id_source = "ref"
    _absent_lines = "delete"


@tagged("post_install", "-at_install")
class TestLinesWithoutBindings(ImporterCase):
    """Their values are remembered with the record they belong to."""

    __test__ = True

    def setUp(self):
        super().setUp()
        self.build_components(
            PlainContactsMapper, PlainContactMapper, RefBinder, PlainContactChild
        )
        self.importer = self.component("record.importer", PARTNER)

    def put_contacts(self, *contacts):
        self.put(partner(1, updated_at=None, contacts=list(contacts)))

    def import_again(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.run_one(1).outcome

    def test_normalized_values_of_lines_are_written_once(self):
        ada = {"ref": "R1", "name": "Ada", "website": "ada.example"}
        bob = {"ref": "R2", "name": "Bob", "website": "bob.example"}
        self.put_contacts(ada)
        self.run_one(1)
        self.assertEqual(self.import_again(), Outcome.UNCHANGED)
        self.put_contacts(bob, ada)
        self.assertEqual(self.import_again(), Outcome.UPDATED)
        self.assertEqual(self.import_again(), Outcome.UNCHANGED)
        contacts = self.found(1).child_ids
        self.assertEqual(
            sorted(contacts.mapped("website")),
            ["http://ada.example", "http://bob.example"],
        )
        contacts[0].website = "http://mine.example"
        self.assertEqual(self.import_again(), Outcome.UPDATED)
        self.assertEqual(len(self.found(1).stored_differently), 2)
        contacts[0].unlink()
        self.put_contacts()
        self.assertEqual(self.import_again(), Outcome.UNCHANGED)

    def test_lines_without_bindings_are_never_absent(self):
        self.put_contacts({"ref": "R1", "name": "Ada", "website": False})
        self.run_one(1)
        self.put_contacts()
        self.assertEqual(self.import_again(), Outcome.UNCHANGED)
        self.assertEqual(len(self.found(1).child_ids), 1)
