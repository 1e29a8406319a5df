# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Exports of several bindings, with one request for their creations or updates.

.. code-block:: text

    binding 1   load  dependencies  lock  map ─┐                ┌─ bind
    binding 2   load  dependencies  lock  map ─┼─ create_many ──┼─ bind
    binding 3   load  skipped                  │                │
    binding 4   load  needs binding 1          └─ receipts left ┘
                └── next round: load  dependencies  lock  map ── write_many ── bind

Each record runs the steps of its exporter, in a savepoint up to its request and in
another one afterwards. The ids of a call are left as receipts before any of its records
continues. Nothing else is committed before the end of the job.

A record that fails is named in ``failed``, for a separate job. If the backend asks to
wait, or if a failing record may have taken exported dependencies back, the records that
are not finished are left in ``rest``, for another job: it sees all receipts, which this
transaction does not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from odoo import models

from ...exception import (
    ConnectorException,
    CredentialsRefused,
    FatalError,
    IDMissingInBackend,
    NoConnectorUnitError,
    RetryableJobError,
    SkipError,
    UnreadableAnswer,
)
from ...jobs.lifecycle import asks_to_wait, keeps_dependencies
from ...outcome import Outcome
from ..history.recorder import History, kept_by_savepoint
from ..importer.bisection import concerns_the_job
from ..session import Session
from .bulk_calls import create_many, write_many
from .dependencies import WaitsForBulk
from .flow import Request, Steps, run_exporter

#: errors of the job, not of one record, besides bugs and lost transactions
_OF_JOB = (CredentialsRefused, NoConnectorUnitError, UnreadableAnswer)
#: errors of a call that one of its records may have caused
_OF_RECORDS = (FatalError, IDMissingInBackend, SkipError, ConnectorException)
#: hooks that an operation of the adapter replaces
_HOOKS = {"create_many": "_create", "write_many": "_update"}


class _Stopped(Exception):
    """The records that are not finished need another job."""


class BulkItem:
    """One binding on its way to the backend."""

    def __init__(self, binding: models.BaseModel, exporter: Any, steps: Steps) -> None:
        self.binding = binding
        self.exporter = exporter
        self.steps = steps
        self.key = (binding._name, binding.id)
        #: the request that waits for its answer; stays afterwards
        self.request: Request | None = None
        #: receipt of an external id that a call has given
        self.receipt_id: int | None = None


