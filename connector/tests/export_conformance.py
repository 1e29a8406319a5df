# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests that every exporter must pass: inherit them for a model.

.. code-block:: python

    class TestOrder(ImportConformance, ExportConformance, ConnectorCase):
        backend_model = "shop.backend"
        conformance_model = "shop.sale.order"

        def external_record(self):
            return {"id": 42, "state": "open", ...}
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from unittest import SkipTest

from odoo import models

from ..exception import NetworkRetryableError, RetryableJobError
from .conformance import Conformance


class ExportConformance(Conformance):
    """Test the export of one binding model.

    A local record is created with the values that the import mapper returns for
    ``external_record()``, unless the author overrides them, and exported by the jobs of
    the binding model.
    """

    #: whether a listener exports edits, and deletions
    exports_edits = True
    exports_deletions = True

    # -- hooks of the author -----------------------------------------------

    def record_values(self) -> dict[str, Any]:
        """Return the values of the local record.

        The dependencies of the external record are imported for it.
        """
        self._import_dependencies()
        return self._imported_values(self.external_record(), for_create=True)

    def edited_values(self) -> dict[str, Any] | None:
        """Return the values of a later edit, None if edits are not tested."""
        changed = self.changed_external_record()  # pylint: disable=E1128
        return changed and self._imported_values(changed)

    # -- helpers --------------------------------------------------------------

    def setUp(self) -> None:
        super().setUp()
        self._external_ids_before = set(self.external_table())

    def exported_records(self) -> dict[Any, dict[str, Any]]:
        """Return ``{external id: external record}`` that the test has added."""
        return {
            external_id: record
            for external_id, record in self.external_table().items()
            if external_id not in self._external_ids_before
        }

    def _import_dependencies(self) -> None:
        """Import the external record, and keep only its dependencies."""
        self.import_record(self.conformance_id)
        binding = self.conformance_binding().with_context(connector_no_export=True)
        record = self.component("binder", self.conformance_model).unwrap_binding(
            binding
        )
        binding.unlink()
        record.unlink()

    def _imported_values(
        self, external_record: dict[str, Any], **options: Any
    ) -> dict[str, Any]:
        mapper = self.component("import.mapper", self.conformance_model)
        values = mapper.map_record(external_record).values(**options)
        return {
            name: value
            for name, value in values.items()
            if name not in ("backend_id", "external_id")
        }

    def make_exported_binding(self) -> models.BaseModel:
        """Return the binding of a record that was created locally and exported."""
        binding = self._make_binding()
        binding.export_record()
        self.env.cr.precommit.clear()
        return binding

    def _make_binding(self) -> models.BaseModel:
        return self.env[self.conformance_model].create(
            {**self.record_values(), "backend_id": self.backend.id}
        )

    def _edited_values(self) -> dict[str, Any]:
        values = self.edited_values()
        if values is None:
            raise SkipTest("changed_external_record() returns None")
        return values

    def assertExported(self, binding: models.BaseModel) -> None:
        """Check that the backend has one record, with the values of the binding."""
        self.assertEqual(
            [str(external_id) for external_id in self.exported_records()],
            [binding.external_id],
            "The backend must have the record once, with the id that is bound",
        )
        mapper = self.component("export.mapper", self.conformance_model)
        (exported,) = self.exported_records().values()
        self.assertSameValues(mapper.map_record(binding).values(), exported)

    def jobs_of_listener(self, trap, method_name: str) -> list:
        """Return the jobs of a method that wait once the transaction is committed."""
        self.env.cr.flush()
        return [job for job in trap.enqueued_jobs if job.method_name == method_name]

    # -- tests ----------------------------------------------------------------

    def test_export_creates_the_record_once(self) -> None:
        binding = self.make_exported_binding()
        self.assertExported(binding)
        binding.export_record()
        self.assertExported(binding)

    def test_an_edit_is_exported_to_the_same_record(self) -> None:
        binding = self.make_exported_binding()
        before = deepcopy(self.exported_records())
        binding.write(self._edited_values())
        binding.export_record()
        self.assertExported(binding)
        self.assertNotEqual(
            self.exported_records(), before, "The edit did not arrive in the backend"
        )

    def test_a_failing_export_is_retried_and_creates_once(self) -> None:
        binding = self._make_binding()
        self.conformance_system.fail_next(
            "create", NetworkRetryableError("down for a while")
        )
        with self.assertRaises(RetryableJobError):
            binding.export_record()
        self.assertFalse(binding.external_id, "Bound to a record that was not created")
        binding.export_record()
        self.assertExported(binding)

    def test_an_edit_delays_one_export(self) -> None:
        if not self.exports_edits:
            raise SkipTest("exports_edits is False")
        binding = self.make_exported_binding()
        with self.trap_jobs() as trap:
            for name, value in self._edited_values().items():
                binding[name] = value
            jobs = self.jobs_of_listener(trap, "export_record")
            self.assertEqual(len(jobs), 1, "An edit delays one export")
            self.run_jobs(trap)
        self.assertExported(binding)

    def test_an_import_is_not_exported(self) -> None:
        with self.trap_jobs() as trap:
            self.import_record(self.conformance_id)
            jobs = self.jobs_of_listener(trap, "export_record")
            self.assertFalse(jobs, "An imported value is sent back")

    def test_a_deletion_is_exported(self) -> None:
        if not self.exports_deletions:
            raise SkipTest("exports_deletions is False")
        binding = self.make_exported_binding()
        with self.trap_jobs() as trap:
            binding.unlink()
            jobs = self.jobs_of_listener(trap, "export_delete_record")
            self.assertEqual(len(jobs), 1, "A deletion delays one job")
            self.run_jobs(trap)
        self.assertFalse(self.exported_records(), "The backend still has the record")
