# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from odoo.addons.component.core import Component

from ..outcome import Outcome
from .import_common import PARTNER, ImporterCase, partner


@tagged("post_install", "-at_install")
class TestImportMissing(ImporterCase):
    """Import of a record that was deleted remotely."""

    __test__ = True

    def setUp(self):
        super().setUp()
        self.put(partner(1), partner(2))
        self.run_chunk([1, 2])
        self.binding = self.found(1)
        self.record = self.binding.odoo_id
        self.system.remove(PARTNER, 1)
        self.system.put(PARTNER, partner(3))

    def outcomes_with(self, policy):
        with self.hooked(_missing_record_policy=policy):
            outcome, jobs = self.run_chunk([1, 2, 3, 404])
        self.assertFalse(jobs)
        outcomes = self.outcomes(outcome)
        self.assertEqual(
            (outcomes[2], outcomes[404]), (Outcome.UNCHANGED, Outcome.SKIPPED)
        )
        return outcomes[1]

    def test_it_stays_by_default(self):
        self.assertEqual(self.run_one(1).outcome, Outcome.SKIPPED)
        self.assertEqual(self.outcomes_with("skip"), Outcome.SKIPPED)
        self.assertTrue(self.record.active)

    def test_it_is_archived_by_policy_once(self):
        self.assertEqual(self.outcomes_with("archive"), Outcome.REMOVED)
        self.assertFalse(self.record.active)
        self.assertEqual(self.found(1), self.binding)
        self.assertEqual(self.outcomes_with("archive"), Outcome.UNCHANGED)

    def test_archived_record_that_exists_again_is_updated(self):
        self.outcomes_with("archive")
        self.put(partner(1, name="Back", updated_at="2026-02-01 00:00:00"))
        self.assertEqual(self.run_one(1).outcome, Outcome.UPDATED)
        self.assertEqual(self.record.name, "Back")

    def test_it_is_deleted_by_policy(self):
        self.assertEqual(self.outcomes_with("delete"), Outcome.REMOVED)
        self.assertFalse(self.binding.exists() or self.record.exists())
        self.assertEqual(self.outcomes_with("delete"), Outcome.SKIPPED)

    def test_deleted_record_that_exists_again_is_created(self):
        self.outcomes_with("delete")
        self.put(partner(1))
        self.assertEqual(self.run_one(1).outcome, Outcome.CREATED)

    def test_it_is_unbound_by_policy(self):
        self.assertEqual(self.outcomes_with("unbind"), Outcome.REMOVED)
        self.assertFalse(self.binding.exists())
        self.assertTrue(self.record.exists())

    def test_deleter_of_the_connector_is_asked(self):
        asked = []

        class Deleter(Component):
            _name = "test.own.record.deleter"
            _inherit = ["test.connector", "generic.record.deleter"]

            def run(self, external_id):
                asked.append((external_id, self._policy))

        self.build_components(Deleter)
        self.importer = self.component("record.importer", PARTNER)
        self.assertEqual(self.outcomes_with("delete"), Outcome.REMOVED)
        self.assertEqual(asked, [(1, "delete")])

    def test_unknown_policy_says_which_there_are(self):
        with self.hooked(_missing_record_policy="burn"):
            with self.assertRaisesRegex(ValueError, "archive"):
                self.importer.run(1)
