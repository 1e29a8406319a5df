# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re
from contextlib import contextmanager
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.component.tests.common import new_rollbacked_env

from ..components.synchronizer.chunk import (
    CREATED,
    FAILED,
    SKIPPED,
    UNCHANGED,
    UPDATED,
)
from ..database import pg_try_advisory_lock
from ..exception import InvalidDataError, MappingError, RetryableJobError
from .common import TestConnectorCase

PARTNER = "test.res.partner"
CATEGORY = "test.res.partner.category"
INDUSTRY = "test.res.partner.industry"
IMPORTER_LOGGER = "odoo.addons.connector.components.synchronizer.record_importer"


def partner(external_id, **values):
    return {
        "id": external_id,
        "name": f"Partner {external_id}",
        "email": f"{external_id}@example.com",
        "ref": False,
        "parent": None,
        "industry": None,
        "tags": [],
        "updated_at": "2026-01-01 00:00:00",
        **values,
    }


class ImporterCase(TestConnectorCase):
    def setUp(self):
        super().setUp()
        self.importer = self.component("record.importer", PARTNER)

    def put(self, *records, table=PARTNER):
        self.system.put(table, *records)

    def put_tag(self, *external_ids, parent=None):
        self.put(
            *(
                {"id": key, "name": f"Tag {key}", "parent": parent}
                for key in external_ids
            ),
            table=CATEGORY,
        )

    def put_industry(self, *external_ids):
        self.put(
            *({"id": key, "name": f"Industry {key}"} for key in external_ids),
            table=INDUSTRY,
        )

    def found(self, external_id, model=PARTNER):
        return self.component("binder", model).to_internal(external_id)

    def run_one(self, external_id, **kwargs):
        (item,) = self.importer.run(external_id, **kwargs).items
        return item

    def run_chunk(self, external_ids, **kwargs):
        """Import in a work context of its own and return outcome and jobs."""
        with self.trap_jobs() as trap, mute_logger(IMPORTER_LOGGER, "odoo.sql_db"):
            importer = self.component("record.importer", PARTNER)
            outcome = importer.run_chunk(external_ids, **kwargs)
        return outcome, trap.enqueued_jobs

    def outcomes(self, outcome):
        return {item.external_id: item.outcome for item in outcome.items}

    @contextmanager
    def hooked(self, **methods):
        """Give the importer of partners methods of a connector."""
        with patch.multiple(type(self.importer), create=True, **methods):
            yield

    @contextmanager
    def locked_elsewhere(self, *external_ids):
        with new_rollbacked_env() as env:
            for external_id in external_ids:
                name = self.importer._lock_name(external_id)
                self.assertTrue(pg_try_advisory_lock(env, name))
            yield


