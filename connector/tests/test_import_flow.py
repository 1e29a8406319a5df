# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The order of an import, with fakes: no database, no registry, no component."""

from contextlib import contextmanager
from types import SimpleNamespace

from odoo.tests.common import BaseCase

from ..components.importer.bisection import BisectingStepRunner, StepRunner
from ..components.importer.flow import ImportFlow
from ..components.importer.items import Dependency, ImportItem
from ..components.session import Session
from ..exception import InvalidDataError, NetworkRetryableError, PartlyRead
from ..outcome import Outcome

MODEL = "shop.order"


class Binding(dict):
    """A bound record; ``fresh`` if it has the version of the backend."""

    _fields = ("external_id",)


class Hooks:
    """A connector that records which hook was called for which record."""

    _skip_same_values = False

    def __init__(self):
        self.work = SimpleNamespace(_propagate_kwargs=[])
        self.model = SimpleNamespace(_name=MODEL, browse=lambda: None)
        self.backend_record = SimpleNamespace(display_name="Shop")
        self.binder = SimpleNamespace(
            _external_field="external_id",
            _odoo_field="odoo_id",
            to_internal_many=self.find_bindings,
        )
        self.bindings = {}
        self.calls = []
        self.bad = ()
        self.needs = {}
        self._item = None

    def find_bindings(self, external_ids):
        self.calls.append(("find", *external_ids))
        return self.bindings

    def _is_overridden(self, *names):
        return False

    def _lock_name(self, external_id):
        return f"lock {external_id}"

    def _read_many(self, external_ids):
        self.calls.append(("read", *external_ids))
        return {key: {"id": key} for key in external_ids if key != "deleted"}

    def _check_is_same_record(self):
        self.note("same")

    def _must_skip(self):
        self.note("skip")
        return self._item.external_id == "skipped"

    def _is_uptodate(self, binding):
        return "fresh" in binding

    def _after_unchanged(self, binding):
        self.note("unchanged")

    def _handle_missing_record(self):
        return Outcome.REMOVED

    def _before_import(self):
        self.note("before")

    def _import_dependencies(self):
        for key in self.needs.get(self._item.external_id, ()):
            self._dependencies.append(Dependency(MODEL, key))

    def _prefetch(self, items):
        self.calls.append(("prefetch", *(item.external_id for item in items)))

    def _map_data(self):
        self.note("map")
        if self._item.external_id in self.bad:
            raise InvalidDataError(f"{self._item.external_id} is bad")
        return SimpleNamespace()

    def _create_data(self, map_record):
        return {"is": "new"}

    def _update_data(self, map_record):
        return {"is": "known"}

    def _validate_create_data(self, values):
        pass

    def _validate_update_data(self, values):
        pass

    def note(self, hook):
        self.calls.append((hook, self._item.external_id))


class Dependencies:
    """Dependencies that are all in the chunk."""

    def import_all(self, items, fail):
        for item in items:
            item.after.update(
                dependency.external_id for dependency in item.dependencies
            )

    def check_batch(self, batch, items):
        failed = {item.key for item in items if item.error}
        for item in batch:
            if item.after & failed:
                item.fail(InvalidDataError("its dependency failed"))

    def prefetch(self, batch):
        pass


class Writer:
    def __init__(self, calls):
        self.calls = calls

    def check_required(self, item):
        pass

    def write_items(self, items):
        self.calls.append(("write", *(item.external_id for item in items)))
        for item in items:
            item.outcome = Outcome.UPDATED if item.binding else Outcome.CREATED


class FlowCase(BaseCase):
    def setUp(self):
        super().setUp()
        self.hooks = Hooks()
        self.calls = self.hooks.calls
        self.held = set()
        self.savepoints = self.rollbacks = 0

    @contextmanager
    def savepoint(self):
        self.savepoints += 1
        try:
            yield
        except Exception:
            self.rollbacks += 1
            raise

    def flow(self, *keys, steps=BisectingStepRunner, **options):
        """Import records; return ``{external id: outcome}``."""
        self.items = [ImportItem(key, **options) for key in keys]
        ImportFlow(
            self.hooks,
            steps(self.savepoint, lambda item, error: error),
            Dependencies(),
            Writer(self.calls),
            SimpleNamespace(find=lambda items: None),
            try_locks=lambda names: set(names) - self.held,
            now=lambda: None,
        ).run(self.items)
        return {item.external_id: item.outcome.value for item in self.items}


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
