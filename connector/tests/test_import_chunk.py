# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..exception import InvalidDataError
from ..outcome import Outcome
from .import_common import INDUSTRY, PARTNER, ImporterCase, partner


@tagged("post_install", "-at_install")
class TestImportChunk(ImporterCase):
    __test__ = True

    def test_chunk_is_read_in_one_call(self):
        self.put(*(partner(key) for key in range(1, 11)))
        outcome, jobs = self.run_chunk(range(1, 11))
        self.assertEqual(outcome.counts, {Outcome.CREATED: 10})
        self.assertEqual(len(self.system.called()), 1)
        self.assertFalse(jobs)

    def test_chunk_returns_the_outcome_of_each_record(self):
        self.put(partner(1), partner(2), partner(3, skip=True), partner(4))
        self.importer.run(1)
        self.importer.run(2)
        self.put(partner(2, name="New", updated_at="2026-01-02 00:00:00"))
        outcome, _jobs = self.run_chunk([1, 2, 3, 4, 404])
        self.assertEqual(
            self.outcomes(outcome),
            {
                1: Outcome.UNCHANGED,
                2: Outcome.UPDATED,
                3: Outcome.SKIPPED,
                4: Outcome.CREATED,
                404: Outcome.SKIPPED,
            },
        )

    def test_id_that_is_named_twice_is_imported_once(self):
        self.put(partner(1))
        outcome, _jobs = self.run_chunk([1, 1])
        self.assertEqual(outcome.counts, {Outcome.CREATED: 1})

    def test_empty_chunk_does_nothing(self):
        outcome, jobs = self.run_chunk([])
        self.assertEqual((outcome.items, jobs, self.system.calls), ((), [], []))

    def test_parents_in_the_same_chunk_come_first(self):
        self.put(partner(1, parent=2), partner(2, parent=3), partner(3))
        outcome, _jobs = self.run_chunk([1, 2, 3])
        self.assertEqual(outcome.counts, {Outcome.CREATED: 3})
        self.assertEqual(self.found(1).parent_id, self.found(2).odoo_id)
        self.assertEqual(self.found(2).parent_id, self.found(3).odoo_id)

    def test_ids_as_text_and_as_numbers_are_the_same(self):
        self.put(partner(1, parent=2), partner(2))
        outcome, jobs = self.run_chunk(["1", "2"])
        self.assertEqual((outcome.counts, jobs), ({Outcome.CREATED: 2}, []))
        self.assertEqual(self.found(1).parent_id, self.found(2).odoo_id)

    def test_parents_in_a_circle_fail_alone(self):
        self.put(partner(1, parent=2), partner(2, parent=1), partner(3))
        outcome, jobs = self.run_chunk([1, 2, 3])
        self.assertEqual(
            self.outcomes(outcome),
            {1: Outcome.FAILED, 2: Outcome.FAILED, 3: Outcome.CREATED},
        )
        self.assertEqual([job.method_name for job in jobs], ["import_record"] * 2)

    def test_error_of_a_circle_names_its_records(self):
        for chunk in ([1, 2, 3], [1]):
            for parents, named in (
                ({1: 1}, "1 → 1"),
                ({1: 2, 2: 1}, "1 → 2 → 1"),
                ({1: 2, 2: 3, 3: 1}, "1 → 2 → 3 → 1"),
            ):
                self.env[PARTNER].search(
                    [("backend_id", "=", self.backend.id)]
                ).unlink()
                self.put(*(partner(key, parent=parents.get(key)) for key in (1, 2, 3)))
                outcome, _jobs = self.run_chunk(chunk)
                error = next(i.error for i in outcome.failed if i.external_id == 1)
                keys = re.findall(rf"{PARTNER} (\d)", str(error).partition("circle")[2])
                self.assertEqual(keys[0], keys[-1])
                start = keys.index("1")
                circle = keys[start:-1] + keys[:start] + ["1"]
                self.assertEqual(" → ".join(circle), named)

    def test_circle_through_a_record_outside_the_chunk_ends(self):
        self.put(partner(1, parent=2), partner(2, parent=1), partner(3))
        outcome, _jobs = self.run_chunk([1, 3])
        self.assertEqual(
            self.outcomes(outcome), {1: Outcome.FAILED, 3: Outcome.CREATED}
        )

    def test_record_that_is_its_own_parent_fails_alone(self):
        self.put(partner(1, parent=1), partner(2))
        outcome, _jobs = self.run_chunk([1, 2])
        self.assertEqual(
            self.outcomes(outcome), {1: Outcome.FAILED, 2: Outcome.CREATED}
        )

    def test_one_poisoned_record_in_two_hundred_leaves_the_others(self):
        self.put(*(partner(key) for key in range(1, 201)))
        self.put(partner(77, name=None))
        outcome, jobs = self.run_chunk(range(1, 201))
        self.assertEqual(outcome.counts, {Outcome.CREATED: 199, Outcome.FAILED: 1})
        self.assertEqual(
            self.env[PARTNER].search_count([("backend_id", "=", self.backend.id)]), 199
        )
        (job,) = jobs
        self.assertEqual(job.method_name, "import_record")
        self.assertEqual(job.args, (self.backend, 77))

    def reading_refused(self, *refused):
        """Make a read fail that asks for one of the ids."""
        read_many = self.system.read_many

        def read(table, external_ids, *args, **kwargs):
            external_ids = list(external_ids)
            if set(refused) & set(external_ids):
                self.system.fail_next("read_many", InvalidDataError("Unreadable"))
            return read_many(table, external_ids, *args, **kwargs)

        return patch.object(self.system, "read_many", read)

    def test_record_that_cannot_be_read_leaves_the_others(self):
        self.put(*(partner(key) for key in range(1, 101)))
        for refused in (50, 1, 100):
            with self.reading_refused(refused):
                outcome, jobs = self.run_chunk(range(1, 101))
            self.assertEqual(outcome.counts.get(Outcome.FAILED), 1)
            self.assertEqual([job.args for job in jobs], [(self.backend, refused)])

    def test_an_id_without_a_record_is_reported_once(self):
        keys = range(1, 101)
        self.put(*map(partner, keys))
        self.system.forget_calls()
        with self.reading_refused(*keys), self.assertRaises(InvalidDataError):
            self.run_chunk(keys)
        self.assertLess(len(self.system.called("read_many")), 5)

    def test_error_of_the_database_leaves_the_others(self):
        self.put(*(partner(key) for key in range(1, 21)))
        self.importer.run(5)
        taken = self.found(5)
        taken.external_id = "elsewhere"
        self.env.flush_all()

        def rival(importer, values):
            return taken.odoo_id if importer.external_id == 5 else None

        with self.hooked(_find_record_to_bind=rival):
            outcome, jobs = self.run_chunk(range(1, 21))
        self.assertEqual(outcome.counts, {Outcome.CREATED: 19, Outcome.FAILED: 1})
        self.assertEqual([job.args[1] for job in jobs], [5])

    def test_failed_parent_takes_its_children_out_only(self):
        self.put(partner(1, name=None), partner(2, parent=1), partner(3))
        outcome, jobs = self.run_chunk([1, 2, 3])
        self.assertEqual(
            self.outcomes(outcome),
            {1: Outcome.FAILED, 2: Outcome.FAILED, 3: Outcome.CREATED},
        )
        self.assertEqual(sorted(job.args[1] for job in jobs), [1, 2])

    def test_failed_dependency_takes_out_only_who_needs_it(self):
        self.put_industry(8)
        self.put({"id": 7, "nothing": "known"}, table=INDUSTRY)
        self.put(partner(1, industry=7), partner(2, industry=8), partner(3))
        outcome, _jobs = self.run_chunk([1, 2, 3])
        self.assertEqual(
            self.outcomes(outcome),
            {1: Outcome.FAILED, 2: Outcome.CREATED, 3: Outcome.CREATED},
        )

    def test_job_of_a_failed_record_tells_its_error(self):
        self.put(partner(1, name=None))
        self.run_chunk([1])
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            with mute_logger("odoo.sql_db"):
                self.env[PARTNER].import_record(self.backend, 1)

    def test_error_after_the_import_undoes_that_record(self):
        self.put(partner(1), partner(2), partner(3))

        def fail(importer, binding):
            if importer.external_id == 2:
                raise ValueError("after")

        with self.hooked(_after_import=fail):
            outcome, _jobs = self.run_chunk([1, 2, 3])
        self.assertEqual(
            self.outcomes(outcome),
            {1: Outcome.CREATED, 2: Outcome.FAILED, 3: Outcome.CREATED},
        )
        self.assertFalse(self.found(2))

    def test_record_whose_binding_cannot_be_found_fails_alone(self):
        self.put(partner(1), partner(2), partner(3))
        searched = []

        def search(importer):
            searched.append(importer.external_id)
            if importer.external_id == 2:
                raise InvalidDataError("no binding")
            return importer.binder.to_internal(importer.external_id)

        with self.hooked(_get_binding=search):
            outcome, jobs = self.run_chunk([1, 2, 3, "4\0"])
        self.assertEqual(
            self.outcomes(outcome),
            {
                1: Outcome.CREATED,
                2: Outcome.FAILED,
                3: Outcome.CREATED,
                "4\0": Outcome.FAILED,
            },
        )
        self.assertIn(2, [job.args[1] for job in jobs])
        self.assertNotIn("4\0", searched)

    def test_bug_in_the_connector_fails_the_whole_job(self):
        self.put(partner(1), partner(2))

        def ask(importer):
            importer.component(usage="no.such.usage")

        with self.hooked(_before_import=ask):
            with self.assertRaisesRegex(Exception, "no.such.usage"):
                self.run_chunk([1, 2])
