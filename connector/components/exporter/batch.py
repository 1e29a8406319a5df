# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import time
from typing import Any

from odoo import models

from odoo.addons.component.core import AbstractComponent

from ...outcome import Outcome
from .queue import delay_export


class BatchExporter(AbstractComponent):
    """Exporter of all bindings in a domain."""

    _name = "generic.batch.exporter"
    _inherit = "base.exporter"
    _usage = "batch.exporter"

    def run(self, filters: list | None = None, run: Any = None, **kwargs: Any) -> int:
        """Export the bindings in a domain, and return how many they are.

        :param run: the run to which the outcomes are added
        :param kwargs: passed on to each export
        """
        if run:
            kwargs["run"] = run
        bindings = self._find_bindings(filters)
        for binding in bindings:
            self._export_record(binding, **kwargs)
        if run:
            run._set_found(len(bindings))
        return len(bindings)

    def _find_bindings(self, filters: list | None) -> models.BaseModel:
        """Return the backend's bindings in the domain, archived or not."""
        backend_domain = [(self.binder._backend_field, "=", self.backend_record.id)]
        bindings = self.model.with_context(active_test=False).search(
            backend_domain + list(filters or [])
        )
        return bindings.with_env(self.env)

    def _export_record(
        self, binding: models.BaseModel, job_options: dict | None = None, **kwargs: Any
    ) -> None:
        """Export one record, now or later."""
        raise NotImplementedError


class DirectBatchExporter(AbstractComponent):
    """Batch exporter that exports each record now, and commits it."""

    _name = "generic.direct.batch.exporter"
    _inherit = "generic.batch.exporter"
    _usage = "direct.batch.exporter"

    def _export_record(self, binding, job_options=None, run=None, **kwargs):
        exporter = self.component(usage="record.exporter")
        started_at = time.time()
        exporter.run(binding, **kwargs)
        if run:
            note_export(run, binding, outcome_of(exporter), started_at)


class DelayedBatchExporter(AbstractComponent):
    """Batch exporter that delays one job per record."""

    _name = "generic.delayed.batch.exporter"
    _inherit = "generic.batch.exporter"
    _usage = "delayed.batch.exporter"

    def _export_record(self, binding, job_options=None, run=None, **kwargs):
        job = delay_export(binding, run=run, **kwargs, **(job_options or {}))
        if run and isinstance(job, models.BaseModel):
            # an equal job waits already, and is not of this run
            note_export(run, binding, Outcome.SKIPPED, time.time())


def outcome_of(exporter: Any) -> str:
    """Return the outcome of an export, *updated* if the exporter has none."""
    return getattr(exporter, "outcome", None) or Outcome.UPDATED


def note_export(
    run: models.BaseModel, binding: models.BaseModel, outcome: str, started_at: float
) -> None:
    """Add the outcome of one export to its run."""
    run._note_outcome({outcome: 1}, started_at, {outcome: binding.ids})