@tagged("post_install", "-at_install")
class TestImportOne(ImporterCase):
    __test__ = True

    def test_new_record_is_created_and_bound(self):
        self.put(partner(1))
        item = self.run_one(1)
        self.assertEqual(item.outcome, CREATED)
        binding = self.found(1)
        self.assertEqual(item.binding, binding)
        self.assertEqual(binding.name, "Partner 1")
        self.assertEqual(binding.backend_id, self.backend)
        self.assertTrue(binding.sync_date)
        self.assertEqual(str(binding.external_updated_at), "2026-01-01 00:00:00")

    def test_changed_record_is_updated_only_where_it_changed(self):
        self.put(partner(1))
        self.run_one(1)
        self.put(partner(1, email="new@example.com", updated_at="2026-01-02 00:00:00"))
        written = []
        with self.hooked(
            _update=lambda importer, binding, values: written.append(values)
        ):
            self.assertEqual(self.run_one(1).outcome, UPDATED)
        self.assertEqual(written, [{"email": "new@example.com"}])
        self.assertEqual(str(self.found(1).external_updated_at), "2026-01-02 00:00:00")

    def test_update_reaches_the_record(self):
        self.put(partner(1))
        self.run_one(1)
        self.put(partner(1, email="new@example.com", updated_at="2026-01-02 00:00:00"))
        self.run_one(1)
        self.assertEqual(self.found(1).odoo_id.email, "new@example.com")

    def test_record_that_is_up_to_date_is_not_even_mapped(self):
        self.put(partner(1))
        self.run_one(1)
        self.put(partner(1, name="Changed behind the date"))
        with self.hooked(_map_data=None):
            self.assertEqual(self.run_one(1).outcome, UNCHANGED)

    def test_record_that_must_not_be_overwritten_is_skipped_to_the_end(self):
        self.put(partner(1))
        self.run_one(1)
        self.put(partner(1, name="Theirs", updated_at="2026-01-02 00:00:00"))
        with self.hooked(
            _may_overwrite=lambda importer, binding: False, _after_import=None
        ):
            self.assertEqual(self.run_one(1).outcome, SKIPPED)
        self.assertEqual(self.found(1).name, "Partner 1")

    def test_force_imports_what_is_up_to_date(self):
        self.put(partner(1))
        self.run_one(1)
        self.put(partner(1, name="Changed behind the date"))
        self.assertEqual(self.run_one(1, force=True).outcome, UPDATED)
        self.assertEqual(self.found(1).name, "Changed behind the date")

    def test_unchanged_values_write_nothing_to_the_record(self):
        self.put_tag(5)
        self.put_industry(6)
        self.put(partner(1, tags=[5], industry=6))
        self.run_one(1)
        binding = self.found(1)
        self.env.flush_all()
        partner_model = type(self.env["res.partner"])
        with (
            self.hooked(_update=None),
            patch.object(partner_model, "write", side_effect=AssertionError),
        ):
            self.assertEqual(self.run_one(1, force=True).outcome, UNCHANGED)
        self.assertTrue(binding.sync_date)

    def test_record_that_must_be_skipped_is_skipped(self):
        self.put(partner(1, skip=True))
        self.assertEqual(self.run_one(1).outcome, SKIPPED)
        self.assertFalse(self.found(1))

    def test_given_record_is_not_read(self):
        self.run_one(1, record=partner(1))
        self.assertFalse(self.system.calls)
        self.assertEqual(self.found(1).name, "Partner 1")

    def test_archived_binding_is_updated(self):
        self.put(partner(1))
        self.run_one(1)
        self.found(1).active = False
        self.put(partner(1, name="Back", updated_at="2026-01-02 00:00:00"))
        self.assertEqual(self.run_one(1).outcome, UPDATED)
        self.assertEqual(self.found(1).name, "Back")

    def test_record_with_the_same_key_is_bound_instead_of_created(self):
        existing = self.env["res.partner"].create({"name": "Mine", "ref": "R1"})

        def by_ref(importer, values):
            return importer.env["res.partner"].search([("ref", "=", values["ref"])])

        self.put(partner(1, ref="R1"))
        with self.hooked(_find_record_to_bind=by_ref):
            self.assertEqual(self.run_one(1).outcome, CREATED)
        self.assertEqual(self.found(1).odoo_id, existing)
        self.assertEqual(existing.name, "Partner 1")

    def test_errors_are_raised(self):
        self.put(partner(1))

        def refuse(importer, values):
            raise InvalidDataError("no good")

        for hook in ("_validate_create_data", "_validate_update_data"):
            with self.hooked(**{hook: refuse}):
                with self.assertRaisesRegex(InvalidDataError, "no good"):
                    self.importer.run(1)
            self.importer.run(1)
            self.put(partner(1, updated_at="2026-01-02 00:00:00"))

    def test_hooks_run_in_order_with_the_record_at_hand(self):
        self.put(partner(1))
        told = []

        def note(name):
            def hook(importer, *args):
                told.append(
                    (name, importer.external_id, importer.external_record["id"])
                )

            return hook

        with self.hooked(
            _before_import=note("before"),
            _import_dependencies=note("dependencies"),
            _validate_create_data=note("validate"),
            _after_import=note("after"),
        ):
            self.run_one(1)
        self.assertEqual(
            told,
            [(name, 1, 1) for name in ("before", "dependencies", "validate", "after")],
        )

    def test_import_is_not_exported_and_not_tracked(self):
        self.put(partner(1))
        seen = []

        def note(importer, values_list):
            bindings = importer.import_model.create(values_list)
            seen.append(bindings.env.context)
            return bindings

        with self.hooked(_create_many=note):
            self.run_one(1)
        self.assertTrue(seen[0]["connector_no_export"])
        self.assertTrue(seen[0]["tracking_disable"])
        self.assertFalse(self.found(1).env.context.get("connector_no_export"))

    def test_own_create_of_one_record_is_called(self):
        self.put(partner(1))

        def create(importer, values):
            return importer.import_model.create({**values, "name": "Own"})

        with self.hooked(_create=create):
            self.run_one(1)
        self.assertEqual(self.found(1).name, "Own")

    def test_record_that_another_transaction_imports_is_tried_again(self):
        self.put(partner(1))
        with self.locked_elsewhere(1):
            with self.assertRaisesRegex(RetryableJobError, "Another job imports"):
                self.importer.run(1)
        self.assertEqual(self.run_one(1).outcome, CREATED)

    def test_unique_violation_is_tried_again(self):
        """Another transaction has bound the record since ours began."""
        self.put(partner(1))
        self.run_one(1)
        self.env.flush_all()
        none = self.env[PARTNER]
        with (
            patch.object(
                type(self.importer.binder), "to_internal_many", lambda *args, **kw: {}
            ),
            mute_logger("odoo.sql_db"),
            self.assertRaises(RetryableJobError),
            self.env.cr.savepoint(),
        ):
            self.importer.run(1, force=True)
        self.assertEqual(len(none.search([("external_id", "=", "1")])), 1)