class BulkExport:
    """Export of several bindings of one model, as far as one job can do it."""

    def __init__(self, work: Any) -> None:
        self._work, self._session = work, Session.of(work)
        self._adapter: Any = None
        self._exporter: Any = None
        self._fields: Iterable[str] | None = None
        #: bindings that are not begun, or have to wait for another one
        self._pending: dict[tuple[str, int], models.BaseModel] = {}
        #: items whose request is not answered
        self._waiting: list[BulkItem] = []
        #: receipts of bound records
        self._bound: dict[int, tuple] = {}
        #: ``{outcome: ids of the bindings}``
        self.outcomes: dict[str, list[int]] = defaultdict(list)
        #: records that need separate jobs
        self.failed: list[tuple[models.BaseModel, Exception]] = []
        #: records for another job, and the error because of which it has to wait
        self.rest: list[models.BaseModel] = []
        self.wait: RetryableJobError | None = None

    def run(
        self, bindings: models.BaseModel, fields: Iterable[str] | None = None
    ) -> None:
        """Export bindings that exist.

        :raise RetryableJobError: nothing was exported, try again later
        """
        session, self._fields = self._session, fields
        self._pending = {(each._name, each.id): each for each in bindings}
        session.is_bulk_export, session.in_bulk = True, set(self._pending)
        try:
            while self._pending:
                self._run_round()
        except _Stopped:
            self.rest += [item.binding for item in self._waiting]
            self.rest += self._pending.values()
        finally:
            for item in self._waiting:
                item.steps.close()
                _restore_claimed(item)
            session.is_bulk_export, session.in_bulk = False, set()
        if self.wait and not (self.outcomes or session.sent_dependencies):
            raise self.wait
        if session.history:
            History(self._exporter).write()
        if self._bound:
            receipts = self._work.env["connector.export.receipt"].sudo()
            receipts._drop_after_commit(self._bound)

    def _run_round(self) -> None:
        """Export the records that need no other one of the same round."""
        pending_count = len(self._pending)
        for key in list(self._pending):
            self._begin(key)
        if len(self._pending) == pending_count:
            # they need each other: the next one exports those that it needs
            self._session.in_bulk.clear()
        while self._waiting:
            self._send()

    # -- one record -------------------------------------------------------------

    def _begin(self, key: tuple[str, int]) -> None:
        """Run a record up to its request."""
        self._session.in_bulk.discard(key)
        self._exporter = exporter = self._work.component(usage="record.exporter")
        if self._adapter is None:
            self._adapter = exporter.backend_adapter
        binding = self._pending.pop(key)
        item = BulkItem(binding, exporter, self._steps_of(exporter, binding))
        self._advance(item, lambda: next(item.steps))

    def _steps_of(self, exporter: Any, binding: models.BaseModel) -> Steps:
        if not hasattr(exporter, "_bulk_steps"):
            return _run_alone(exporter, binding, self._fields)
        hooks = [_HOOKS[name] for name in self._adapter.bulk_operations()]
        return exporter._bulk_steps(binding, hooks, self._fields)

    def _answer(self, item: BulkItem, answer: Any) -> None:
        """Continue a record with the answer to its request."""
        self._waiting.remove(item)
        self._session.in_bulk.discard(item.key)
        if isinstance(answer, Exception):
            self._advance(item, lambda: item.steps.throw(answer))
        else:
            self._advance(item, lambda: item.steps.send(answer))

    def _advance(self, item: BulkItem, move: Callable[[], Request]) -> None:
        """Run a record to its next request or its end, in a savepoint."""
        session, exported = self._session, set(self._session.exported)
        try:
            with kept_by_savepoint(session, self._work.env.cr.savepoint):
                note = self._move(item, move)
        except Exception as error:
            if isinstance(error, _OF_JOB) or concerns_the_job(error):
                raise
            if item.request:
                # the savepoint that has claimed the receipt is released
                _restore_claimed(item)
            if asks_to_wait(error):
                self._stop(item, error)
            self.failed.append((item.binding, error))
            if session.exported != exported:
                raise _Stopped from error
        else:
            note()

    def _move(self, item: BulkItem, move: Callable) -> Callable[[], None]:
        """Return what to note once the savepoint is released."""
        try:
            item.request = move()
        except StopIteration:
            return lambda: self._note_done(item)
        except WaitsForBulk:
            return lambda: self._note_pending(item)
        except RetryableJobError as error:
            if not keeps_dependencies(error):
                raise
            return lambda kept=error: self._stop(item, kept)
        return lambda: self._note_waiting(item)

    def _note_done(self, item: BulkItem) -> None:
        outcome = getattr(item.exporter, "outcome", None) or Outcome.UPDATED
        self.outcomes[outcome].append(item.binding.id)
        if item.receipt_id:
            self._bound[item.receipt_id] = item.exporter._flow.external_ids.bound_as()

    def _note_pending(self, item: BulkItem) -> None:
        self._pending[item.key] = item.binding
        self._session.in_bulk.add(item.key)

    def _note_waiting(self, item: BulkItem) -> None:
        self._waiting.append(item)
        self._session.in_bulk.add(item.key)

    def _stop(self, item: BulkItem, error: RetryableJobError) -> None:
        self.wait = error
        self.rest.append(item.binding)
        raise _Stopped from error

    # -- many records -------------------------------------------------------------

    def _send(self) -> None:
        """Send the creations that wait, or else the updates."""
        items = [item for item in self._waiting if item.request.hook == "_create"]
        send = create_many if items else write_many
        items = items or list(self._waiting)
        for item, answer in zip(items, self._call(send, items), strict=True):
            self._answer(item, answer)

    def _call(self, send: Callable, items: list[BulkItem]) -> list[Any]:
        """Return an answer or an exception for each item."""
        try:
            return send(self._work, self._adapter, items)
        except _OF_JOB:
            raise
        except RetryableJobError as error:
            self.wait = error
            raise _Stopped from error
        except _OF_RECORDS as error:
            # because of one of the records, perhaps: each gets a separate job
            return [_for_each(error)] * len(items)


def _for_each(error: Exception) -> Exception:
    """Return an error of a call for its records: it must skip none of them."""
    if not isinstance(error, SkipError):
        return error
    failure = ConnectorException(str(error))
    failure.__cause__ = error
    return failure


def _run_alone(exporter: Any, binding: models.BaseModel, fields: Any) -> Steps:
    """Run an exporter that does not yield requests."""
    return run_exporter(exporter, binding, fields=fields)
    yield


def _restore_claimed(item: BulkItem) -> None:
    flow = getattr(item.exporter, "_flow", None)
    if flow is not None:
        flow.external_ids.restore_claimed()
