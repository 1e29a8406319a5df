# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Collect the history of the records that a job synchronizes; store it in one query.

::

    import flow ─┐ note_items      the outcome of each item that is not unchanged
    its dependencies ┘
    export flow ── note_export     the values that were sent
         │
         ▼
    Session.history ──► write      one INSERT, at the end of the outermost flow

The flows do this, not the jobs: imports by a direct call of an importer have a history,
too. Rows that a rolled back savepoint has noted are dropped with it
(``kept_by_savepoint``). A dry run stores nothing.

History never stops a synchronization: a value that cannot be read has no text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from odoo import models
from odoo.exceptions import MissingError

from ...binding_models import wrapped_record
from ...http.secrets import MASK
from ...jobs.lifecycle import EDIT_PRIORITY, WEBHOOK_PRIORITY
from ...outcome import Outcome
from ..external_id import storable_text
from ..importer.items import ImportItem
from ..session import Session
from .values import name_of, plain_value

#: context key: the name of a record that is deleted before its job runs
RECORD_NAME = "connector_record_name"
#: longest texts of a row
MAX_NAME = 200
MAX_REASON = 2000

_LENGTHS = {"record_name": MAX_NAME, "reason": MAX_REASON, "external_id": MAX_REASON}

_TRIGGERS = {WEBHOOK_PRIORITY: "webhook", EDIT_PRIORITY: "edit"}


@contextmanager
def kept_by_savepoint(
    session: Session, savepoint: Callable[[], AbstractContextManager]
) -> Iterator[None]:
    """Open a savepoint; if it is rolled back, drop what was noted since."""
    noted = len(session.history)
    try:
        with savepoint():
            yield
    except BaseException:
        del session.history[noted:]
        raise


