# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from typing import Any

from odoo import models

from odoo.addons.component.core import AbstractComponent

from ..export_requests import delay_export


class BatchExporter(AbstractComponent):
    """Find the bindings that match a domain and have each exported."""

    _name = "generic.batch.exporter"
    _inherit = "base.exporter"
    _usage = "batch.exporter"

    def run(self, filters: list | None = None, **kwargs: Any) -> int:
        """Export what matches the domain and return how many bindings that are.

        ``kwargs`` travel on to each export.
        """
        bindings = self._find_bindings(filters)
        for binding in bindings:
            self._export_record(binding, **kwargs)
        return len(bindings)

    def _find_bindings(self, filters: list | None) -> models.BaseModel:
        """Return the backend's bindings in the domain, archived or not."""
        backend_domain = [(self.binder._backend_field, "=", self.backend_record.id)]
        bindings = self.model.with_context(active_test=False).search(
            backend_domain + list(filters or [])
        )
        return bindings.with_context(self.env.context)

    def _export_record(
        self,
        binding: models.BaseModel,
        job_options: dict | None = None,
        **kwargs: Any,
    ) -> None:
        """Export one record, now or later."""
        raise NotImplementedError


class DirectBatchExporter(AbstractComponent):
    """Export at once. Each export ends with a commit of its own."""

    _name = "generic.direct.batch.exporter"
    _inherit = "generic.batch.exporter"
    _usage = "direct.batch.exporter"

    def _export_record(
        self,
        binding: models.BaseModel,
        job_options: dict | None = None,
        **kwargs: Any,
    ) -> None:
        self.component(usage="record.exporter").run(binding, **kwargs)


class DelayedBatchExporter(AbstractComponent):
    """Delay one job for each record."""

    _name = "generic.delayed.batch.exporter"
    _inherit = "generic.batch.exporter"
    _usage = "delayed.batch.exporter"

    def _export_record(
        self,
        binding: models.BaseModel,
        job_options: dict | None = None,
        **kwargs: Any,
    ) -> None:
        delay_export(binding, **kwargs, **(job_options or {}))
