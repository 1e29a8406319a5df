# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Case of the order of an import, with fakes of a connector and its writer."""

from contextlib import contextmanager
from types import SimpleNamespace

from odoo.tests.common import BaseCase

from ..components.importer.bisection import BisectingStepRunner
from ..components.importer.flow import ImportFlow
from ..components.importer.items import Dependency, ImportItem
from ..exception import InvalidDataError
from ..outcome import Outcome

MODEL = "shop.order"


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
