# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Find the bindings whose external records were deleted, and delay their removal.

::

    bindings in pages, by id ── which of these ids does the backend have? ──┐
      it is asked for them; a page that fails is bisected, and an id that    │
      cannot be read is kept                                                 │
      or, where its pages hold records that are read one at a time: all its  │
      ids are listed by a search                                             │
    removals too many? ── a person decides ◄── all missing bindings ◄────────┘
      (models/deletion_question.py)
    a job for each chunk reads once more, and applies ``_missing_record_policy``

Nothing is removed before the search has ended. A search that the backend interrupts is
continued by another job, after the last page that was answered.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Any

from odoo import models
from odoo.tools import split_every

from odoo.addons.component.core import AbstractComponent

from ...exception import CredentialsRefused, RetryableJobError
from ...jobs.descriptions import name_of_model
from ...wording import count_records
from .bisection import concerns_the_job
from .kept_deleted import KEPT_DELETED, note_returned
from .removal_limit import TooManyRemoved, allowed_removals

_logger = logging.getLogger(__name__)

#: wait before a search continues, where the backend does not say for how long
CONTINUE_SECONDS = 60
#: ids that cannot be read before any could: then the error is not one of the records
MAX_REFUSALS = 20
#: errors that are not raised again for a part of the ids
_NOT_OF_RECORDS = (RetryableJobError, CredentialsRefused)


