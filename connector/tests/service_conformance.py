# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Conformance of a whole connector, against a small HTTP service.

.. code-block:: python

    class TestOrder(ServiceConformance, ConnectorCase):
        backend_model = "shop.backend"
        conformance_model = "shop.sale.order"
        records_path = Path(__file__).with_name("records.json")
        service_tables = {"orders": "shop.sale.order"}
        changes = {"state": "done"}
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..testing import FakeSystem, grant_access
from .conformance import ImportConformance
from .export_conformance import ExportConformance


class ServiceConformance(ImportConformance, ExportConformance):
    """Test import and export through the connector's own adapter.

    A file of records is served, see :class:`.json_service.JsonService`; the field
    ``url`` of the backend gets the address of the service, which accepts any token:
    adapters with OAuth 2.0 get one. The first record of the model's table is the one
    that is imported.
    """

    #: the address is that of the service, from the set-up of each test on
    backend_values = {"name": "Test", "url": "http://localhost"}
    #: JSON file of the records: ``{path: [record, …]}``
    records_path: Path
    #: the binding models by the path of their records
    service_tables: dict[str, str]
    #: values by which the external record changes
    changes: dict[str, Any] = {}

    def make_system(self) -> FakeSystem:
        service = self.json_service(self.service_tables, self.records_path)
        self.backend.url = service.url
        for model_name in self.service_tables.values():
            grant_access(self.component("backend.adapter", model_name))
        if "state" in self.backend._fields:
            self.backend.state = "checked"  # another server makes it a draft
        records = service.system.tables[self.conformance_model]
        self._first_record = next(iter(records.values()))
        return service.system

    def external_record(self) -> dict[str, Any]:
        return dict(self._first_record)

    def changed_external_record(self) -> dict[str, Any] | None:
        return {**self._first_record, **self.changes} if self.changes else None

    def test_all_records_of_the_service_arrive(self) -> None:
        """Import changes as the administrator does: a search, then jobs."""
        admin = self.env.ref("base.user_admin")
        model = self.env[self.conformance_model].with_user(admin)
        with self.trap_jobs() as trap:
            model.import_changes(self.backend.with_user(admin))
            self.run_jobs(trap)
        self.assertEqual(
            set(self.all_bindings().mapped("external_id")),
            {str(external_id) for external_id in self.external_table()},
        )
