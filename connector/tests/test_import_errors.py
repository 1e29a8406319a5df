# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Errors name the record, the field, the mapper and the obstacle."""

from unittest.mock import patch

import psycopg2

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..components.importer.hooks import GenericImporter
from ..exception import (
    InvalidDataError,
    RetryableJobError,
)
from .import_common import CATEGORY, PARTNER, ImporterCase, partner
from .job_runs import JobRuns


class ErrorCase(JobRuns, ImporterCase):
    def fails(self, external_id, model=PARTNER):
        """Return the error by which a record fails, alone and in a chunk alike."""
        with mute_logger("odoo.sql_db"):
            importer = self.component("record.importer", model)
            (item,) = importer.import_many([external_id]).items
            with self.assertRaises(type(item.error)) as caught:
                self.component("record.importer", model).run(external_id)
        self.assertEqual(str(caught.exception), str(item.error))
        return item.error

    def assertSays(self, error, *parts):
        for part in parts:
            self.assertIn(part, str(error))
        for technical in ("DETAIL", "violates", "duplicate key", "null value"):
            self.assertNotIn(technical, str(error))

    def mapped(self, **values):
        """Map values besides those of the mapper."""

        def create_data(importer, map_record, **kwargs):
            return {
                **GenericImporter._create_data(importer, map_record, **kwargs),
                **values,
            }

        return self.hooked(_create_data=create_data)


@tagged("post_install", "-at_install")
class TestUniqueErrors(ErrorCase):
    __test__ = True

    def finding(self, record):
        return self.hooked(_find_record_to_bind=lambda importer, values: record)

    def test_two_external_ids_of_one_record_name_the_existing_binding(self):
        record = self.env["res.partner"].create({"name": "Azure Interior"})
        self.put(partner(1), partner(2))
        with self.finding(record):
            self.run_one(1)
            error = self.fails(2)
        self.assertIsInstance(error, InvalidDataError)
        self.assertSays(
            error,
            '"Partner 2" (ID 2): ',
            "Test: external id 1 is bound to",
            f"{PARTNER} {self.found(1).id}",
            "Record (odoo_id)",
        )

    def test_its_job_fails_at_the_first_try(self):
        record = self.env["res.partner"].create({"name": "Azure Interior"})
        self.put(partner(1), partner(2))
        with self.finding(record):
            self.run_one(1)
            job = self.run_stored(
                self.env[PARTNER].with_delay().import_record(self.backend, 2)
            )
        self.assertEqual((job.state, job.retry), ("failed", 1))
        self.assertIn("is bound to", job.exc_message)

    def test_two_records_of_a_chunk_that_are_the_same_fail_but_one(self):
        record = self.env["res.partner"].create({"name": "Azure Interior"})
        self.put(*(partner(key) for key in range(1, 4)))
        with self.finding(record):
            outcome, jobs = self.run_chunk([1, 2, 3])
        self.assertEqual(len(outcome.failed), 2)
        for item in outcome.failed:
            self.assertIsInstance(item.error, InvalidDataError)
        self.assertEqual([job.eta for job in jobs], [None, None])

    def make_unique(self, what="ref"):
        self.env.cr.execute(
            f"CREATE UNIQUE INDEX test_taken ON res_partner ({what})"
            " WHERE ref IS NOT NULL"
        )

    def test_a_code_that_is_taken_names_the_record_and_the_field(self):
        self.make_unique()
        taken = self.env["res.partner"].create({"name": "Deco Addict", "ref": "D1"})
        self.put(partner(1, ref="D1"))
        error = self.fails(1)
        self.assertIsInstance(error, InvalidDataError)
        self.assertSays(
            error,
            '"Partner 1" (ID 1)',
            "Reference (ref)",
            "D1",
            "Deco Addict",
            f"res.partner {taken.id}",
            "test.res.partner.import.mapper",
        )

    def test_a_code_that_is_taken_names_them_at_an_update_too(self):
        self.make_unique()
        self.env["res.partner"].create({"name": "Deco Addict", "ref": "D1"})
        self.put(partner(1))
        self.run_one(1)
        self.put(partner(1, ref="D1", updated_at="2026-01-02 00:00:00"))
        self.assertSays(self.fails(1), "Reference (ref)", "Deco Addict")

    def test_a_record_that_another_transaction_created_is_tried_again(self):
        self.put(partner(1))
        with self.violated("(external_id)=(1)"):
            error = self.fails(1)
        self.assertIsInstance(error, RetryableJobError)
        self.assertTrue(error.seconds)
        self.assertSays(error, f"{PARTNER} 1", "another transaction")

    def violated(self, detail):
        """Make creations fail as if another transaction had been first."""

        class Diag:
            table_name = "test_res_partner"
            column_name = None
            constraint_name = "test_res_partner__backend_external_uniq"
            message_detail = f"Key {detail} already exists."
            message_primary = "duplicate key"

        class Violation(psycopg2.errors.UniqueViolation):
            diag = Diag

        def create_many(importer, values_list):
            raise Violation("duplicate key value violates")

        return self.hooked(_create_many=create_many)

    def test_a_constraint_that_cannot_be_searched_is_tried_again_once(self):
        self.make_unique("lower(ref)")
        self.env["res.partner"].create({"name": "Deco Addict", "ref": "D1"})
        self.put(partner(1, ref="d1"))
        job = self.env[PARTNER].with_delay().import_record(self.backend, 1)
        record = self.run_stored(job)
        self.assertEqual((record.state, record.retry), ("pending", 1))
        record = self.run_stored(job)
        self.assertEqual((record.state, record.retry), ("failed", 2))
        self.assertIn("(ID 1)", record.exc_message)


