# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Any

from odoo import models
from odoo.tools import split_every

from odoo.addons.component.core import AbstractComponent

from ...exception import ConnectorException, CredentialsRefused, RetryableJobError
from .bisection import concerns_the_job

_logger = logging.getLogger(__name__)

#: where the backend does not say for how long to wait
CONTINUE_SECONDS = 60
#: records that cannot be read before any could: then it is not the records
MAX_REFUSALS = 20
#: errors that no record has: asking for fewer does not help
_NO_RECORDS = (RetryableJobError, CredentialsRefused)


class TooManyRemoved(ConnectorException):
    """More bound records seem to be gone than may go without a person's word."""


def allowed_removals(bound: int, max_percent: int) -> int:
    """Return how many of the bound records may go unasked: one at least, never all.

    That the backend has nothing at all any more is rather a wrong answer.
    """
    return min(bound - 1, max(1, bound * max_percent // 100))


class RemovedRecordsFinder(AbstractComponent):
    """Find the bindings whose external records were deleted, and delay their removal.

    The search goes through the bindings in pages, by their ids, and asks the backend
    which records of a page it still has. Nothing is removed before all are known: a
    share that is too large is a question to a person. The removal is the importer's
    ``_missing_record_policy``: a job for each chunk reads once more, and applies it.

    A search that the backend interrupts continues, in another job, behind the last
    page that it has answered.
    """

    _name = "generic.removed.records.finder"
    _inherit = "base.importer"
    _usage = "removed.records.finder"

    #: bindings of one question to the backend
    _page_size = 1000
    #: records of one job
    _chunk_size = 200
    #: where the backend has no field ``max_removed_percent``
    _max_removed_percent = 10

    def __init__(self, work_context):
        super().__init__(work_context)
        #: external id -> why it cannot be read
        self._unreadable: dict[str, Exception] = {}
        self._has_answered = False

    def run(
        self,
        run: Any = None,
        confirmed: bool = False,
        after_id: int = 0,
        missing_ids: Iterable[int] = (),
    ) -> int | None:
        """Delay the removals and return how many records were deleted remotely.

        Return None where the search continues in another job.

        :param run: the sync run that counts the outcomes
        :param confirmed: remove them, however many they are
        :param after_id: the last binding that a previous job has looked at
        :param missing_ids: the bindings without an external record that it has found
        :raise TooManyRemoved: nothing is delayed then
        """
        if self.policy == "skip":
            return 0
        bound = self._all_bindings.search_count(self._domain())
        allowed = bound if confirmed else allowed_removals(bound, self._max_percent)
        missing, began_after = list(missing_ids), after_id
        self._has_answered = bool(after_id)
        try:
            for bindings in self._pages(after_id):
                missing += self._find_missing(bindings).ids
                after_id = bindings[-1].id
                if len(missing) > allowed:
                    raise TooManyRemoved(self._question(len(missing), bound))
            self._refuse_without_answers()
        except RetryableJobError as error:
            if after_id == began_after:
                raise
            self._continue_later(
                error, run, confirmed, after_id=after_id, missing_ids=missing
            )
            return None
        self._remove(self._all_bindings.browse(missing).exists(), run)
        return len(missing)

    def _continue_later(
        self, error: RetryableJobError, run: Any, confirmed: bool, **position: Any
    ) -> None:
        """Delay the rest of the search: what was answered is not asked again."""
        _logger.info("%s: the search for deleted records waits: %s", self.model, error)
        self.model.with_delay(
            eta=error.seconds or CONTINUE_SECONDS,
            description=self.env._(
                "Continue the search for deleted records: %(model)s of %(backend)s",
                model=self.model._description,
                backend=self.backend_record.display_name,
            ),
        ).import_removed(self.backend_record, run=run, confirmed=confirmed, **position)

    @property
    def policy(self) -> str:
        """Return what becomes of a record that is gone."""
        importer = self.component(usage="record.importer")
        return getattr(importer, "_missing_record_policy", "skip")

    @property
    def _max_percent(self) -> int:
        backend = self.backend_record
        if "max_removed_percent" in backend._fields:
            return backend.max_removed_percent
        return self._max_removed_percent

    def _question(self, gone: int, bound: int) -> str:
        return self.env._(
            "At least %(gone)s of the %(bound)s bound records of %(model)s are not "
            "found in %(backend)s any more. This may be a wrong answer, or missing "
            "rights there: nothing was done. Shall they be removed here, too?",
            gone=gone,
            bound=bound,
            model=self.model._description,
            backend=self.backend_record.display_name,
        )

    # -- search ---------------------------------------------------------------

    def _domain(self) -> list:
        return [
            (self.binder._backend_field, "=", self.backend_record.id),
            (self.binder._external_field, "not in", [False, ""]),
        ]

    @property
    def _all_bindings(self) -> models.BaseModel:
        """Return the model with archived ones, unless these are done with."""
        return self.model.with_context(active_test=self.policy == "archive")

    def _pages(self, last_id: int = 0) -> Iterator[models.BaseModel]:
        """Yield the bindings of each question, in the order of their ids."""
        one_by_one = self.backend_adapter.reads_one_at_a_time()
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
        """Return those bindings whose external records the backend does not have.

        A record that cannot be read may exist: its binding stays.
        """
        name = self.binder._external_field
        existing = self._find_existing(bindings.mapped(name))
        return bindings.filtered(
            lambda binding: (
                binding[name] not in existing and binding[name] not in self._unreadable
            )
        )

    def _find_existing(self, external_ids: list[str]) -> set[str]:
        """Return the ids that the backend has; note those of which it cannot tell.

        A question that fails is asked again for each half of the ids.
        """
        try:
            existing = set(map(str, self.backend_adapter.find_existing(external_ids)))
        except Exception as error:
            if isinstance(error, _NO_RECORDS) or concerns_the_job(error):
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
            "%s %s cannot be read in %s, its binding is kept: %s",
            self.model._name,
            external_id,
            self.backend_record.display_name,
            error,
        )

    def _refuse_without_answers(self) -> None:
        """Raise an error if no record could be read: it concerns the backend."""
        if self._unreadable and not self._has_answered:
            raise next(iter(self._unreadable.values()))

    # -- removal --------------------------------------------------------------

    def _remove(self, bindings: models.BaseModel, run: Any) -> None:
        external_ids = bindings.mapped(self.binder._external_field)
        for chunk in split_every(self._chunk_size, external_ids, list):
            self.model.with_delay(
                description=self.env._(
                    "Remove %(count)s records of %(model)s: gone in %(backend)s",
                    count=len(chunk),
                    model=self.model._description,
                    backend=self.backend_record.display_name,
                ),
            ).import_chunk(self.backend_record, chunk, run=run)
