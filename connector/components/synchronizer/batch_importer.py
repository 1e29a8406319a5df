# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from odoo.tools import split_every

from odoo.addons.component.core import AbstractComponent


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

    @property
    def chunk_size(self) -> int:
        """Return how many records are imported in one transaction."""
        backend = self.backend_record
        if "chunk_size" in getattr(backend, "_fields", ()):
            return backend.chunk_size or self._chunk_size
        return self._chunk_size

    def run(self, filters: Any = None, **kwargs: Any) -> int:
        """Import what matches ``filters`` and return how many records that are.

        ``kwargs`` travel on to each import.
        """
        found = 0
        for external_ids in self._find_chunks(filters):
            found += len(external_ids)
            if self._imports_single_records():
                for external_id in external_ids:
                    self._import_record(external_id, **kwargs)
            else:
                self._import_chunk(external_ids, **kwargs)
        return found

    def _find_chunks(self, filters: Any) -> Iterator[list[Any]]:
        """Yield the external ids in lists of ``chunk_size``, as pages come in."""
        external_ids = (
            external_id
            for page in self.backend_adapter.search_pages(filters)
            for external_id in page
        )
        return split_every(self.chunk_size, external_ids, list)

    def _imports_single_records(self) -> bool:
        return type(self)._import_record is not BatchImporter._import_record

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
