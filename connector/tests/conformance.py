# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the requirements that every connector meets, for one model.

.. code-block:: python

    class TestOrder(ImportConformance, ConnectorCase):
        backend_model = "shop.backend"
        conformance_model = "shop.sale.order"

        def external_record(self):
            return {"id": 42, "state": "open", ...}
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from types import MappingProxyType
from typing import Any
from unittest import SkipTest

from odoo import models

from odoo.addons.component.exception import NoComponentError
from odoo.addons.component.tests.common import new_rollbacked_env
from odoo.addons.queue_job.exception import JobError

from ..database import pg_try_advisory_lock
from ..exception import NetworkRetryableError, RetryableJobError
from ..testing import FakeSystem

#: fields that an import may write without having changed the record
BOOKKEEPING = frozenset(
    {"sync_date", "external_updated_at", "write_date", "write_uid", "__last_update"}
)


class Conformance:
    """Prepare an external system in memory with one record of a binding model.

    Mix it into a ``ConnectorCase``. The adapters of the connector use the system,
    or request it from a small HTTP service, see ``make_system``;
    ``prepare_system`` fills it with the records that this record refers to.
    """

    #: the binding model
    conformance_model: str
    #: the binding models of the records that this record refers to
    conformance_dependencies: tuple[str, ...] = ()
    #: keys of the external record that are not expected to come back, and the reason
    round_trip_ignore: Mapping[str, str] | Set[str] = frozenset()
    #: names of tests to skip, and the reason
    left_out: Mapping[str, str] = MappingProxyType({})

    # -- hooks of the author --------------------------------------------------

    def external_record(self) -> dict[str, Any]:
        """Return an external record, as the backend would send it."""
        raise NotImplementedError(
            f"{type(self).__name__} must return an external record of "
            f"{self.conformance_model} from external_record()."
        )

    def changed_external_record(self) -> dict[str, Any] | None:
        """Return the same record changed, None if this is not to be tested."""
        return None

    def make_system(self) -> FakeSystem:
        """Return the external system, which the connector uses from now on.

        By default it replaces the methods of the adapters.
        """
        return self.fake_system(self.conformance_model, *self.conformance_dependencies)

    def prepare_system(self, system: FakeSystem) -> None:
        """Add the records to the system that the record refers to."""

    def external_id_of(self, record: dict[str, Any]) -> Any:
        """Return the id of an external record."""
        return record[self.conformance_system.id_field]

    def import_record(self, external_id: Any, **kwargs: Any) -> Any:
        """Import a record as a job does."""
        model = self.env[self.conformance_model]
        return model.import_record(self.backend, external_id, **kwargs)

    # -- helpers --------------------------------------------------------------

    def setUp(self) -> None:
        super().setUp()
        self._check_left_out()
        if self._testMethodName in self.left_out:
            raise SkipTest(self.left_out[self._testMethodName])
        self.conformance_system = self.make_system()
        self.prepare_system(self.conformance_system)
        record = self.external_record()
        self.conformance_id = self.external_id_of(record)
        self.conformance_system.put(self.conformance_model, record)

    def _check_left_out(self) -> None:
        """Fail if a test is left out without a reason, or does not exist."""
        for name, reason in self.left_out.items():
            known = name.startswith("test_") and hasattr(self, name)
            self.assertTrue(known, f"left_out: there is no test {name!r}")
            self.assertTrue(reason.strip(), f"left_out: {name} needs a reason")

    def external_table(self) -> dict[Any, dict[str, Any]]:
        """Return ``{external id: external record}`` of the backend, as they are now."""
        return self.conformance_system.tables[self.conformance_model]

    def conformance_binding(self) -> models.BaseModel:
        binder = self.component("binder", self.conformance_model)
        return binder.to_internal(self.conformance_id)

    def all_bindings(self) -> models.BaseModel:
        model = self.env[self.conformance_model].with_context(active_test=False)
        return model.search([("backend_id", "=", self.backend.id)])

    def stored_values(self, binding: models.BaseModel) -> dict[str, Any]:
        """Return the stored values of a binding and of the record that it wraps."""
        self.env.flush_all()
        self.env.invalidate_all()
        names = [
            name
            for name, field in binding._fields.items()
            if (field.store or field.inherited) and name not in BOOKKEEPING
        ]
        return binding.read(names, load=None)[0]

    def assertSameValues(self, expected: dict[str, Any], found: dict[str, Any]) -> None:
        """Compare two external records key by key, as far as both have the key."""
        keys = (expected.keys() & found.keys()) - set(self.round_trip_ignore)
        self.assertTrue(keys, f"No key is common to {expected} and {found}")
        for key in sorted(keys):
            # an empty value has many forms, and an id may be text
            self.assertEqual(str(found[key] or ""), str(expected[key] or ""), key)


