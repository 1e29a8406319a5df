# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every log line of a job names its backend, model, run and job.

::

    … INFO shop odoo.addons.connector.…: Imported 3 records \
backend=shop.backend,1 backend_name="Shop" model=shop.product run=12 job=0f9c…

The values are attributes of the log record, too, for handlers that write JSON:
``connector_backend``, ``connector_backend_name``, ``connector_model``,
``connector_run``, ``connector_job``. Odoo's format ends with ``%(perf_info)s``, which
is empty for all lines but those of requests; there the values are shown.

They are kept in a context variable while the job is performed. Outside of a job, a log
line costs one look at this variable.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

Values = dict[str, Any]

_values: ContextVar[Values | None] = ContextVar("connector_log_values", default=None)
PREFIX = "connector_"


@contextmanager
def logging_as(uuid: str, model: str, run: int | None) -> Iterator[None]:
    """Name the job in all log lines of the block, in this thread."""
    known = _values.get()
    if known is not None and known["job"] == uuid:
        yield  # an outer block names it, and its backend
        return
    token = _values.set(
        {"backend": None, "backend_name": None, "model": model, "run": run, "job": uuid}
    )
    try:
        yield
    finally:
        _values.reset(token)


def log_backend(backend: str, name: str | None) -> None:
    """Name the backend in the log lines that follow in the block."""
    if (values := _values.get()) is not None:
        values.update(backend=backend, backend_name=name)


def log_values() -> Values | None:
    """Return what the log lines of this thread name, None outside of jobs."""
    return _values.get()


def log_in_thread(values: Values | None) -> None:
    """Name the same in all log lines of this thread, which works for one job."""
    _values.set(values)


def describe(values: Values) -> str:
    """Return the values as text: ``name=value``, texts of users in quotes."""
    texts = dict(values)
    if name := values["backend_name"]:
        texts["backend_name"] = json.dumps(name, ensure_ascii=False)
    return " ".join(f"{name}={text}" for name, text in texts.items() if text)


def install() -> None:
    """Extend the log records of this process, once."""
    factory = logging.getLogRecordFactory()
    if getattr(factory, "names_jobs", False):
        return

    def make(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = factory(*args, **kwargs)
        if (values := _values.get()) is not None:
            for name, value in values.items():
                setattr(record, PREFIX + name, value)
            record.perf_info = describe(values)
        return record

    make.names_jobs = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(make)


install()