@tagged("post_install", "-at_install")
class TestImportMissing(ImporterCase):
    __test__ = True

    def test_record_unknown_to_the_backend_is_skipped(self):
        self.assertEqual(self.run_one(404).outcome, SKIPPED)
        self.assertFalse(self.found(404))

    def test_record_that_is_gone_keeps_its_binding_by_default(self):
        self.put(partner(1))
        self.run_one(1)
        self.system.remove(PARTNER, 1)
        self.assertEqual(self.run_one(1).outcome, SKIPPED)
        self.assertTrue(self.found(1).active)


@tagged("post_install", "-at_install")
class TestImportDependencies(ImporterCase):
    __test__ = True

    def test_dependencies_are_imported_first_and_linked(self):
        self.put_tag(5, 6)
        self.put_industry(7)
        self.put(partner(1, parent=2, industry=7, tags=[5, 6]), partner(2))
        self.run_one(1)
        binding = self.found(1)
        self.assertEqual(binding.parent_id, self.found(2).odoo_id)
        self.assertEqual(binding.industry_id.name, "Industry 7")
        self.assertEqual(binding.category_id.mapped("name"), ["Tag 5", "Tag 6"])

    def test_bound_dependencies_are_not_read_again(self):
        self.put_industry(7)
        self.put(partner(1, industry=7), partner(2, industry=7))
        self.run_one(1)
        self.system.forget_calls()
        self.run_one(2)
        self.assertFalse(self.system.called(table=INDUSTRY))

    def test_always_imports_a_bound_dependency(self):
        self.put_industry(7)
        self.put(partner(1, industry=7), partner(2, industry=7))
        self.run_one(1)
        self.put({"id": 7, "name": "Renamed"}, table=INDUSTRY)

        def always(importer):
            importer._import_dependency(7, INDUSTRY)
            importer._import_dependency(7, INDUSTRY, always=True)
            importer._import_dependency(7, INDUSTRY)

        with self.hooked(_import_dependencies=always):
            self.run_one(2)
        self.assertEqual(self.found(7, INDUSTRY).name, "Renamed")

    def test_dependencies_of_a_chunk_are_read_at_once(self):
        self.put_tag(*range(1, 21))
        self.put(*(partner(key, tags=[key, 21 - key]) for key in range(1, 21)))
        self.run_chunk(range(1, 21))
        (call,) = self.system.called(table=CATEGORY)
        self.assertEqual(call.operation, "read_many")
        self.assertEqual(sorted(call.args[0]), list(range(1, 21)))

    def test_record_whose_dependency_fails_is_not_imported(self):
        self.put({"id": 7, "nothing": "known"}, table=INDUSTRY)
        self.put(partner(1, industry=7))
        with mute_logger(IMPORTER_LOGGER, "odoo.sql_db"):
            with self.assertRaises(MappingError) as caught:
                with self.env.cr.savepoint():
                    self.importer.run(1)
        self.assertIn("name", str(caught.exception))
        self.assertFalse(self.found(1))

    def test_missing_dependency_fails_with_the_id_that_is_missing(self):
        self.put(partner(1, industry=404))
        with self.assertRaisesRegex(MappingError, "404"):
            self.importer.run(1)

    def test_parents_far_up_are_imported_from_the_top(self):
        self.put_tag(1)
        for key in range(2, 6):
            self.put_tag(key, parent=key - 1)
        self.put(partner(1, tags=[5]))
        self.run_one(1)
        tags = [self.found(5, CATEGORY).odoo_id]
        while tags[-1].parent_id:
            tags.append(tags[-1].parent_id)
        self.assertEqual(
            [tag.name for tag in tags], [f"Tag {key}" for key in (5, 4, 3, 2, 1)]
        )

    def test_importer_of_a_dependency_can_be_given(self):
        imported = []

        class Own:
            def run(self, external_id):
                imported.append(external_id)

        def own(importer):
            importer._import_dependency(9, INDUSTRY, importer=Own())

        self.put(partner(1))
        with self.hooked(_import_dependencies=own):
            self.run_one(1)
        self.assertEqual(imported, [9])