class ImportConformance(Conformance):
    """Test the import of one binding model."""

    def test_import_binds_the_record(self) -> None:
        self.import_record(self.conformance_id)
        binding = self.conformance_binding()
        self.assertEqual(len(binding), 1, "Nothing is bound after the import")
        binder = self.component("binder", self.conformance_model)
        self.assertEqual(
            str(binder.to_external(binding)),
            str(self.conformance_id),
            "The binding leads to another external record",
        )
        self.assertTrue(binder.unwrap_binding(binding), "The binding has no record")

    def test_importing_again_changes_nothing(self) -> None:
        self.import_record(self.conformance_id)
        bindings = self.all_bindings()
        before = self.stored_values(self.conformance_binding())
        for force in (False, True):
            self.import_record(self.conformance_id, force=force)
            self.assertEqual(self.all_bindings(), bindings, "A binding was added")
            self.assertEqual(
                self.stored_values(self.conformance_binding()),
                before,
                "Importing the same record again changed it",
            )

    def test_a_change_reaches_the_same_record(self) -> None:
        changed = self.changed_external_record()  # pylint: disable=E1128
        if changed is None:
            raise SkipTest("changed_external_record() returns None")
        self.import_record(self.conformance_id)
        binding = self.conformance_binding()
        before = self.stored_values(binding)
        self.conformance_system.put(self.conformance_model, changed)
        self.import_record(self.conformance_id)
        self.assertEqual(self.conformance_binding(), binding)
        self.assertNotEqual(
            self.stored_values(binding), before, "The change did not arrive"
        )

    def test_round_trip_gives_the_record_back(self) -> None:
        """An imported record, mapped for export, has the sent values, key by key."""
        self.import_record(self.conformance_id)
        binding = self.conformance_binding()
        try:
            mapper = self.component("export.mapper", self.conformance_model)
        except NoComponentError as error:
            raise SkipTest("there is no export.mapper") from error
        exported = mapper.map_record(binding).values()
        self.assertSameValues(self.external_record(), exported)

    def test_missing_record_makes_nothing(self) -> None:
        self.conformance_system.remove(self.conformance_model, self.conformance_id)
        try:
            self.import_record(self.conformance_id)
        except JobError as error:
            # said to be missing: the job is set to failed; but not retried forever
            self.assertNotIsInstance(error, RetryableJobError)
        self.assertFalse(self.all_bindings(), "A record that does not exist is bound")

    def test_import_is_retried_while_another_one_holds_the_record(self) -> None:
        importer = self.component("record.importer", self.conformance_model)
        if not hasattr(importer, "_lock_name"):
            raise SkipTest("the importer is not built on generic.importer")
        name = importer._lock_name(self.conformance_id)
        with new_rollbacked_env() as env:
            self.assertTrue(pg_try_advisory_lock(env, name))
            with self.assertRaises(RetryableJobError):
                self.import_record(self.conformance_id)
        self.import_record(self.conformance_id)
        self.assertTrue(self.conformance_binding())

    def test_import_is_retried_when_the_backend_fails_for_a_while(self) -> None:
        for operation in ("read", "read_many"):
            self.conformance_system.fail_next(
                operation, NetworkRetryableError("down for a while")
            )
        with self.assertRaises(RetryableJobError):
            self.import_record(self.conformance_id)
        self.assertFalse(self.all_bindings(), "Half a record is left")
