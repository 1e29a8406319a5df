# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The order of the steps by which external records are imported.

::

    check ids          an id that no database can hold fails
    lock               no other job imports the same records now
    read               one call of the adapter, unless the search has read them
    find bindings      one query (``_get_binding`` ⌇)
    read again         records that were synchronized after the search had read them
    find edits         unconfirmed edits, one query
    prepare        ⌇   skip, leave unchanged, or name the dependencies
    dependencies       imported by the importers of their models
    ┌ for each topological batch of the chunk:
    │ prefetch         what the mapper asks for, in few queries
    │ map         ⌇    values
    └ write       ⌇    create in one call, write what changed, bind

    ⌇ in a savepoint, one for both of map and write; in a chunk, bisected if it fails
      (``bisection.py``)

Each step goes over all records of the chunk before the next begins, so that the number
of queries does not grow with the number of records. A single record is a chunk of one,
which raises its error. Hooks see one record: the flow sets it before it calls them.

Invariants: an item with an outcome takes part in no further step. Map and write leave
nothing of a failed or skipped item in the database; its dependencies stay, and changes
that a hook made before them. The locks are held until the transaction ends.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from odoo import fields

from ...database import pg_try_advisory_locks
from ...exception import PartlyRead, PartlyUnreadable, RetryableJobError
from ...outcome import Outcome
from ..comparison.changes import imported_fingerprint
from ..external_id import can_be_stored, unstorable_id
from ..history.recorder import History, kept_by_savepoint
from ..session import Session, in_progress
from ..two_way.kept_edits import KeptEdits
from .aliases import find_aliases, handle_missing_record, is_alias_uptodate
from .bisection import StepRunner
from .dependencies import Dependencies, topological_batches
from .errors import explain
from .found import drop_outdated, take_found
from .items import ImportItem
from .writer import Writer


