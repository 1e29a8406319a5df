# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The order of an import, with fakes: no database, no registry, no component."""

from ..components.importer.bisection import StepRunner
from ..components.session import Session
from ..exception import InvalidDataError, NetworkRetryableError, PartlyRead
from ..outcome import Outcome
from .import_flow_case import MODEL, FlowCase


class Binding(dict):
    """A bound record; ``fresh`` if it has the version of the backend."""

    _fields = ("external_id",)


class TestOrder(FlowCase):
    def test_each_step_goes_over_all_records_before_the_next(self):
        self.assertEqual(self.flow("a", "b"), {"a": "created", "b": "created"})
        self.assertEqual(
            self.calls,
            [
                ("read", "a", "b"),
                ("find", "a", "b"),
                *(("same", "a"), ("skip", "a"), ("before", "a")),
                *(("same", "b"), ("skip", "b"), ("before", "b")),
                ("prefetch", "a", "b"),
                *(("map", "a"), ("map", "b")),
                ("write", "a", "b"),
            ],
        )
        self.assertEqual((self.savepoints, self.rollbacks), (2, 0))

    def test_the_dependencies_of_an_item_are_written_in_an_earlier_batch(self):
        self.hooks.needs = {"child": ["parent"]}
        self.flow("child", "parent")
        written = [call for call in self.calls if call[0] in ("map", "write")]
        self.assertEqual(
            written,
            [
                ("map", "parent"),
                ("write", "parent"),
                ("map", "child"),
                ("write", "child"),
            ],
        )

    def test_a_record_with_an_outcome_takes_part_in_no_further_step(self):
        self.hooks.bindings = {"old": Binding(external_id="old", fresh=True)}
        self.assertEqual(
            self.flow("old", "deleted", "skipped", "new"),
            {
                "old": "unchanged",
                "deleted": "removed",
                "skipped": "skipped",
                "new": "created",
            },
        )
        self.assertIn(("unchanged", "old"), self.calls)
        self.assertIn(("write", "new"), self.calls)
        self.assertEqual(
            [call for call in self.calls if call[0] == "map"], [("map", "new")]
        )

    def test_force_imports_what_is_up_to_date(self):
        self.hooks.bindings = {"old": Binding(external_id="old", fresh=True)}
        self.assertEqual(self.flow("old", force=True), {"old": "updated"})

    def test_the_session_knows_what_was_imported_and_is_in_progress(self):
        session = Session.of(self.hooks.work)
        in_progress = []
        self.hooks._prefetch = lambda items: in_progress.append(set(session.importing))
        self.hooks.bad = {"b"}
        self.flow("a", "b")
        self.assertEqual(in_progress, [{(MODEL, "a"), (MODEL, "b")}])
        self.assertEqual(session.importing, set())
        self.assertEqual(session.not_failed, {(MODEL, "a")})
        self.assertEqual(session.imported, {Outcome.CREATED: 1, Outcome.FAILED: 1})


class TestFailures(FlowCase):
    def test_a_failing_record_is_bisected_out(self):
        keys = [str(number) for number in range(8)]
        self.hooks.bad = {"5"}
        outcomes = self.flow(*keys)
        self.assertEqual(outcomes.pop("5"), "failed")
        self.assertEqual(set(outcomes.values()), {"created"})
        # of 8, of 4, of 2, of the record itself, and of the search for it
        self.assertEqual(self.rollbacks, 5)
        (written,) = [call for call in self.calls if call[0] == "write"]
        self.assertEqual(written, ("write", *"0123467"))
        self.assertIsInstance(self.items[5].error, InvalidDataError)

    def test_records_that_fail_only_together_are_imported_in_halves(self):
        map_data, failures = self.hooks._map_data, [InvalidDataError("not alone")]

        def fail_once():
            if failures:
                raise failures.pop()
            return map_data()

        self.hooks._map_data = fail_once
        self.assertEqual(self.flow("a", "b"), {"a": "created", "b": "created"})
        written = [call for call in self.calls if call[0] == "write"]
        self.assertEqual(written, [("write", "a"), ("write", "b")])

    def test_a_record_that_needs_a_failed_one_fails_and_is_not_mapped(self):
        self.hooks.needs, self.hooks.bad = {"child": ["parent"]}, {"parent"}
        outcomes = self.flow("child", "parent", "other")
        self.assertEqual(
            outcomes, {"child": "failed", "parent": "failed", "other": "created"}
        )
        self.assertNotIn(("map", "child"), self.calls)

    def test_a_locked_record_is_not_read_and_waits(self):
        self.held = {"lock a"}
        self.assertEqual(self.flow("a", "b"), {"a": "failed", "b": "created"})
        self.assertIn(("read", "b"), self.calls)
        self.assertTrue(self.items[0].is_waiting)
        self.assertEqual(self.items[0].error.lock_name, "lock a")

    def test_a_dry_run_takes_no_lock(self):
        Session.of(self.hooks.work).recorder = object()
        self.held = {"lock a"}
        self.assertEqual(self.flow("a"), {"a": "created"})

    def test_records_read_before_the_backend_asked_to_wait_are_imported(self):
        def read_many(external_ids):
            wait = NetworkRetryableError("429", seconds=9, ignore_retry=True)
            raise PartlyRead({"a": {"id": "a"}}, wait)

        self.hooks._read_many = read_many
        self.assertEqual(self.flow("a", "b"), {"a": "created", "b": "failed"})
        self.assertEqual(self.items[1].error.seconds, 9)

    def test_an_id_that_no_database_can_hold_fails(self):
        self.assertEqual(self.flow("a\0", "b"), {"a\0": "failed", "b": "created"})

    def test_a_single_record_raises_its_error(self):
        self.hooks.bad = {"a"}
        with self.assertRaisesRegex(InvalidDataError, "a is bad"):
            self.flow("a", steps=StepRunner)
        self.assertEqual(self.rollbacks, 1)

    def test_a_single_record_has_a_savepoint_before_and_after_its_dependencies(self):
        self.assertEqual(self.flow("a", steps=StepRunner), {"a": "created"})
        self.assertEqual((self.savepoints, self.rollbacks), (2, 0))