class History:
    """History of the records that components of one work context synchronize.

    :param component: an importer, an exporter or a deleter
    """

    def __init__(self, component: Any) -> None:
        self._component = component
        self._session = Session.of(component.work)
        #: field of a binding with the record that it wraps; the flows set it
        self.odoo_field = "odoo_id"

    @property
    def _backend(self) -> Any:
        """Return the backend; flows of other collections have no history."""
        return getattr(self._component.work, "collection", None)

    # -- import -----------------------------------------------------------------

    def note_items(self, items: Iterable[ImportItem]) -> None:
        """Note the imported items, except unchanged ones and those that only wait."""
        session = self._session
        is_stored = isinstance(self._backend, models.BaseModel)
        if session.recorder is not None or not is_stored:
            return
        for item in items:
            outcome = item.outcome
            if outcome is Outcome.UNCHANGED or item.is_waiting:
                continue
            if outcome is Outcome.FAILED and session.had_failed:
                continue  # the first failure is noted already
            session.history.append(self._row_of_item(item))
        if session.had_failed:
            self._supersede(items)

    def _supersede(self, items: Iterable[ImportItem]) -> None:
        """Mark the noted failures of items that have not failed again."""
        backend, model = self._backend, self._component.model
        done = [item.key for item in items if item.outcome is not Outcome.FAILED]
        if done:
            changes = self._component.env["connector.sync.change"]
            changes._supersede(backend, model._name, external_ids=done)

    def _row_of_item(self, item: ImportItem) -> dict[str, Any]:
        is_removed = item.outcome is Outcome.REMOVED
        row = {
            "external_id": item.key,
            "direction": "removal" if is_removed else "import",
            "outcome": item.outcome,
            "record_name": item.name,
        }
        if item.binding:
            self._name_record(row, item)
        if row["record_name"] is None:
            row["record_name"] = self._guess_name(item)
        if item.outcome is Outcome.UPDATED:
            row["changes"] = self._changes_of(item)
        if reason := item.error or item.reason or item.note:
            row["reason"] = str(reason)
        return self._of_model(row)

    def _name_record(self, row: dict[str, Any], item: ImportItem) -> None:
        """Add the record of an item, and its name unless it is known or deleted."""
        row["binding_id"] = item.binding.id
        if item.record is None:
            item.record = self._wrapped(item.binding)
            row["record_name"] = name_of(item.record)
        row["res_model"], row["res_id"] = item.record._name, item.record.id

    def note_existing(self, item: ImportItem) -> None:
        """Note the record and the name of an item that is about to be removed."""
        if item.binding and self._session.recorder is None:
            item.record = self._wrapped(item.binding)
            item.name = name_of(item.record)

    def _wrapped(self, binding: models.BaseModel) -> models.BaseModel:
        """Return the record of a binding, the binding if it wraps nothing.

        Also if a hook has deleted the binding: then its record cannot be read.
        """
        try:
            return wrapped_record(binding, self.odoo_field)
        except MissingError:
            return binding

    def _guess_name(self, item: ImportItem) -> str | None:
        """Return the name of a record that is not in Odoo, of its mapped values.

        A record that is skipped before it is mapped has the value that a plain row of
        the mapper would map.
        """
        wanted = getattr(self._component.model, "_rec_name", None)
        name = (item.values or {}).get(wanted) or self._external_name(item, wanted)
        return name if isinstance(name, str) and name else None

    def _external_name(self, item: ImportItem, wanted: str | None) -> Any:
        record = item.external_record
        if not isinstance(record, Mapping):
            return None
        for mapper in self._component.many_components(usage="import.mapper")[:1]:
            for source, target in mapper.direct:
                if target == wanted and isinstance(source, str):
                    return record.get(source)
        return None

    @staticmethod
    def _changes_of(item: ImportItem) -> dict[str, list[Any]]:
        changes = {}
        for name, old in item.held_before.items():
            new = item.held_after.get(name)
            if old == new and name in item.described_lines:
                new = item.described_lines[name]
            if old != new or old == MASK:
                changes[name] = [old, new]
        return changes

    # -- export -----------------------------------------------------------------

    def note_export(
        self,
        binding: models.BaseModel,
        outcome: str,
        external_id: Any,
        values: Mapping[str, Any] | None = None,
        reason: str | None = None,
    ) -> None:
        """Note the export of a binding, unless nothing was sent."""
        if outcome == Outcome.UNCHANGED:
            return
        row = {
            "external_id": None if external_id is None else str(external_id),
            "direction": "export",
            "outcome": outcome,
            "reason": reason,
            "binding_id": binding.id,
        }
        if binding.exists():
            record = self._wrapped(binding)
            row["record_name"] = name_of(record)
            row["res_model"], row["res_id"] = record._name, record.id
        if isinstance(values, Mapping):
            row["changes"] = {
                str(name): [None, plain_value(str(name), value)]
                for name, value in values.items()
            }
        self._session.history.append(self._of_model(row))

    def note_deletion(
        self, external_id: Any, outcome: str, reason: str, name: str | None
    ) -> None:
        """Note the deletion of an external record whose binding was deleted."""
        row = {
            "external_id": str(external_id),
            "direction": "deletion",
            "outcome": outcome,
            "reason": reason,
            "record_name": name,
        }
        self._session.history.append(self._of_model(row))

    # -- stored -----------------------------------------------------------------

    def _of_model(self, row: dict[str, Any]) -> dict[str, Any]:
        row["model_name"] = self._component.model._name
        return row

    def write(self) -> None:
        """Store what was noted, by one statement."""
        rows, self._session.history = self._session.history, []
        component = self._component
        backend = self._backend
        if not rows or not isinstance(backend, models.BaseModel):
            return
        rows = [_storable(row) for row in rows]
        component.env["connector.sync.change"]._append(rows, self._common(backend))

    def _common(self, backend: models.BaseModel) -> dict[str, Any]:
        """Return the values that all rows of a job have."""
        run, job = self._session.run, self._session.job
        return self._component.env["connector.sync.change"]._common_values(
            backend,
            run_id=run.id if run else None,
            trigger=_TRIGGERS.get(job.priority) if job else None,
            job_uuid=job.uuid if job else None,
        )


def _storable(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row whose texts are short enough, and that PostgreSQL can store."""
    for name, length in _LENGTHS.items():
        if row.get(name):
            row[name] = storable_text(str(row[name])[:length])
    for name, values in list((row.get("changes") or {}).items()):
        row["changes"][storable_text(name)] = [
            storable_text(value) if isinstance(value, str) else value
            for value in values
        ]
    return row
