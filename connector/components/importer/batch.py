# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from odoo.tools import split_every

from odoo.addons.component.core import AbstractComponent

from ...timestamps import last_change
from ..external_id import can_be_stored, unstorable_id
from .items import FAILED, UNCHANGED
from .overlap import Overlap

_logger = logging.getLogger(__name__)


def unseen(page: Iterable[Any], seen: set[str]) -> Iterable[Any]:
    """Return what of a page did not come before, and add it to what was seen.

    What moves from one page to another while they are read comes with both.
    """
    keys = {}
    for external_id in page:
        key = str(external_id)
        if key not in seen:
            seen.add(key)
            keys[external_id] = None
    return {key: page[key] for key in keys} if isinstance(page, Mapping) else list(keys)


class BatchImporter(AbstractComponent):
    """Find the external records that match filters and have each imported.

    A connector that thinks in single records overrides ``_import_record``: it is
    then called for each external id, instead of ``_import_chunk``.
    """

    _name = "generic.batch.importer"
    _inherit = "base.importer"
    _usage = "batch.importer"

    #: records of one chunk, where the backend has no field ``chunk_size``
    _chunk_size = 200
    #: what the search before found, where this one looks at the same time again
    overlap: Overlap | None = None
    #: how many external ids could not be stored
    _refused_count = 0

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
        """Import what matches ``filters`` and return how many records that are.

        Where the adapter tells when each record was last changed, those that are
        up to date are passed over. ``kwargs`` travel on to each import.

        :param run: the sync run that counts what becomes of the records
        :param force: import what is up to date, too
        """
        found = self._refused_count = 0
        seen: set[str] = set()

        def pages() -> Iterator[Iterable[Any]]:
            nonlocal found
            for page in self._search_pages(filters):
                page = self._without_unstorable(unseen(page, seen), run)
                if isinstance(page, Mapping):
                    page = {key: last_change(value) for key, value in page.items()}
                if self.overlap is not None and not force:
                    page = self.overlap.without_known(page)
                found += len(page)
                yield page if force else self._without_uptodate(page, run)

        for external_ids in self._split(pages()):
            self._import_each(external_ids, run=run, force=force, **kwargs)
        return found + self._refused_count

    def _search_pages(self, filters: Any) -> Iterator[Iterable[Any]]:
        """Yield pages of external ids, in the order in which they are imported."""
        return self.backend_adapter.search_pages(filters)

    def _without_unstorable(self, page: Iterable[Any], run: Any) -> Iterable[Any]:
        """Leave out ids that no database, and so no job, can hold; they fail."""
        refused = [key for key in page if not can_be_stored(str(key))]
        if not refused:
            return page
        for key in refused:
            _logger.error("%s", unstorable_id(key, self.model._name))
        if run:
            run._note_outcome({FAILED: len(refused)}, time.time())
        self._refused_count += len(refused)
        if isinstance(page, Mapping):
            return {key: page[key] for key in page if key not in set(refused)}
        return [key for key in page if key not in set(refused)]

    def _without_uptodate(self, page: Iterable[Any], run: Any) -> Iterable[Any]:
        """Leave out what is in Odoo as the backend has it; count it as unchanged."""
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
            run._note_outcome(
                {UNCHANGED: len(unchanged_ids)}, started_at, {UNCHANGED: unchanged_ids}
            )
        return outdated

    def _split(self, pages: Iterable[Iterable[Any]]) -> Iterator[list[Any]]:
        """Yield the external ids in lists of ``chunk_size``, as pages come in."""
        return split_every(self.chunk_size, chain.from_iterable(pages), list)

    def _import_each(self, external_ids: list[Any], **kwargs: Any) -> None:
        if type(self)._import_record is BatchImporter._import_record:
            self._import_chunk(external_ids, **kwargs)
            return
        for external_id in external_ids:
            self._import_record(external_id, **kwargs)

    def _import_chunk(self, external_ids: Iterable[Any], **kwargs: Any) -> None:
        """Import some records, now or later."""
        raise NotImplementedError

    def _import_record(
        self, external_id: Any, job_options: dict | None = None, **kwargs: Any
    ) -> None:
        """Import one record, now or later."""
        self._import_chunk([external_id], job_options=job_options, **kwargs)


class DirectBatchImporter(AbstractComponent):
    """Import at once, in the running transaction."""

    _name = "generic.direct.batch.importer"
    _inherit = "generic.batch.importer"
    _usage = "direct.batch.importer"

    def _import_chunk(
        self,
        external_ids: Iterable[Any],
        job_options: dict | None = None,
        **kwargs: Any,
    ) -> None:
        self.model.import_chunk(self.backend_record, list(external_ids), **kwargs)


class DelayedBatchImporter(AbstractComponent):
    """Delay one job for each chunk."""

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
                count=len(external_ids),
                model=self.model._description,
                backend=self.backend_record.display_name,
            ),
            **(job_options or {}),
        }
        self.model.with_delay(**options).import_chunk(
            self.backend_record, external_ids, **kwargs
        )