class RemovedRecordsFinder(AbstractComponent):
    """Finder of bindings whose external records were deleted."""

    _name = "generic.removed.records.finder"
    _inherit = "base.importer"
    _usage = "removed.records.finder"

    #: bindings of one question to the backend
    _page_size = 1000
    #: records of one job
    _chunk_size = 200
    #: where the backend has no field ``max_removed_percent``
    _max_removed_percent = 10
    is_dry_run = False

    def __init__(self, work_context):
        super().__init__(work_context)
        #: external ids that a search has listed, None where it is asked for each page
        self._listed: set[str] | None = None
        #: ``{external id: why it cannot be read}``
        self._unreadable: dict[str, Exception] = {}
        self._has_answered = False
        #: of a dry run: bindings without external record, whether a person is asked
        self.found, self.would_ask = self.model.browse(), False

    def run(
        self,
        run: Any = None,
        confirmed: bool = False,
        after_id: int = 0,
        missing_ids: Iterable[int] = (),
    ) -> int | None:
        """Delay the removals; return how many records were deleted remotely.

        Return None if the search continues in another job.

        :param run: the sync run that counts the outcomes
        :param confirmed: remove them, however many they are
        :param after_id: id of the last binding that a previous job searched for
        :param missing_ids: bindings without an external record that it found
        :raise TooManyRemoved: nothing is delayed
        """
        if self.policy == "skip" and not self.is_dry_run:
            return 0
        bound = self._all_bindings.search_count(self._domain())
        missing, began_after = list(missing_ids), after_id
        self._has_answered = bool(after_id)
        if bound and self._lists_ids():
            self._listed = self._list_ids()
        if not (began_after or self.is_dry_run):
            note_returned(self)
        try:
            for bindings in self._pages(after_id):
                missing += self._find_missing(bindings).ids
                after_id = bindings[-1].id
            if self._unreadable and not self._has_answered:
                raise next(iter(self._unreadable.values()))
        except RetryableJobError as error:
            if after_id == began_after:
                raise
            self._continue_later(error, run, confirmed, after_id, missing)
            return None
        bindings = self._all_bindings.browse(missing).exists()
        self._handle_found(bindings, bound, run, confirmed)
        return len(bindings)

    def _handle_found(
        self, bindings: models.BaseModel, bound: int, run: Any, confirmed: bool
    ) -> None:
        """Delay the removals.

        :raise TooManyRemoved: they need a decision
        """
        allowed = allowed_removals(bound, self._max_percent)
        is_allowed = confirmed or len(bindings) <= allowed
        if self.is_dry_run:
            self.found, self.would_ask = bindings, not is_allowed
        elif is_allowed:
            self._remove(bindings, run)
        else:
            question = self._question(len(bindings), bound)
            raise TooManyRemoved(question, bindings.ids, bound)

    @property
    def policy(self) -> str:
        """Return what the importer does with a record that was deleted remotely."""
        importer = self.component(usage="record.importer")
        return getattr(importer, "_missing_record_policy", "skip")

    @property
    def _max_percent(self) -> int:
        backend = self.backend_record
        if "max_removed_percent" in backend._fields:
            return backend.max_removed_percent
        return self._max_removed_percent

    def _question(self, missing: int, bound: int) -> str:
        return self.env._(
            "%(missing)s of %(records)s no longer exist in %(backend)s. Nothing has "
            "been removed yet.",
            missing=missing,
            records=count_records(self.model, bound),
            backend=self.backend_record.display_name,
        )

    # -- search -----------------------------------------------------------------

    def _domain(self) -> list:
        """Return the domain of the bindings, without those that a user has kept."""
        domain = [
            (self.binder._backend_field, "=", self.backend_record.id),
            (self.binder._external_field, "not in", [False, ""]),
        ]
        if KEPT_DELETED in self.model._fields:
            domain.append((KEPT_DELETED, "=", False))
        return domain

    @property
    def _all_bindings(self) -> models.BaseModel:
        """Return the model with archived bindings, unless archiving is the policy."""
        return self.model.with_context(active_test=self.policy == "archive")

    def _lists_ids(self) -> bool:
        """Return whether a search lists all ids with fewer requests than reads."""
        adapter = self.backend_adapter
        return adapter._pages_hold_records and adapter.reads_one_at_a_time()

    def _list_ids(self) -> set[str]:
        """Return the ids of all external records, by the pages of a search."""
        pages = self.backend_adapter.search_pages(self._filters_of_all())
        return {str(external_id) for page in pages for external_id in page}

    def _filters_of_all(self) -> Any:
        """Return the filters of a search that finds all records, by default none.

        A record that it leaves out is read once more before it counts as deleted.
        """
        return None

    def _pages(self, last_id: int = 0) -> Iterator[models.BaseModel]:
        """Yield the bindings of each question, by id."""
        one_by_one = self._listed is None and self.backend_adapter.reads_one_at_a_time()
        while True:
            page = self._all_bindings.search_fetch(
                [*self._domain(), ("id", ">", last_id)],
                [self.binder._external_field],
                limit=self._page_size,
                order="id",
            )
            if not page:
                return
            last_id = page[-1].id
            page = page.with_env(self.env)
            yield from page if one_by_one else [page]
            page.invalidate_recordset()

    def _find_missing(self, bindings: models.BaseModel) -> models.BaseModel:
        """Return the bindings whose external records the backend does not have."""
        name = self.binder._external_field
        existing = self._find_existing(bindings.mapped(name))
        return bindings.filtered(
            lambda binding: (
                binding[name] not in existing and binding[name] not in self._unreadable
            )
        )

    def _find_existing(self, external_ids: list[str]) -> set[str]:
        """Return the ids that the backend has; note the ids that cannot be read."""
        if self._listed is not None:
            return self._listed
        try:
            existing = set(map(str, self.backend_adapter.find_existing(external_ids)))
        except Exception as error:
            if isinstance(error, _NOT_OF_RECORDS) or concerns_the_job(error):
                raise
            if len(external_ids) == 1:
                self._note_unreadable(external_ids[0], error)
                return set()
        else:
            self._has_answered = True
            return existing
        middle = len(external_ids) // 2
        return self._find_existing(external_ids[:middle]) | self._find_existing(
            external_ids[middle:]
        )

    def _note_unreadable(self, external_id: str, error: Exception) -> None:
        self._unreadable[external_id] = error
        if not self._has_answered and len(self._unreadable) >= MAX_REFUSALS:
            raise error
        _logger.warning(
            "%s %s cannot be read in %s; its binding is kept: %s",
            self.model._name,
            external_id,
            self.backend_record.display_name,
            error,
        )

    # -- jobs -------------------------------------------------------------------

    def _continue_later(
        self,
        error: RetryableJobError,
        run: Any,
        confirmed: bool,
        after_id: int,
        missing_ids: list[int],
    ) -> None:
        _logger.info("%s: the search for deleted records waits: %s", self.model, error)
        job = self.model.with_delay(
            eta=error.seconds or CONTINUE_SECONDS,
            description=self.env._(
                "Continue the search for deleted records: %(model)s of %(backend)s",
                model=name_of_model(self.model),
                backend=self.backend_record.display_name,
            ),
        )
        method = "dry_run_removed" if self.is_dry_run else "import_removed"
        getattr(job, method)(
            self.backend_record,
            run=run,
            after_id=after_id,
            missing_ids=missing_ids,
            **({"confirmed": True} if confirmed else {}),
        )

    def _remove(self, bindings: models.BaseModel, run: Any) -> None:
        external_ids = bindings.mapped(self.binder._external_field)
        for chunk in split_every(self._chunk_size, external_ids, list):
            self.model.with_delay(
                description=self.env._(
                    "Remove %(count)s records of %(model)s: deleted in %(backend)s",
                    count=len(chunk),
                    model=name_of_model(self.model),
                    backend=self.backend_record.display_name,
                ),
            ).import_chunk(self.backend_record, chunk, run=run)
