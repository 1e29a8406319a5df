# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How many queries the import of one record makes."""

from odoo.tests import tagged

from .import_common import ImporterCase, partner

#: two savepoints: before the dependencies, and around mapping and writing
SAVEPOINTS = 2 * 2


@tagged("post_install", "-at_install")
class TestImportQueries(ImporterCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        self.put(*(partner(key) for key in range(1, 4)))
        for key in (1, 2):  # fills the caches of Odoo
            self.run_one(key)
        self.env.flush_all()

    def assert_queries(self, count, external_id, outcome):
        with self.assertQueryCount(count + SAVEPOINTS):
            self.assertEqual(self.run_one(external_id).outcome, outcome)
            self.env.flush_all()

    def test_a_new_record(self):
        # lock, binding, company, 2 records, their names, history
        self.assert_queries(7, 3, "created")

    def test_a_changed_record(self):
        self.put(partner(2, name="Other", updated_at="2026-02-01 00:00:00"))
        self.assert_queries(7, 2, "updated")

    def test_an_unchanged_record(self):
        # lock and binding; nothing is mapped: one savepoint
        with self.assertQueryCount(2 + 2):
            self.assertEqual(self.run_one(2).outcome, "unchanged")
