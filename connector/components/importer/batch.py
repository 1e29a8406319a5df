# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Find the external records that match filters, and import them in chunks.

::

    pages of the adapter ── without ids seen before ── without ids that no database can
    hold ── without what is up to date ── chunks ── a job each, or in this job

Only a page that gives the date of each record says what is up to date. Pages are
consumed as they come, so that the first chunk is enqueued before the last page is read.
The records that a page holds go with their chunk (``found.py``), unless the import is
forced.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import Any

from odoo.tools import split_every

from odoo.addons.component.core import AbstractComponent

from ...exception import InvalidDataError
from ...jobs.descriptions import name_of_model
from ...outcome import Outcome
from ...timestamps import last_change, precise_now
from ..external_id import can_be_stored, unstorable_id
from ..record_page import Page, RecordPage
from .found import FoundRecord

_logger = logging.getLogger(__name__)


class BatchImporter(AbstractComponent):
    """Batch importer: finds external records and imports each of them.

    A connector that overrides ``_import_record`` gets each external id; otherwise
    ``_import_chunk`` gets those of a chunk.
    """

    _name = "generic.batch.importer"
    _inherit = "base.importer"
    _usage = "batch.importer"

    #: records of one chunk, where the backend has no field ``chunk_size``
    _chunk_size = 200
    #: leaves out of a page what the previous, overlapping search found
    without_known: Callable[[Page], Page] | None = None

    def __init__(self, work_context):
        super().__init__(work_context)
        #: number of records that the last run found
        self._found = 0
        #: records of the pages, until their chunk is imported or enqueued
        self._records: dict[str, FoundRecord] = {}

    @property
    def chunk_size(self) -> int:
        """Return how many records are imported in one transaction."""
        backend = self.backend_record
        if "chunk_size" in getattr(backend, "_fields", ()):
            return backend.chunk_size or self._chunk_size
        return self._chunk_size

    def run(
        self, filters: Any = None, run: Any = None, force: bool = False, **kwargs: Any
    ) -> int:
        """Import the records that match ``filters``; return how many were found.

        :param run: the sync run that counts the outcomes
        :param force: import what is up to date, too
        :param kwargs: passed to each import
        """
        self._found, self._records = 0, {}
        pages = self._pages(filters, run, force)
        for external_ids in self._split(pages):
            self._import_each(external_ids, run=run, force=force, **kwargs)
        return self._found

    def _pages(self, filters: Any, run: Any, force: bool) -> Iterator[Page]:
        """Yield pages of the ids to import."""
        seen: set[str] = set()
        asked_at = precise_now()
        for found in self._search_pages(filters):
            holds_records = isinstance(found, RecordPage)
            page = found.without_records() if holds_records else found
            page = self._without_unstorable(_without_seen(page, seen), run)
            if isinstance(page, Mapping):
                page = {key: _last_change(value) for key, value in page.items()}
            if self.without_known and not force:
                page = self.without_known(page)
            self._found += len(page)
            page = page if force else self._without_uptodate(page, run)
            if holds_records and not force:
                self._remember(found, page, min(asked_at, found.read_at))
            yield page
            asked_at = precise_now()

    def _remember(self, found: RecordPage, page: Page, read_at: datetime) -> None:
        """Keep the records of a page that will be imported."""
        for external_id in page:
            record = found.records[external_id]
            self._records[str(external_id)] = FoundRecord(record, read_at)

    def _take_records(self, external_ids: Iterable[Any]) -> dict[str, FoundRecord]:
        """Return the records of a chunk that the pages held, and forget them."""
        keys = (key for key in map(str, external_ids) if key in self._records)
        return {key: self._records.pop(key) for key in keys}

    def _search_pages(self, filters: Any) -> Iterator[Page]:
        """Yield pages of external ids, in the order in which they are imported."""
        return self.backend_adapter.search_pages(filters)

    def _without_unstorable(self, page: Page, run: Any) -> Page:
        """Leave out ids that no database, and so no job, can hold: they fail."""
        refused = {key for key in page if not can_be_stored(str(key))}
        if not refused:
            return page
        for key in refused:
            _logger.error("%s", unstorable_id(key, self.model._name))
        if run:
            run._note_outcome({Outcome.FAILED: len(refused)}, time.time())
        self._found += len(refused)
        return _part(page, [key for key in page if key not in refused])

    def _without_uptodate(self, page: Page, run: Any) -> Page:
        """Leave out records whose binding has their date; count them as unchanged."""
        if not (
            isinstance(page, Mapping) and "external_updated_at" in self.model._fields
        ):
            return page
        started_at = time.time()
        bindings = self.binder.to_internal_many(page)
        outdated, unchanged_ids = [], []
        for external_id, updated_at in page.items():
            binding = bindings.get(external_id)
            if binding and binding.external_updated_at == updated_at:
                unchanged_ids.append(binding.id)
            else:
                outdated.append(external_id)
        if run and unchanged_ids:
            unchanged = Outcome.UNCHANGED
            counts = {unchanged: len(unchanged_ids)}
            run._note_outcome(counts, started_at, {unchanged: unchanged_ids})
        return outdated

    def _split(self, pages: Iterable[Page]) -> Iterator[list[Any]]:
        """Yield the external ids in chunks, as pages are read."""
        return split_every(self.chunk_size, chain.from_iterable(pages), list)

    def _import_each(self, external_ids: list[Any], **kwargs: Any) -> None:
        if type(self)._import_record is BatchImporter._import_record:
            self._import_chunk(external_ids, **kwargs)
        else:
            for external_id in external_ids:
                self._import_record(external_id, **kwargs)
        self._take_records(external_ids)  # if the connector did not

    def _import_chunk(self, external_ids: Iterable[Any], **kwargs: Any) -> None:
        """Import several records, now or later."""
        raise NotImplementedError

    def _import_record(
        self, external_id: Any, job_options: dict | None = None, **kwargs: Any
    ) -> None:
        """Import one record, now or later."""
        self._import_chunk([external_id], job_options=job_options, **kwargs)

    def _names_of_chunk(self, external_ids: list[Any]) -> dict[str, Any]:
        """Return the values of the description of a job."""
        return {
            "count": len(external_ids),
            "model": name_of_model(self.model),
            "backend": self.backend_record.display_name,
        }


