# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest import SkipTest
from unittest.mock import patch
from uuid import uuid4

from odoo.tests import tagged

from ..outcome import Outcome
from .common import TestConnectorCase
from .conformance import ImportConformance
from .import_common import partner

PARTNER = "test.res.partner"
CATEGORY = "test.res.partner.category"
INDUSTRY = "test.res.partner.industry"


@tagged("post_install", "-at_install")
class TestPartnerConformance(ImportConformance, TestConnectorCase):
    """The models of the suite conform."""

    __test__ = True
    conformance_model = PARTNER
    round_trip_ignore = {"updated_at": "the backend sets it"}  # noqa: RUF012

    def prepare_system(self, system):
        system.put(CATEGORY, {"id": 5, "name": "Tag", "parent": None})
        system.put(INDUSTRY, {"id": 6, "name": "Mining"})
        system.put(PARTNER, partner(7))

    def external_record(self):
        return partner(1, ref="R1", tags=[5], industry=6, parent=7)

    def changed_external_record(self):
        return partner(
            1, name="New", parent=7, tags=[], updated_at="2026-02-01 00:00:00"
        )

    def all_bindings(self):
        return super().all_bindings().filtered(lambda found: found.external_id != "7")


@tagged("post_install", "-at_install")
class TestConformanceFinds(ImportConformance, TestConnectorCase):
    """The tests fail for importers that do not conform."""

    __test__ = True
    conformance_model = CATEGORY

    def external_record(self):
        return {
            "id": 5,
            "name": "Tag",
            "parent": None,
            "updated_at": "2026-01-01 00:00:00",
        }

    def changed_external_record(self):
        return {
            **self.external_record(),
            "name": "Changed",
            "updated_at": "2026-02-01 00:00:00",
        }

    def assertFound(self, test, message, **hooks):
        """Check that a test fails for an importer with these hooks."""
        importer_class = type(self.component("record.importer", CATEGORY))
        with patch.multiple(importer_class, create=True, **hooks):
            with self.assertRaisesRegex(AssertionError, message):
                test()

    def test_importer_that_binds_nothing_is_found(self):
        self.assertFound(
            self.test_import_binds_the_record,
            "Nothing is bound",
            _must_skip=lambda importer: "always",
        )

    def test_importer_that_changes_on_each_import_is_found(self):
        self.assertFound(
            self.test_importing_again_changes_nothing,
            "Importing the same record again changed it",
            _update_data=lambda importer, map_record, **kwargs: {
                "color": importer.binding.color + 1
            },
        )

    def test_importer_that_makes_something_of_nothing_is_found(self):
        def handle_missing(importer):
            importer.model.create(
                {
                    "name": "Ghost",
                    "backend_id": importer.backend_record.id,
                    "external_id": importer.external_id,
                }
            )
            return Outcome.SKIPPED

        self.assertFound(
            self.test_missing_record_makes_nothing,
            "A record that does not exist is bound",
            _handle_missing_record=handle_missing,
        )

    def test_importer_without_lock_is_found(self):
        self.assertFound(
            self.test_import_is_retried_while_another_one_holds_the_record,
            "RetryableJobError not raised",
            _lock_name=lambda importer, external_id: str(uuid4()),
        )

    def test_importer_that_hides_a_failing_backend_is_found(self):
        def read_many(importer, external_ids):
            return {}

        self.assertFound(
            self.test_import_is_retried_when_the_backend_fails_for_a_while,
            "RetryableJobError not raised",
            _read_many=read_many,
        )

    def test_import_that_loses_a_value_is_found(self):
        def create_data(importer, map_record, **kwargs):
            return {"name": "Something else"}

        self.assertFound(
            self.test_round_trip_gives_the_record_back,
            "Something else",
            _create_data=create_data,
        )


@tagged("post_install", "-at_install")
class TestLeftOut(TestPartnerConformance):
    """A connector may leave out a test, if it says why."""

    left_out = {  # noqa: RUF012
        "test_missing_record_makes_nothing": "the shop keeps all records"
    }
    round_trip_ignore = frozenset({"updated_at"})

    def test_the_reason_is_that_of_the_skipped_test(self):
        with self.assertRaisesRegex(SkipTest, "the shop keeps all records"):
            with patch.object(
                self, "_testMethodName", "test_missing_record_makes_nothing"
            ):
                self.setUp()

    def test_a_test_that_does_not_exist_cannot_be_left_out(self):
        self.left_out = {"test_round_tripp": "a slip of the pen"}
        with self.assertRaisesRegex(AssertionError, "no test 'test_round_tripp'"):
            self.setUp()

    def test_a_reason_is_required(self):
        self.left_out = {"test_missing_record_makes_nothing": " "}
        with self.assertRaisesRegex(AssertionError, "needs a reason"):
            self.setUp()