class ImportFlow:
    """Imports items by the hooks of a connector.

    :param hooks: the importer, or an object with the same hooks
    :param steps: runs a step, and decides what happens to an item that fails
    :param try_locks: takes those of the named locks that are free, and returns them
    """

    def __init__(
        self,
        hooks: Any,
        steps: StepRunner,
        dependencies: Dependencies,
        writer: Writer,
        edits: KeptEdits,
        try_locks: Callable[[Iterable[str]], set],
        now: Callable[[], Any],
    ) -> None:
        self._hooks = hooks
        self._steps = steps
        self._dependencies = dependencies
        self._writer = writer
        self._edits = edits
        self._try_locks = try_locks
        self._now = now
        self._session = Session.of(hooks.work)
        self._history = History(hooks)

    @classmethod
    def of(cls, hooks: Any, steps: type[StepRunner]) -> ImportFlow:
        """Return the flow of an importer."""
        edits, session = KeptEdits(hooks), Session.of(hooks.work)
        savepoint = partial(kept_by_savepoint, session, hooks.env.cr.savepoint)
        return cls(
            hooks,
            steps(savepoint, partial(explain, hooks)),
            Dependencies(hooks),
            Writer(hooks, edits),
            edits,
            try_locks=partial(pg_try_advisory_locks, hooks.env),
            now=fields.Datetime.now,
        )

    def run(self, items: list[ImportItem]) -> None:
        """Import the items: afterwards each has an outcome."""
        model_name, session, steps = self._hooks.model._name, self._session, self._steps
        with in_progress(session.importing, {(model_name, item.key) for item in items}):
            self._check_ids(items)
            self._lock(items)
            self._read(items)
            self._find_bindings(items)
            self._read_again(items)
            self._edits.find(items)
            steps.run(items, self._prepare)
            self._dependencies.import_all(items, steps.fail)
            for batch in topological_batches([item for item in items if item.pending]):
                self._dependencies.check_batch(batch, items)
                self._dependencies.prefetch(batch)
                self._hooks._prefetch(batch)
                steps.run(batch, self._map, self._writer.write_items)
                session.imported.update(item.outcome for item in batch)
        session.not_failed.update(
            (model_name, item.key) for item in items if item.outcome != Outcome.FAILED
        )
        self._history.note_items(items)
        if not session.importing:
            self._history.write()

    # -- steps ------------------------------------------------------------------

    def _check_ids(self, items: list[ImportItem]) -> None:
        for item in items:
            if not can_be_stored(item.key):
                error = unstorable_id(item.external_id, self._hooks.model._name)
                self._steps.fail(item, error)

    def _lock(self, items: list[ImportItem]) -> None:
        """Fail the records that another job imports now; they are tried again.

        A dry run writes nothing and takes no lock.
        """
        if self._session.recorder is not None:
            return
        names = {
            item.key: self._hooks._lock_name(item.external_id)
            for item in items
            if item.pending
        }
        taken = self._try_locks(names.values())
        for item in items:
            if not item.pending or names[item.key] in taken:
                continue
            error = RetryableJobError(
                f"Another job imports {self._hooks.model._name} {item.external_id} "
                f"from {self._hooks.backend_record.display_name} now.",
                seconds=random.randint(2, 5),
                ignore_retry=True,
            )
            error.lock_name = names[item.key]
            self._steps.fail(item, error)

    def _read(self, items: list[ImportItem]) -> None:
        unread = [item for item in items if item.pending and not item.external_record]
        if self._session.found:
            unread = take_found(self._session.found, self._hooks.model._name, unread)
        self._read_from_backend(unread)

    def _read_again(self, items: list[ImportItem]) -> None:
        """Read what was synchronized after the search for it had read it."""
        if any(item.found for item in items):
            sync_date = self._hooks.binder._sync_date_field
            self._read_from_backend(drop_outdated(sync_date, items))

    def _read_from_backend(self, unread: list[ImportItem]) -> None:
        if unread:
            read_at = self._now()
            for item in unread:
                item.read_at = read_at
            self._steps.run_reading(self._read_items, unread)

    def _read_items(self, items: list[ImportItem]) -> None:
        waiting, unreadable = None, {}
        try:
            records = self._hooks._read_many([item.external_id for item in items])
        except PartlyRead as error:
            # import the records that were read: a backend with a low limit would never
            # return all of them
            records, waiting = error.found, error
        except PartlyUnreadable as error:
            records, unreadable = error.found, error.errors
        by_key = {str(external_id): record for external_id, record in records.items()}
        for item in items:
            item.external_record = by_key.get(item.key)
            if item.external_id in unreadable:
                self._steps.fail(item, unreadable[item.external_id])
            elif waiting and item.external_record is None:
                item.fail(waiting)

    def _find_bindings(self, items: list[ImportItem]) -> None:
        hooks = self._hooks
        bindings = hooks.binder.to_internal_many(item.external_id for item in items)
        none = hooks.model.browse()
        for item in items:
            item.binding = bindings.get(item.external_id, none)
        if hooks._is_overridden("_get_binding"):
            self._steps.run(items, self._get_own_bindings)
        name = hooks.binder._external_field
        self._history.odoo_field = hooks.binder._odoo_field
        merged = [
            item
            for item in items
            if item.pending and item.binding and str(item.binding[name]) != item.key
        ]
        if merged:
            find_aliases(hooks, merged)

    def _get_own_bindings(self, items: list[ImportItem]) -> None:
        for item in items:
            self._hooks._item = item
            item.binding = self._hooks._get_binding()

    def _prepare(self, items: list[ImportItem]) -> None:
        """Find what needs no import; name the dependencies of the other items."""
        hooks = self._hooks
        for item in items:
            hooks._item = item
            if item.external_record is None:
                self._handle_missing(item)
                continue
            if not item.alias:
                hooks._check_is_same_record()
            if reason := hooks._must_skip():
                item.outcome = Outcome.SKIPPED
                item.reason = reason if isinstance(reason, str) else None
            elif self._is_uptodate(item):
                item.outcome = Outcome.UNCHANGED
                hooks._after_unchanged(item.binding)
            else:
                hooks._before_import()
                hooks._dependencies = []
                hooks._import_dependencies()
                item.dependencies = tuple(hooks._dependencies)

    def _handle_missing(self, item: ImportItem) -> None:
        """Handle a record that the backend does not have, and note why."""
        hooks = self._hooks
        self._history.note_existing(item)
        item.outcome = (
            handle_missing_record(hooks, item) or hooks._handle_missing_record()
        )
        if item.outcome == Outcome.SKIPPED and not item.reason:
            item.reason = hooks.env._(
                "%s does not have this record.", hooks.backend_record.display_name
            )

    def _is_uptodate(self, item: ImportItem) -> bool:
        if item.force or not item.binding:
            return False
        if item.alias:
            return is_alias_uptodate(self._hooks, item)
        return self._hooks._is_uptodate(item.binding)

    def _map(self, items: list[ImportItem]) -> None:
        hooks = self._hooks
        for item in items:
            hooks._item = item
            map_record = hooks._map_data()
            if item.binding:
                map_record.record = item.binding
                item.values = hooks._update_data(map_record)
            else:
                item.values = hooks._create_data(map_record)
            if hooks._skip_same_values or item.alias:
                values = item.values if item.binding else hooks._update_data(map_record)
                item.fingerprint = imported_fingerprint(values, hooks.model)
                if self._has_same_values(item):
                    item.outcome = Outcome.UNCHANGED
                    continue
            if item.binding:
                hooks._validate_update_data(item.values)
            else:
                hooks._validate_create_data(item.values)
            self._writer.check_required(item)

    def _has_same_values(self, item: ImportItem) -> bool:
        """Return whether the values are those of the last import."""
        if item.force or not item.binding:
            return False
        known = item.alias or item.binding
        return (
            "external_fingerprint" in known._fields
            and known.external_fingerprint == item.fingerprint
        )