@tagged("post_install", "-at_install")
class TestRequiredErrors(ErrorCase):
    __test__ = True

    def test_a_required_field_without_value_is_named_before_anything_is_written(self):
        self.put({"id": 7, "name": None, "parent": None}, table=CATEGORY)
        model = type(self.env[CATEGORY])
        with patch.object(model, "create", side_effect=AssertionError("written")):
            error = self.fails(7, CATEGORY)
        self.assertIsInstance(error, InvalidDataError)
        mapper = self.component("import.mapper", CATEGORY)._name
        self.assertSays(
            error, " 7: ", "(name)", "required", mapper, "from name", "Test"
        )

    def test_so_it_is_at_an_update(self):
        self.put_tag(7)
        self.component("record.importer", CATEGORY).run(7)
        self.put({"id": 7, "name": False, "parent": None}, table=CATEGORY)
        self.assertSays(self.fails(7, CATEGORY), " 7: ", "(name)")
        self.assertEqual(self.found(7, CATEGORY).name, "Tag 7")

    def test_one_that_is_not_mapped_at_all_is_named_too(self):
        self.put_tag(7)

        def create_data(importer, map_record, **kwargs):
            return {}

        importer = type(self.component("record.importer", CATEGORY))
        with patch.object(importer, "_create_data", create_data, create=True):
            error = self.fails(7, CATEGORY)
        self.assertIsInstance(error, InvalidDataError)
        self.assertSays(error, '"Tag 7" (ID 7)', "(name)", "required")

    def test_others_of_the_chunk_are_imported(self):
        self.put_tag(1, 2)
        self.put({"id": 7, "name": None, "parent": None}, table=CATEGORY)
        importer = self.component("record.importer", CATEGORY)
        outcome = importer.import_many([1, 7, 2])
        self.assertEqual([item.external_id for item in outcome.failed], [7])

    def test_a_connector_that_creates_in_its_own_way_may_fill_it(self):
        self.put({"id": 7, "name": None, "parent": None}, table=CATEGORY)

        def create(importer, values):
            return GenericImporter._create(importer, {**values, "name": "Filled"})

        importer = type(self.component("record.importer", CATEGORY))
        with patch.object(importer, "_create", create, create=True):
            self.component("record.importer", CATEGORY).run(7)
        self.assertEqual(self.found(7, CATEGORY).name, "Filled")

    def test_false_is_a_value_of_fields_other_than_text(self):
        with self.mapped(active=False, color=0):
            self.put(partner(1))
            self.run_one(1)
        self.assertFalse(self.found(1).active)
