# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Errors of the database, and of records that another one needs."""

from hashlib import sha256
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..components.importer.hooks import GenericImporter
from ..exception import (
    CredentialsRefused,
    DependencyFailed,
    InvalidDataError,
    NetworkRetryableError,
)
from .export_common import ExportCase
from .import_common import CATEGORY, INDUSTRY, partner
from .test_import_errors import ErrorCase

#: PostgreSQL cannot make it shorter
LONG = "".join(sha256(bytes([number])).hexdigest() for number in range(250))


@tagged("post_install", "-at_install")
class TestOtherDatabaseErrors(ErrorCase):
    __test__ = True

    def test_a_check_constraint_has_its_own_message(self):
        self.put(partner(1, name=None))
        error = self.fails(1)
        self.assertIsInstance(error, InvalidDataError)
        self.assertSays(error, "Contact 1: ", "name", "check_name", "mapper")

    def test_a_number_out_of_range_names_its_field(self):
        self.put(partner(1))
        with self.mapped(color=2**40):
            error = self.fails(1)
        self.assertIsInstance(error, InvalidDataError)
        self.assertSays(error, '"Partner 1" (ID 1)', "(color)", str(2**40))

    def test_a_value_that_is_too_long_names_the_record(self):
        self.env.cr.execute("ALTER TABLE res_partner ALTER email TYPE varchar(30)")
        self.put(partner(1, email=f"{'x' * 40}@example.com"))
        error = self.fails(1)
        self.assertIsInstance(error, InvalidDataError)
        self.assertSays(error, '"Partner 1" (ID 1)', "too long")

    def test_a_reference_to_nothing_names_record_and_key(self):
        self.put(partner(1))
        with self.mapped(industry_id=2**31 - 1):
            error = self.fails(1)
        self.assertIsInstance(error, InvalidDataError)
        self.assertSays(error, '"Partner 1" (ID 1)', "industry_id", str(2**31 - 1))

    def test_a_text_too_long_for_an_index_names_record_and_field(self):
        self.put(partner(1), partner(2, ref=LONG))
        outcome, __ = self.run_chunk([1, 2])
        self.assertEqual([item.external_id for item in outcome.failed], [2])
        error = self.fails(2)
        self.assertIsInstance(error, InvalidDataError)
        self.assertSays(error, '"Partner 2" (ID 2)', "(ref)", "index row")
        self.assertLess(len(str(error)), 1000)

    def test_an_external_id_too_long_for_an_index_fails_alone(self):
        self.put(partner(1), {**partner(2), "id": LONG})
        outcome, __ = self.run_chunk([1, LONG])
        (failed,) = outcome.failed
        self.assertEqual(failed.external_id, LONG)
        self.assertIsInstance(failed.error, InvalidDataError)
        self.assertLess(len(str(failed.error)), 1000)

    def test_one_of_them_in_a_chunk_leaves_the_others(self):
        self.put(*(partner(key) for key in range(1, 6)))
        self.put(partner(3, name=None))
        outcome, jobs = self.run_chunk(range(1, 6))
        self.assertEqual([item.external_id for item in outcome.failed], [3])
        self.assertIsInstance(outcome.failed[0].error, InvalidDataError)


