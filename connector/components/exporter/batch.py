# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from odoo import models

from odoo.addons.component.core import AbstractComponent

from ...database import commits_are_forbidden
from ...jobs.descriptions import name_of_model
from ...jobs.lifecycle import company_of
from ...outcome import Outcome
from ..session import Session
from .bulk import BulkExport
from .flow import run_exporter
from .queue import delay_export, export_priority


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
        size = self._find_chunk_size(kwargs)
        for start in range(0, len(bindings), size):
            self._export_chunk(bindings[start : start + size], **kwargs)
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

    def _find_chunk_size(self, options: dict) -> int:
        """Return how many records one call of the adapter gets, 1 without such calls.

        Also 1 if ``_export_record`` of a connector decides about each record.
        """
        own = ("generic.direct.batch.exporter", "generic.delayed.batch.exporter")
        registry = self.work.components_registry
        is_own = any(
            type(self)._export_record is registry[name]._export_record for name in own
        )
        if not is_own or options.keys() - {"run", "job_options", "fields"}:
            return 1
        adapters = self.many_components(usage=self._base_backend_adapter_usage)
        if len(adapters) != 1 or not hasattr(adapters[0], "bulk_operations"):
            return 1
        size = adapters[0]._records_per_bulk
        return size if adapters[0].bulk_operations() else 1

    def _export_chunk(self, bindings: models.BaseModel, **kwargs: Any) -> None:
        """Export the records of one call, now or later."""
        for binding in bindings:
            self._export_record(binding, **kwargs)

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

    def _export_chunk(self, bindings, run=None, fields=None, **kwargs):
        if len(bindings) == 1:
            options = {} if fields is None else {"fields": fields}
            return super()._export_chunk(bindings, run=run, **options, **kwargs)
        started_at, bulk = time.time(), BulkExport(self.work)
        Session.of(self.work).run = run
        bulk.run(bindings, fields)
        if not commits_are_forbidden(self.env.cr):
            self.env.cr.commit()  # pylint: disable=invalid-commit
        if run:
            note_exports(run, bulk.outcomes, started_at)
        if bulk.wait:
            raise bulk.wait
        for binding in [*(binding for binding, __ in bulk.failed), *bulk.rest]:
            self._export_chunk(binding, run=run, fields=fields, **kwargs)

    def _export_record(self, binding, job_options=None, run=None, **kwargs):
        exporter = self.component(usage="record.exporter")
        started_at = time.time()
        Session.of(self.work).run = run
        run_exporter(exporter, binding, **kwargs)
        if run:
            note_export(run, binding, outcome_of(exporter), started_at)


class DelayedBatchExporter(AbstractComponent):
    """Batch exporter that delays one job per record."""

    _name = "generic.delayed.batch.exporter"
    _inherit = "generic.batch.exporter"
    _usage = "delayed.batch.exporter"

    def _export_chunk(self, bindings, run=None, job_options=None, fields=None):
        if len(bindings) == 1:
            options = {} if fields is None else {"fields": fields}
            self._export_record(bindings, job_options, run, **options)
        else:
            delay_exports(bindings, fields, run, **(job_options or {}))

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
    note_exports(run, {outcome: binding.ids}, started_at)


def note_exports(
    run: models.BaseModel, outcomes: dict[str, list[int]], started_at: float
) -> None:
    """Add the outcomes of the exports of one job to its run."""
    counts = {outcome: len(ids) for outcome, ids in outcomes.items()}
    run._note_outcome(counts, started_at, outcomes)


def delay_exports(
    bindings: models.BaseModel,
    fields: Iterable[str] | None = None,
    run: models.BaseModel | None = None,
    **job_options: Any,
) -> Any:
    """Delay one ``export_chunk`` of several bindings of a backend."""
    backend = bindings.backend_id
    options = {
        "priority": export_priority(bindings),
        "description": bindings.env._(
            "Export %(count)s records of %(model)s to %(backend)s",
            count=len(bindings),
            model=name_of_model(bindings),
            backend=backend.display_name,
        ),
        **job_options,
    }
    bindings = bindings.with_company(company_of(backend))
    return bindings.with_delay(**options).export_chunk(fields=fields, run=run)