@tagged("post_install", "-at_install")
class TestImportChunk(ImporterCase):
    __test__ = True

    def test_chunk_is_read_at_once(self):
        self.put(*(partner(key) for key in range(1, 11)))
        outcome, jobs = self.run_chunk(range(1, 11))
        self.assertEqual(outcome.counts, {CREATED: 10})
        self.assertEqual(len(self.system.called()), 1)
        self.assertFalse(jobs)

    def test_chunk_tells_what_became_of_each_record(self):
        self.put(partner(1), partner(2), partner(3, skip=True), partner(4))
        self.importer.run(1)
        self.importer.run(2)
        self.put(partner(2, name="New", updated_at="2026-01-02 00:00:00"))
        outcome, _jobs = self.run_chunk([1, 2, 3, 4, 404])
        self.assertEqual(
            self.outcomes(outcome),
            {1: UNCHANGED, 2: UPDATED, 3: SKIPPED, 4: CREATED, 404: SKIPPED},
        )

    def test_id_that_is_named_twice_is_imported_once(self):
        self.put(partner(1))
        outcome, _jobs = self.run_chunk([1, 1])
        self.assertEqual(outcome.counts, {CREATED: 1})

    def test_empty_chunk_does_nothing(self):
        outcome, jobs = self.run_chunk([])
        self.assertEqual((outcome.items, jobs, self.system.calls), ((), [], []))

    def test_parents_in_the_same_chunk_come_first(self):
        self.put(partner(1, parent=2), partner(2, parent=3), partner(3))
        outcome, _jobs = self.run_chunk([1, 2, 3])
        self.assertEqual(outcome.counts, {CREATED: 3})
        self.assertEqual(self.found(1).parent_id, self.found(2).odoo_id)
        self.assertEqual(self.found(2).parent_id, self.found(3).odoo_id)

    def test_ids_as_text_and_as_numbers_are_the_same(self):
        self.put(partner(1, parent=2), partner(2))
        outcome, jobs = self.run_chunk(["1", "2"])
        self.assertEqual((outcome.counts, jobs), ({CREATED: 2}, []))
        self.assertEqual(self.found(1).parent_id, self.found(2).odoo_id)

    def test_parents_in_a_circle_fail_alone(self):
        self.put(partner(1, parent=2), partner(2, parent=1), partner(3))
        outcome, jobs = self.run_chunk([1, 2, 3])
        self.assertEqual(self.outcomes(outcome), {1: FAILED, 2: FAILED, 3: CREATED})
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
        self.assertEqual(self.outcomes(outcome), {1: FAILED, 3: CREATED})

    def test_record_that_is_its_own_parent_fails_alone(self):
        self.put(partner(1, parent=1), partner(2))
        outcome, _jobs = self.run_chunk([1, 2])
        self.assertEqual(self.outcomes(outcome), {1: FAILED, 2: CREATED})

    def test_one_poisoned_record_in_two_hundred_leaves_the_others(self):
        self.put(*(partner(key) for key in range(1, 201)))
        self.put(partner(77, name=None))
        outcome, jobs = self.run_chunk(range(1, 201))
        self.assertEqual(outcome.counts, {CREATED: 199, FAILED: 1})
        self.assertEqual(
            self.env[PARTNER].search_count([("backend_id", "=", self.backend.id)]), 199
        )
        (job,) = jobs
        self.assertEqual(job.method_name, "import_record")
        self.assertEqual(job.args, (self.backend, 77))

    def reading_refused(self, *refused):
        """Have a read fail that asks for one of the ids."""
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
            self.assertEqual(outcome.counts.get(FAILED), 1)
            self.assertEqual([job.args for job in jobs], [(self.backend, refused)])

    def test_what_no_record_can_be_read_for_is_told_once(self):
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
        self.assertEqual(outcome.counts, {CREATED: 19, FAILED: 1})
        self.assertEqual([job.args[1] for job in jobs], [5])

    def test_failed_parent_takes_its_children_out_only(self):
        self.put(partner(1, name=None), partner(2, parent=1), partner(3))
        outcome, jobs = self.run_chunk([1, 2, 3])
        self.assertEqual(self.outcomes(outcome), {1: FAILED, 2: FAILED, 3: CREATED})
        self.assertEqual(sorted(job.args[1] for job in jobs), [1, 2])

    def test_failed_dependency_takes_out_only_who_needs_it(self):
        self.put_industry(8)
        self.put({"id": 7, "nothing": "known"}, table=INDUSTRY)
        self.put(partner(1, industry=7), partner(2, industry=8), partner(3))
        outcome, _jobs = self.run_chunk([1, 2, 3])
        self.assertEqual(self.outcomes(outcome), {1: FAILED, 2: CREATED, 3: CREATED})

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
        self.assertEqual(self.outcomes(outcome), {1: CREATED, 2: FAILED, 3: CREATED})
        self.assertFalse(self.found(2))

    def test_bug_in_the_connector_fails_the_whole_job(self):
        self.put(partner(1), partner(2))

        def ask(importer):
            importer.component(usage="no.such.usage")

        with self.hooked(_before_import=ask):
            with self.assertRaisesRegex(Exception, "no.such.usage"):
                self.run_chunk([1, 2])


