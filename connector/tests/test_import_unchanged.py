# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timezone
from unittest.mock import patch

from odoo.tests import tagged

from ..components.comparison.changes import fingerprint
from ..exception import InvalidDataError
from ..outcome import Outcome
from .import_common import PARTNER, ImporterCase, partner


@tagged("post_install", "-at_install")
class TestSkipSameValues(ImporterCase):
    """The backend does not return when a record was changed."""

    __test__ = True

    def setUp(self):
        super().setUp()
        self.enterContext(self.hooked(_skip_same_values=True))
        self.put(partner(1, updated_at=None))
        self.assertEqual(self.run_one(1).outcome, Outcome.CREATED)
        self.binding = self.found(1)

    def test_a_local_edit_stays_while_the_remote_value_is_the_same(self):
        self.binding.email = "mine@example.com"
        self.assertEqual(self.run_one(1).outcome, Outcome.UNCHANGED)
        self.assertEqual(self.binding.email, "mine@example.com")

    def test_a_remote_change_is_written(self):
        self.binding.email = "mine@example.com"
        self.put(partner(1, name="New", updated_at=None))
        self.assertEqual(self.run_one(1).outcome, Outcome.UPDATED)
        self.assertEqual(self.binding.name, "New")
        self.assertEqual(self.binding.email, "1@example.com")
        self.assertEqual(self.run_one(1).outcome, Outcome.UNCHANGED)

    def test_force_writes_what_is_the_same_there(self):
        self.binding.email = "mine@example.com"
        self.assertEqual(self.run_one(1, force=True).outcome, Outcome.UPDATED)
        self.assertEqual(self.binding.email, "1@example.com")

    def test_same_values_are_not_written_at_all(self):
        with self.hooked(_update=None, _bookkeeping_values=None, _after_import=None):
            self.assertEqual(self.run_one(1).outcome, Outcome.UNCHANGED)

    def test_only_create_values_are_not_compared(self):
        """They exist when the record is created, and not afterwards."""
        original = type(self.importer)._create_data

        def create_data(importer, map_record, **kwargs):
            return {**original(importer, map_record, **kwargs), "ref": "first"}

        self.put(partner(2, updated_at=None))
        with self.hooked(_create_data=create_data):
            self.assertEqual(self.run_one(2).outcome, Outcome.CREATED)
            self.assertEqual(self.run_one(2).outcome, Outcome.UNCHANGED)

    def test_fingerprint_is_of_the_values_only(self):
        values = {"a": [(6, 0, [1])], "b": {2, 1}, "c": b"x", "d": 1.5}
        self.assertEqual(
            fingerprint(values), fingerprint(dict(reversed(list(values.items()))))
        )
        self.assertNotEqual(fingerprint(values), fingerprint({**values, "d": 1.6}))


@tagged("post_install", "-at_install")
class TestLastChange(ImporterCase):
    """Each backend writes times in its own way."""

    __test__ = True

    def last_change(self, value):
        return self.hooked(_external_updated_at=lambda importer: value)

    def test_any_usual_time_shows_that_nothing_changed(self):
        noon = datetime(2026, 1, 2, 12)
        self.put(partner(1))
        with self.last_change("2026-01-02T13:00:00+01:00"):
            self.assertEqual(self.run_one(1).outcome, Outcome.CREATED)
        self.assertEqual(self.found(1).external_updated_at, noon)
        same = (
            "2026-01-02T12:00:00Z",
            noon,
            noon.replace(tzinfo=timezone.utc),
            noon.replace(tzinfo=timezone.utc).timestamp(),
        )
        for value in same:
            with self.last_change(value), self.subTest(value=value):
                self.assertEqual(self.run_one(1).outcome, Outcome.UNCHANGED)

    def test_a_zero_date_says_nothing(self):
        self.put(partner(1))
        for value in ("0000-00-00 00:00:00", "0001-01-01T00:00:00Z", datetime.min):
            with self.last_change(value), self.subTest(value=value):
                self.run_one(1)
                self.assertFalse(self.found(1).external_updated_at)

    def test_an_invalid_time_is_reported(self):
        self.put(partner(1))
        for value in ("yesterday", True, "2026-13-01", 1e20, object()):
            with self.last_change(value), self.subTest(value=value):
                with self.assertRaisesRegex(InvalidDataError, "last change: expected"):
                    self.run_one(1)


@tagged("post_install", "-at_install")
class TestGroupedUpdates(ImporterCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        self.put(*(partner(key) for key in range(1, 7)))
        self.run_chunk(range(1, 7))

    def change(self, key, **values):
        self.put(partner(key, updated_at="2026-02-01 00:00:00", **values))

    def test_the_same_change_of_many_records_is_one_write(self):
        for key in (1, 2, 3):
            self.change(key, ref="R")
        self.change(4, name="Other")
        written = []
        model = type(self.env[PARTNER])
        original = model.write

        def write(bindings, values):
            if "sync_date" not in values:
                written.append((bindings.mapped("external_id"), values))
            return original(bindings, values)

        with patch.object(model, "write", write):
            outcome, _jobs = self.run_chunk(range(1, 7))
        self.assertEqual(outcome.counts, {Outcome.UPDATED: 4, Outcome.UNCHANGED: 2})
        self.assertEqual(
            written, [(["1", "2", "3"], {"ref": "R"}), (["4"], {"name": "Other"})]
        )
        self.assertEqual(self.found(3).ref, "R")

    def test_an_overridden_update_gets_each_record_alone(self):
        for key in (1, 2):
            self.change(key, ref="R")
        updated = []

        def update(importer, binding, values):
            updated.append((importer.external_id, binding.external_id, values))

        with self.hooked(_update=update):
            self.run_chunk([1, 2])
        self.assertEqual(updated, [(1, "1", {"ref": "R"}), (2, "2", {"ref": "R"})])

    def test_conflicts_are_left_out_of_the_group(self):
        for key in (1, 2, 3):
            self.change(key, ref="R")

        def may_overwrite(importer, binding):
            return importer.external_id != 2

        with self.hooked(_may_overwrite=may_overwrite):
            outcome, _jobs = self.run_chunk([1, 2, 3])
        self.assertEqual(
            self.outcomes(outcome),
            {1: Outcome.UPDATED, 2: Outcome.SKIPPED, 3: Outcome.UPDATED},
        )
        self.assertFalse(self.found(2).ref)

    def test_poisoned_record_leaves_the_others_of_its_group(self):
        for key in range(1, 7):
            self.change(key, ref="R")
        model = type(self.env["res.partner"])
        original = model.write

        def write(partners, values):
            if values.get("ref") and "Partner 5" in partners.mapped("name"):
                raise ValueError("poison")
            return original(partners, values)

        with patch.object(model, "write", write):
            outcome, jobs = self.run_chunk(range(1, 7))
        self.assertEqual(outcome.counts, {Outcome.UPDATED: 5, "failed": 1})
        self.assertEqual([job.args[1] for job in jobs], [5])
        self.assertEqual(self.found(6).ref, "R")