class DirectBatchImporter(AbstractComponent):
    """Batch importer that imports in the running transaction."""

    _name = "generic.direct.batch.importer"
    _inherit = "generic.batch.importer"
    _usage = "direct.batch.importer"

    def _import_chunk(
        self,
        external_ids: Iterable[Any],
        job_options: dict | None = None,
        **kwargs: Any,
    ) -> None:
        external_ids = list(external_ids)
        if found := self._take_records(external_ids):
            kwargs["found"] = found
        self.model.import_chunk(self.backend_record, external_ids, **kwargs)


class DelayedBatchImporter(AbstractComponent):
    """Batch importer that delays one job for each chunk."""

    _name = "generic.delayed.batch.importer"
    _inherit = "generic.batch.importer"
    _usage = "delayed.batch.importer"

    def _import_chunk(
        self,
        external_ids: Iterable[Any],
        job_options: dict | None = None,
        **kwargs: Any,
    ) -> None:
        external_ids = list(external_ids)
        options = {
            "description": self.env._(
                "Import %(count)s records of %(model)s from %(backend)s",
                **self._names_of_chunk(external_ids),
            ),
            **(job_options or {}),
        }
        if kept := self._keep_records(external_ids, kwargs.get("run")):
            kwargs["kept"] = kept
        self.model.with_delay(**options).import_chunk(
            self.backend_record, external_ids, **kwargs
        )

    def _keep_records(self, external_ids: list[Any], run: Any) -> Any:
        """Return the row that keeps the records of a chunk until its job has run."""
        found = self._take_records(external_ids)
        if not found:
            return None
        rows = self.env["connector.kept.records"].sudo()
        kept = rows._keep(self.backend_record, self.model._name, found, run)
        return kept.with_env(self.env)


def _last_change(value: Any) -> Any:
    """Return the time of the last change; None if it is not one.

    The import of the record raises the error: here it would stop the search.
    """
    try:
        return last_change(value)
    except InvalidDataError:
        return None


def _without_seen(page: Page, seen: set[str]) -> Page:
    """Return the new part of a page: a record may move to a later page meanwhile."""
    keys = []
    for external_id in page:
        key = str(external_id)
        if key not in seen:
            seen.add(key)
            keys.append(external_id)
    return _part(page, keys)


def _part(page: Page, keys: list[Any]) -> Page:
    return {key: page[key] for key in keys} if isinstance(page, Mapping) else keys
