# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import logging
import random
from collections.abc import Iterable
from typing import Any

from odoo import fields

from odoo.addons.component.core import AbstractComponent

from ...database import pg_try_advisory_locks
from ...exception import PartlyRead, RetryableJobError
from ...jobs.lifecycle import asks_to_wait, clamp_wait
from ..comparison.changes import imported_fingerprint
from ..external_id import can_be_stored, unstorable_id
from .bisection import Step, concerns_the_job, isolate
from .items import FAILED, SKIPPED, UNCHANGED, ChunkOutcome, ImportItem, generations

_logger = logging.getLogger(__name__)


def _lock_names(items: list[ImportItem]) -> list[str]:
    """Return the locks that the items wait for."""
    names = {getattr(item.error, "lock_name", None) for item in items}
    return sorted(name for name in names if name)


def _waiting_arguments(items: list[ImportItem]) -> dict[str, Any]:
    """Return the arguments of a job by which it knows that records only wait."""
    return {"waited": len(items), "waits_for": _lock_names(items)} if items else {}


class GenericImporter(AbstractComponent):
    """Import external records: one flow for a single record and for a chunk.

    Lock, read, find the bindings, skip what is up to date, dependencies, map,
    write, bind. Each step goes over all the records before the next begins, so
    that the number of queries does not grow with the number of records.
    """

    _name = "generic.importer"
    _inherit = [
        "generic.importer.dependencies",
        "generic.importer.aliases",
        "generic.importer.writes",
    ]
    _usage = "record.importer"

    def run(
        self, external_id: Any, force: bool = False, record: Any = None, **kwargs: Any
    ) -> ChunkOutcome:
        """Import one record, and raise what goes wrong.

        :param force: import it even if it is up to date
        :param record: the external record, if it was read already
        """
        item = ImportItem(external_id, external_record=record, force=force)
        self._import_items([item], quarantine=False)
        return ChunkOutcome((item,))

    def run_chunk(
        self,
        external_ids: Iterable[Any],
        force: bool = False,
        retries_left: int = 5,
        **job_kwargs: Any,
    ) -> ChunkOutcome:
        """Import several records and delay those that fail.

        Those that only came at a bad moment are tried again together, until that has
        helped none of them a few times; each of the others gets a job of its own,
        which tells its error. ``job_kwargs`` travel on to these jobs.
        """
        outcome = self.import_many(external_ids, force)
        self._note_pause(outcome)
        early = [
            item for item in outcome.failed if isinstance(item.error, RetryableJobError)
        ]
        if not retries_left or len(early) == 1:
            early = []
        if early:
            tried = len(outcome.failed) - len(outcome.waiting)
            if tried and len(outcome.failed) == len(outcome.items):
                retries_left -= 1
            self._delay_again(
                early, force=force, retries_left=retries_left, **job_kwargs
            )
        for item in outcome.failed:
            if item not in early:
                self._delay_alone(item, force=force, **job_kwargs)
        return outcome

    def _delay_again(self, items: list[ImportItem], **job_kwargs: Any) -> None:
        """Import some records of a chunk a little later, together."""
        external_ids = [item.external_id for item in items]
        waiting = [item for item in items if item.is_waiting]
        self.model.with_delay(
            eta=max(clamp_wait(item.error.seconds) or 0 for item in items),
            description=self.env._(
                "Import %(count)s records of %(model)s from %(backend)s again",
                count=len(items),
                model=self.model._description,
                backend=self.backend_record.display_name,
            ),
        ).import_chunk(
            self.backend_record,
            external_ids,
            had_failed=len(items),
            **_waiting_arguments(waiting),
            **job_kwargs,
        )

    def _delay_alone(self, item: ImportItem, **job_kwargs: Any) -> None:
        """Have a failed record imported under its own name.

        No job can store an external id that no database can hold: it is only told.
        """
        _logger.log(
            logging.INFO if item.is_waiting else logging.WARNING,
            "%s %s of %s was taken out of its chunk: %s",
            self.model._name,
            item.external_id,
            self.backend_record.display_name,
            item.error,
            exc_info=None if item.is_waiting else item.error,
        )
        if not can_be_stored(item.key):
            return
        waiting = [item] if item.is_waiting else []
        self.model.with_delay(
            eta=clamp_wait(getattr(item.error, "seconds", None)),
            description=self.env._(
                "Import %(model)s %(external_id)s from %(backend)s",
                model=self.model._description,
                external_id=item.external_id,
                backend=self.backend_record.display_name,
            ),
        ).import_record(
            self.backend_record,
            item.external_id,
            had_failed=1,
            **_waiting_arguments(waiting),
            **job_kwargs,
        )

    def _delay_rest(
        self, external_id: Any, error: RetryableJobError, **job_kwargs: Any
    ) -> None:
        """Import a record later, and keep what was imported of its dependencies."""
        item = ImportItem(external_id)
        item.fail(error)
        self._note_pause(ChunkOutcome((item,)))
        self.model.with_delay(
            eta=clamp_wait(error.seconds),
            description=self.env._(
                "Import %(model)s %(external_id)s from %(backend)s: what it needs is "
                "imported first",
                model=self.model._description,
                external_id=external_id,
                backend=self.backend_record.display_name,
            ),
        ).import_record(
            self.backend_record,
            external_id,
            waits_for=_lock_names([item]),
            **job_kwargs,
        )

    def _note_pause(self, outcome: ChunkOutcome) -> None:
        """Let all jobs of the backend wait if it asked for that."""
        errors = [item.error for item in outcome.waiting if asks_to_wait(item.error)]
        if not errors:
            return
        longest = max(errors, key=lambda error: clamp_wait(error.seconds) or 0)
        self.env["connector.backend.pause"].sudo()._note(self.backend_record, longest)
        for error in errors:
            error.seconds = longest.seconds

    def import_many(
        self, external_ids: Iterable[Any], force: bool = False
    ) -> ChunkOutcome:
        """Import several records; those that fail are left out and told."""
        by_key = {str(external_id): external_id for external_id in external_ids}
        items = [
            ImportItem(external_id, force=force) for external_id in by_key.values()
        ]
        self._import_items(items, quarantine=True)
        return ChunkOutcome(tuple(items))

    def _import_items(self, items: list[ImportItem], quarantine: bool) -> None:
        def each(step: Step, among: list[ImportItem], writes: bool = False) -> None:
            pending = [item for item in among if item.pending]
            if quarantine:
                isolate(self.env.cr, pending, step, self._explain)
            elif writes:
                self._run_explained(step, pending)
            else:
                step(pending)

        with self._marking_as_imported(items):
            self._refuse_unstorable_ids(items, quarantine)
            self._lock(items, quarantine)
            self._read(items, quarantine)
            self._find_bindings(items)
            self._find_unconfirmed(items)
            each(self._prepare, items)
            self._import_all_dependencies(items, each)
            for group in generations([item for item in items if item.pending]):
                self._fail_with_those_before(group, items)
                self._prefetch(group)
                each(self._naming_circles(self._map), group)
                each(self._naming_circles(self._write), group, writes=True)
                self.work.imported.update(item.outcome for item in group)
            self.work.settled.update(
                (self.model._name, item.key)
                for item in items
                if item.outcome not in (None, FAILED)
            )

    # -- steps ----------------------------------------------------------------

    def _refuse_unstorable_ids(self, items: list[ImportItem], quarantine: bool) -> None:
        """Fail the records whose external id no database can hold."""
        for item in items:
            if can_be_stored(item.key):
                continue
            error = unstorable_id(item.external_id, self.model._name)
            if not quarantine:
                raise error
            item.fail(error)

    def _lock(self, items: list[ImportItem], quarantine: bool) -> None:
        """Keep other transactions from importing the same records.

        A dry run changes nothing, and reads what another job imports now, too.
        """
        if getattr(self.work, "import_recorder", None) is not None:
            return
        items = [item for item in items if item.pending]
        names = {item.external_id: self._lock_name(item.external_id) for item in items}
        taken = pg_try_advisory_locks(self.env, names.values())
        for item in items:
            if names[item.external_id] in taken:
                continue
            error = RetryableJobError(
                f"Another job imports {self.model._name} {item.external_id} "
                f"from {self.backend_record.display_name} now.",
                seconds=random.randint(2, 5),
                ignore_retry=True,
            )
            error.lock_name = names[item.external_id]
            if not quarantine:
                raise error
            item.fail(error)

    def _lock_name(self, external_id: Any) -> str:
        backend = self.backend_record
        return (
            f"import({backend._name}, {backend.id}, {self.model._name}, {external_id})"
        )

    def _read(self, items: list[ImportItem], quarantine: bool) -> None:
        unread = [item for item in items if item.pending and not item.external_record]
        if not unread:
            return
        self._read_at = fields.Datetime.now()
        try:
            self._read_items(unread)
        except Exception as error:
            if not quarantine or isinstance(error, RetryableJobError):
                raise
            if concerns_the_job(error) or not self._can_read_some(unread):
                raise
            isolate(self.env.cr, [i for i in unread if i.pending], self._read_items)

    def _read_items(self, items: list[ImportItem]) -> None:
        waiting = None
        try:
            records = self._read_many([item.external_id for item in items])
        except PartlyRead as error:
            # where all were to be read anew, few calls a minute would never do
            records, waiting = error.found, error
        by_key = {str(external_id): record for external_id, record in records.items()}
        for item in items:
            item.external_record = by_key.get(item.key)
            if waiting and item.external_record is None:
                item.fail(waiting)

    def _can_read_some(self, items: list[ImportItem]) -> bool:
        """Tell whether an error is of some records: the first or the last has none.

        One that all have, like a lack of rights, is better told once.
        """
        probed = [items[0], items[-1]]
        for item in probed:
            isolate(self.env.cr, [item], self._read_items)
        return any(item.pending for item in probed)

    def _find_bindings(self, items: list[ImportItem]) -> None:
        bindings = self.binder.to_internal_many(item.external_id for item in items)
        none = self.model.browse()
        for item in items:
            item.binding = bindings.get(item.external_id, none)
        self._find_aliases(items)

    def _prepare(self, items: list[ImportItem]) -> None:
        """Skip what needs no import; collect what the rest depends on."""
        for item in items:
            with self._working_on(item):
                if item.external_record is None:
                    item.outcome = self._handle_missing_alias(item)
                    item.outcome = item.outcome or self._handle_missing_record()
                    continue
                if not item.alias:
                    self._check_is_same_record()
                if self._must_skip():
                    item.outcome = SKIPPED
                elif self._is_unchanged(item):
                    item.outcome = UNCHANGED
                else:
                    self._before_import()
                    self._dependencies = []
                    self._import_dependencies()
                    item.dependencies = tuple(self._dependencies)

    def _is_unchanged(self, item: ImportItem) -> bool:
        if item.alias:
            return not item.force and self._is_uptodate_alias(item)
        return bool(item.binding and not item.force and self._is_uptodate(item.binding))

    def _map(self, items: list[ImportItem]) -> None:
        for item in items:
            with self._working_on(item):
                self._map_item(item, self._map_data())

    def _map_item(self, item: ImportItem, map_record: Any) -> None:
        if item.binding:
            map_record.record = item.binding
            item.values = self._update_data(map_record)
        else:
            item.values = self._create_data(map_record)
        if self._skip_same_values or item.alias:
            update = item.values if item.binding else self._update_data(map_record)
            item.fingerprint = imported_fingerprint(update, self.model)
            if self._has_same_values(item):
                item.outcome = UNCHANGED
                return
        if item.binding:
            self._validate_update_data(item.values)
        else:
            self._validate_create_data(item.values)
        self._check_required(item)

    def _has_same_values(self, item: ImportItem) -> bool:
        if item.alias:
            known = item.alias.external_fingerprint
            return not item.force and known == item.fingerprint
        return bool(
            item.binding
            and not item.force
            and "external_fingerprint" in item.binding._fields
            and item.binding.external_fingerprint == item.fingerprint
        )
