# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Metrics in the text format of Prometheus, by the library ``prometheus_client``.

The labels are those of backends, models and kinds; none names a record. Counters only
grow: they are read from totals (``sync_total.py``), not from outcomes that are deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from odoo import api, models
from odoo.fields import Domain

from ...outcome import Outcome
from .condition import ERROR, Condition
from .health import Key
from .report import Backlog

OF_BACKEND = ("backend", "id")
#: {name without the prefix: (type, help, labels)}; a counter is exposed with "_total"
METRICS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "records": (
        "counter",
        "Records of ended jobs",
        (*OF_BACKEND, "model", "direction", "outcome"),
    ),
    "job_seconds": (
        "summary",
        "Duration of ended jobs with records",
        (*OF_BACKEND, "model", "direction"),
    ),
    "last_success_timestamp_seconds": (
        "gauge",
        "When the backend was last synchronized, or searched for changes",
        OF_BACKEND,
    ),
    "next_run_timestamp_seconds": ("gauge", "Next time of the schedule", OF_BACKEND),
    "backend_up": ("gauge", "0 if the backend has a condition “error”", OF_BACKEND),
    "conditions": (
        "gauge",
        "Conditions that need attention",
        (*OF_BACKEND, "kind", "severity"),
    ),
    "jobs": ("gauge", "Jobs that have not ended, by state", (*OF_BACKEND, "state")),
    "oldest_waiting_job_seconds": (
        "gauge",
        "Seconds for which the oldest waiting job could have started",
        OF_BACKEND,
    ),
    "open_errors": ("gauge", "Open errors by cause", (*OF_BACKEND, "cause")),
    "runner_up": ("gauge", "0 if jobs are not run", ()),
    "cron_up": ("gauge", "0 if scheduled actions are not run", ()),
    "request_budget_calls": (
        "counter",
        "Calls of backends with a request budget",
        (*OF_BACKEND, "budget"),
    ),
    "request_budget_waits": (
        "counter",
        "Calls that waited in their worker",
        (*OF_BACKEND, "budget"),
    ),
    "request_budget_wait_seconds": (
        "counter",
        "Seconds of these waits",
        (*OF_BACKEND, "budget"),
    ),
    "request_budget_postponed": (
        "counter",
        "Jobs that were postponed by a request budget",
        (*OF_BACKEND, "budget"),
    ),
    "request_budget_refused": (
        "counter",
        "Calls that a backend refused because of its limit",
        (*OF_BACKEND, "budget"),
    ),
}
PREFIX = "connector_"
_BUDGETS = ("calls", "waits", "wait_seconds", "postponed", "refused")

#: name, values of the labels, value
Sample = tuple[str, tuple[str, ...], Any]


class MetricsUnavailable(Exception):
    """The library is not installed."""


class ConnectorHealth(models.AbstractModel):
    _inherit = "connector.health"

    @api.model
    def _metrics(self) -> tuple[bytes, str]:
        """Return the metrics of all backends and their type; call it as superuser.

        :raise MetricsUnavailable: prometheus_client is not installed
        """
        try:
            import prometheus_client  # noqa: PLC0415 only where metrics are asked for
            from prometheus_client import exposition, metrics_core  # noqa: PLC0415
        except ImportError as error:
            raise MetricsUnavailable(
                "The metrics need the Python package prometheus-client, which is not "
                "installed. Run: pip install prometheus-client"
            ) from error
        registry = prometheus_client.CollectorRegistry(auto_describe=False)
        families = _build(metrics_core, self._find_samples())
        registry.register(_Collector(families))
        return exposition.generate_latest(registry), exposition.CONTENT_TYPE_LATEST

    @api.model
    def _find_samples(self) -> Iterator[Sample]:
        """Yield the samples of all metrics."""
        backends = self._find_backends()
        labels = {
            key: (backend.display_name, f"{backend._name},{backend.id}")
            for key, backend in backends.items()
        }
        conditions = self._find_conditions_of(backends)
        yield from self._sample_conditions(conditions, labels)
        totals = self.env["connector.sync.total"].sudo()._read_totals()
        yield from self._sample_totals(totals, labels)
        backlogs, errors = self._read_backlogs(), self._count_open_errors()
        successes = self._read_successes(totals)
        for key, backend in backends.items():
            of_backend = labels[key]
            backlog = backlogs.get(key, Backlog())
            for state in ("waiting", "postponed", "running"):
                yield "jobs", (*of_backend, state), getattr(backlog, state)
            yield "oldest_waiting_job_seconds", of_backend, backlog.oldest_seconds
            for cause, count in errors.get(key, {}).items():
                yield "open_errors", (*of_backend, cause), count
            for name, at in (
                ("last_success", successes.get(key)),
                ("next_run", self._next_run(backend)),
            ):
                if at:
                    seconds = at.timestamp()
                    yield f"{name}_timestamp_seconds", of_backend, seconds
        yield from self._sample_budgets(labels)

    @api.model
    def _sample_conditions(
        self, conditions: Iterable[Condition], labels: dict[Key, tuple[str, str]]
    ) -> Iterator[Sample]:
        counts: dict[tuple[str, ...], int] = {}
        down: set[Any] = set()
        for one in conditions:
            of_backend = labels.get(one.backend_key, ("", ""))
            sample = (*of_backend, one.kind, one.severity)
            counts[sample] = counts.get(sample, 0) + 1
            if one.severity == ERROR:
                down.add(one.backend_key if one.backend_model else one.kind)
        for sample, count in counts.items():
            yield "conditions", sample, count
        for key, of_backend in labels.items():
            yield "backend_up", of_backend, int(key not in down)
        yield "runner_up", (), int("runner" not in down)
        yield "cron_up", (), int("cron" not in down)

    @api.model
    def _sample_totals(
        self, totals: models.BaseModel, labels: dict[Key, tuple[str, str]]
    ) -> Iterator[Sample]:
        for total in totals:
            of_backend = labels.get((total.backend_model, total.backend_id))
            if not of_backend:
                continue
            series = (*of_backend, total.model_name, total.direction)
            for outcome in Outcome:
                yield "records", (*series, str(outcome)), total[outcome]
            yield "job_seconds", series, (total.jobs, total.seconds)

    @api.model
    def _sample_budgets(self, labels: dict[Key, tuple[str, str]]) -> Iterator[Sample]:
        for budget in self.env["connector.request.budget"].sudo().search(Domain.TRUE):
            key = (budget.backend_model, budget.backend_id)
            if budget.backend_id and key not in labels:
                continue
            # 0: several backends share the budget of one account
            of_backend = labels.get(key, ("", f"{budget.backend_model},0"))
            for name in _BUDGETS:
                sample = (*of_backend, budget.name)
                yield f"request_budget_{name}", sample, budget[name]


class _Collector:
    """Collector of metrics that are read once."""

    def __init__(self, families: list[Any]) -> None:
        self._families = families

    def collect(self) -> list[Any]:
        return self._families


def _build(metrics_core: Any, samples: Iterable[Sample]) -> list[Any]:
    """Return the metrics of prometheus_client with the samples."""
    classes = {
        "counter": metrics_core.CounterMetricFamily,
        "summary": metrics_core.SummaryMetricFamily,
        "gauge": metrics_core.GaugeMetricFamily,
    }
    families = {
        name: classes[kind](PREFIX + name, text, labels=labels)
        for name, (kind, text, labels) in METRICS.items()
    }
    for name, labels, value in samples:
        values = value if isinstance(value, tuple) else (value,)
        families[name].add_metric(labels, *values)
    return list(families.values())
