# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Imports of a record with edited lines whose export waits."""

from odoo.tests import tagged

from ..outcome import Outcome
from .import_common import PARTNER
from .test_import_conflicts import TwoWayExporter, TwoWayListener
from .test_import_lines import (
    BankChild,
    BankMapper,
    LinesCase,
    PartnerMapper,
    account,
)


@tagged("post_install", "-at_install")
class TestMergedLines(LinesCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        self.build_components(
            *(PartnerMapper, BankMapper, BankChild, TwoWayExporter, TwoWayListener)
        )
        self.backend.conflict_policy = "remote"
        self.put_partner(1, account(10), account(11))
        self.import_outcome()
        self.env["connector.unconfirmed.field"]._note(
            {self.found(1): ["test_bank_ids"]}
        )

    def import_outcome(self, *args, **kwargs):
        self.importer = self.component("record.importer", PARTNER)
        with self.trap_jobs():
            return super().import_outcome(*args, **kwargs)

    def edit(self, external_id, **values):
        self.line(external_id).with_context(connector_no_export=True).write(values)
        self.env.flush_all()

    def values(self, external_id):
        line = self.line(external_id)
        return line.acc_number, line.acc_holder_name

    def names(self):
        return self.env["connector.unconfirmed.field"]._find(self.found(1)).keys()

    def test_another_line_is_updated_and_the_edited_one_is_kept(self):
        self.edit(10, acc_holder_name="Local")
        self.put_partner(1, account(10), account(11, holder="Remote"))
        self.import_outcome()
        self.assertEqual(self.values(10), ("BE10", "Local"))
        self.assertEqual(self.values(11), ("BE11", "Remote"))
        self.assertTrue(self.names())

    def test_another_value_of_the_edited_line_is_updated(self):
        self.edit(10, acc_holder_name="Local")
        self.put_partner(1, account(10, number="FR 10"), account(11))
        self.import_outcome()
        self.assertEqual(self.values(10), ("FR10", "Local"))

    def change_both(self):
        self.edit(10, acc_holder_name="Local")
        self.put_partner(1, account(10, holder="Remote"), account(11, number="FR 11"))

    def test_the_same_value_is_a_conflict_that_the_backend_wins(self):
        self.change_both()
        self.import_outcome()
        self.assertEqual(self.values(10), ("BE10", "Remote"))
        self.assertEqual(self.values(11), ("FR11", "H11"))
        self.assertFalse(self.names())

    def test_the_same_value_is_a_conflict_that_the_edit_wins(self):
        self.backend.conflict_policy = "local"
        self.change_both()
        self.import_outcome()
        self.assertEqual(self.values(10), ("BE10", "Local"))
        self.assertEqual(self.values(11), ("FR11", "H11"))
        self.assertTrue(self.names())

    def test_a_person_is_asked_and_no_line_is_touched(self):
        self.backend.conflict_policy = "ask"
        self.change_both()
        self.assertEqual(self.import_outcome(), Outcome.SKIPPED)
        self.assertEqual(self.values(10), ("BE10", "Local"))
        self.assertEqual(self.values(11), ("BE11", "H11"))

    def test_a_new_remote_line_is_created(self):
        self.edit(10, acc_holder_name="Local")
        self.put_partner(1, account(10), account(11), account(12))
        self.import_outcome()
        self.assertEqual(self.values(10), ("BE10", "Local"))
        self.assertEqual(self.values(12), ("BE12", "H12"))

    def test_a_line_that_was_deleted_in_odoo_is_not_created_again(self):
        self.line(10).with_context(connector_no_export=True).unlink()
        self.put_partner(1, account(10), account(11, holder="Remote"))
        self.import_outcome()
        self.assertFalse(self.line(10))
        self.assertEqual(self.values(11), ("BE11", "Remote"))

    def test_a_line_that_was_deleted_remotely_goes_unless_it_was_edited(self):
        for policy, is_left in (("local", True), ("remote", False)):
            self.backend.conflict_policy = policy
            self.edit(10, acc_holder_name="Local")
            self.put_partner(1)
            self.import_outcome()
            self.assertFalse(self.line(11))
            self.assertEqual(bool(self.line(10)), is_left)

    def test_a_forced_import_overwrites_the_lines(self):
        self.edit(10, acc_holder_name="Local")
        self.import_outcome(force=True)
        self.assertEqual(self.values(10), ("BE10", "H10"))
        self.assertFalse(self.names())

    def test_both_sides_have_the_values_that_an_export_sent(self):
        self.edit(10, acc_holder_name="Local")
        exporter = self.component("record.exporter", PARTNER)
        exporter.binding = self.found(1)
        exporter._note_base({"test_bank_ids"})
        self.edit(10, acc_holder_name="Local, later")
        self.put_partner(1, account(10, holder="Local"), account(11, holder="Remote"))
        self.import_outcome()
        self.assertEqual(self.values(10), ("BE10", "Local, later"))
        self.assertEqual(self.values(11), ("BE11", "Remote"))
