# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How many queries the import of one record makes, and that of many."""

from odoo.tests import tagged

from ..outcome import Outcome
from .import_common import PARTNER, ImporterCase, partner

#: two savepoints: before the dependencies, and around mapping and writing
SAVEPOINTS = 2 * 2


@tagged("post_install", "-at_install")
class TestQueriesOfOneRecord(ImporterCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        self.put(*(partner(key) for key in range(1, 4)))
        # fill the caches of Odoo
        for key in (1, 2):
            self.run_one(key)
        self.put(partner(1, name="Renamed", updated_at="2026-02-01 00:00:00"))
        self.run_one(1)
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


@tagged("post_install", "-at_install")
class TestQueriesOfChunks(ImporterCase):
    """The number of queries does not grow with the number of records."""

    __test__ = True

    def count_queries(self, external_ids):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        outcome, jobs = self.run_chunk(external_ids)
        self.assertFalse(jobs)
        self.env.flush_all()
        return outcome, self.env.cr.sql_log_count - before

    def put_family(self, first, number):
        """Add records with all kinds of new dependencies."""
        ids = range(first, first + number)
        self.put_tag(*ids)
        self.put_industry(*ids)
        for key in ids:
            parent = key - number // 2 if key >= first + number // 2 else None
            self.put(partner(key, parent=parent, industry=key, tags=[key]))
        return ids

    def test_queries_of_an_import_do_not_grow(self):
        self.run_chunk(self.put_family(1, 4))  # fill the caches of the registry
        ten, hundred = self.put_family(100, 10), self.put_family(1000, 100)
        outcome, of_ten = self.count_queries(ten)
        self.assertEqual(outcome.counts, {Outcome.CREATED: 10})
        outcome, of_hundred = self.count_queries(hundred)
        self.assertEqual(outcome.counts, {Outcome.CREATED: 100})
        # addons like account add queries for each child of a partner
        of_odoo = self.count_queries_of_odoo(100) - self.count_queries_of_odoo(10)
        self.assertLessEqual(of_hundred - of_ten, max(of_odoo, 0))

    def count_queries_of_odoo(self, number):
        """Count the queries of as many partners, half of them with a parent."""
        partners = self.env["res.partner"].with_context(**self.importer._import_context)
        parents = partners.create([{"name": "Parent"} for _ in range(number // 2)])
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        partners.create([{"name": "Child", "parent_id": key} for key in parents.ids])
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def imported_families(self):
        """Import 4, 10 and 100 records, and yield their ids."""
        for first, number in ((1, 4), (100, 10), (1000, 100)):
            ids = self.put_family(first, number)
            self.run_chunk(ids)
            yield ids

    def test_queries_of_an_update_do_not_grow_but_by_those_of_the_writing(self):
        """The queries of ``write`` for each partner are Odoo's."""
        counts = []
        for ids in self.imported_families():
            for key in ids:
                self.put(
                    {
                        **self.system.tables[PARTNER][key],
                        "name": f"Renamed {key}",
                        "updated_at": "2026-01-02 00:00:00",
                    }
                )
            with self.hooked(_update=lambda importer, binding, values: None):
                outcome, count = self.count_queries(ids)
            self.assertEqual(outcome.counts, {Outcome.UPDATED: len(ids)})
            counts.append(count)
        self.assertEqual(counts[2], counts[1])

    def test_queries_of_up_to_date_records_do_not_grow(self):
        counts = []
        for ids in self.imported_families():
            outcome, count = self.count_queries(ids)
            self.assertEqual(outcome.counts, {Outcome.UNCHANGED: len(ids)})
            counts.append(count)
        self.assertEqual(counts[2], counts[1])