@tagged("post_install", "-at_install")
class TestDependencyErrors(ErrorCase):
    __test__ = True

    def test_a_record_names_the_dependency_that_failed(self):
        self.put({"id": 7, "name": None, "code": "VIP", "parent": None}, table=CATEGORY)
        self.put(partner(1, tags=[7]))
        error = self.fails(1)
        self.assertIsInstance(error, DependencyFailed)
        self.assertSays(error, '"VIP" (ID 7)', "which failed", "(name)")

    def test_it_names_the_whole_way_to_it(self):
        self.put({"id": 7, "name": None, "parent": None}, table=CATEGORY)
        self.put({"id": 8, "name": "Child", "parent": 7}, table=CATEGORY)
        self.put(partner(1, tags=[8]))
        self.assertSays(self.fails(1), '"Child" (ID 8)', "7")

    def test_it_names_one_of_the_same_chunk(self):
        self.put(partner(1, name=None), partner(2, parent=1))
        outcome, _jobs = self.run_chunk([1, 2])
        child = next(item for item in outcome.items if item.external_id == 2)
        self.assertIsInstance(child.error, DependencyFailed)
        self.assertSays(child.error, "Contact 1", "which failed", "check_name")

    def test_one_that_is_tried_again_is_tried_again_with_it(self):
        self.put_industry(7)
        self.put(partner(1, industry=7))
        importer = type(self.component("record.importer", INDUSTRY))
        error = NetworkRetryableError("down", seconds=33, ignore_retry=True)

        def read_many(importer, external_ids):
            if importer.model._name == INDUSTRY:
                raise error
            return GenericImporter._read_many(importer, external_ids)

        with patch.object(importer, "_read_many", read_many, create=True):
            found = self.fails(1)
        self.assertIsInstance(found, NetworkRetryableError)
        self.assertEqual((found.seconds, found.ignore_retry), (33, True))
        self.assertSays(found, "Industry 7", "down")

    def test_refused_credentials_stay_what_they_are(self):
        self.put_industry(7)
        self.put(partner(1, industry=7))
        with self.refusing(INDUSTRY):
            self.assertIsInstance(self.fails(1), CredentialsRefused)

    def refusing(self, model):
        importer = type(self.component("record.importer", model))

        def must_skip(importer):
            if importer.model._name == model:
                raise CredentialsRefused("401")

        return patch.object(importer, "_must_skip", must_skip, create=True)


@tagged("post_install", "-at_install")
class TestExportErrors(ExportCase):
    def test_two_records_of_one_external_id_name_the_existing_binding(self):
        first, second = self.make_binding(name="Ada"), self.make_binding(name="Eve")
        self.exporter().run(first)
        exporter = self.exporter()
        with (
            patch.object(
                type(exporter),
                "_find_external_id",
                lambda exporter, values: first.external_id,
                create=True,
            ),
            mute_logger("odoo.sql_db"),
            self.assertRaises(InvalidDataError) as caught,
        ):
            exporter.run(second)
        message = str(caught.exception)
        self.assertIn(f"external id {first.external_id} is bound to Ada", message)
        self.assertIn(f"{second._name} {second.id} (Eve)", message)
        self.assertIn("(external_id)", message)
        self.assertNotIn("DETAIL", message)

    def test_a_record_that_is_bound_already_is_not_written_for_another_one(self):
        first, second = self.make_binding(name="Ada"), self.make_binding(name="Eve")
        self.exporter().run(first)
        for find in ("_find_external_id", "receipt", "alias"):
            with self.subTest(find), self.env.cr.savepoint() as savepoint:
                self.exports_as(second, first, find)
                self.assertEqual(self.remote(first)["name"], "Ada")
                savepoint.rollback()

    def exports_as(self, second, first, find):
        """Export a record by the external id of another, which is refused."""
        exporter, external_id = self.exporter(), first.external_id
        if find == "receipt":
            claim = patch.object(
                type(self.env["connector.export.receipt"]),
                "_claim",
                lambda *args: external_id,
            )
        else:
            if find == "alias":
                external_id = "77"
                first.has_aliases = True
                self.env["connector.external.alias"].create(
                    {
                        "model_name": first._name,
                        "binding_id": first.id,
                        "backend_model": self.backend._name,
                        "backend_id": self.backend.id,
                        "external_id": external_id,
                    }
                )
            claim = patch.object(
                type(exporter),
                "_find_external_id",
                lambda *args: external_id,
                create=True,
            )
        with (
            claim,
            self.assertRaisesRegex(
                InvalidDataError, f"external id {external_id} is bound to Ada"
            ),
        ):
            exporter.run(second)
        self.assertFalse(exporter.external_id)

    def test_a_dependency_whose_binding_cannot_be_made_names_what_is_in_the_way(self):
        taken = self.make_binding("test.export.category", name="VIP", external_id="9")
        category = self.env["res.partner.category"].create({"name": "New"})
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(InvalidDataError) as caught,
        ):
            self.exporter()._export_dependency(
                category, taken._name, binding_extra_vals={"external_id": "9"}
            )
        self.assertIn("external id 9 is bound to VIP", str(caught.exception))
