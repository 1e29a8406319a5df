# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Lines that the external record does not list any more."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..outcome import Outcome
from .import_common import PARTNER, partner
from .test_import_lines import BANK, LinesCase, account


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