@tagged("post_install", "-at_install")
class TestImportRetries(ImporterCase):
    __test__ = True

    def test_locked_records_are_tried_again_together(self):
        self.put(*(partner(key) for key in range(1, 5)))
        with self.locked_elsewhere(1, 2):
            outcome, jobs = self.run_chunk(range(1, 5))
        self.assertEqual(outcome.counts, {CREATED: 2, FAILED: 2})
        (job,) = jobs
        self.assertEqual(job.method_name, "import_chunk")
        self.assertEqual(job.args, (self.backend, [1, 2]))
        self.assertEqual(job.kwargs["had_failed"], 2)
        self.assertTrue(job.eta)

    def test_children_of_a_locked_parent_are_tried_again_with_it(self):
        self.put(partner(1), partner(2, parent=1), partner(3, parent=2), partner(4))
        with self.locked_elsewhere(1):
            outcome, jobs = self.run_chunk([1, 2, 3, 4])
        self.assertEqual(
            self.outcomes(outcome), {1: FAILED, 2: FAILED, 3: FAILED, 4: CREATED}
        )
        self.assertEqual([job.args[1] for job in jobs], [[1, 2, 3]])

    def test_locked_record_alone_gets_a_job_of_its_own(self):
        self.put(partner(1), partner(2))
        with self.locked_elsewhere(1):
            _outcome, jobs = self.run_chunk([1, 2])
        self.assertEqual([job.method_name for job in jobs], ["import_record"])

    def test_records_are_not_tried_together_for_ever(self):
        self.put(partner(1), partner(2))
        with self.locked_elsewhere(1, 2):
            _outcome, jobs = self.run_chunk([1, 2], retries_left=0)
        self.assertEqual([job.method_name for job in jobs], ["import_record"] * 2)

    def test_jobs_of_a_chunk_run_to_the_end(self):
        self.put(*(partner(key) for key in range(1, 5)))
        with self.trap_jobs() as trap:
            with self.locked_elsewhere(1, 2):
                self.env[PARTNER].import_chunk(self.backend, [1, 2, 3, 4])
            self.run_jobs(trap)
        self.assertEqual(
            self.env[PARTNER].search_count([("backend_id", "=", self.backend.id)]), 4
        )

    def test_options_travel_on_to_the_jobs(self):
        self.put(partner(1, name=None))
        _outcome, (job,) = self.run_chunk([1], force=True)
        self.assertTrue(job.kwargs["force"])


@tagged("post_install", "-at_install")
class TestImportQueries(ImporterCase):
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
        """Put records that have all kinds of dependencies, new ones each."""
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
        self.assertEqual(outcome.counts, {CREATED: 10})
        outcome, of_hundred = self.count_queries(hundred)
        self.assertEqual(outcome.counts, {CREATED: 100})
        # addons like account have queries of their own for each child of a partner
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
        """What ``write`` of a partner asks for each partner is Odoo's."""
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
            self.assertEqual(outcome.counts, {UPDATED: len(ids)})
            counts.append(count)
        self.assertEqual(counts[2], counts[1])

    def test_queries_of_what_is_up_to_date_do_not_grow(self):
        counts = []
        for ids in self.imported_families():
            outcome, count = self.count_queries(ids)
            self.assertEqual(outcome.counts, {UNCHANGED: len(ids)})
            counts.append(count)
        self.assertEqual(counts[2], counts[1])
