# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from odoo import models
from odoo.tools import split_every

from odoo.addons.component.core import AbstractComponent

from ...exception import ConnectorException
from .chunk import SKIPPED


class TooManyRemoved(ConnectorException):
    """More bound records seem to be gone than may go without a person's word."""


def allowed_removals(bound: int, max_percent: int) -> int:
    """Return how many of the bound records may go unasked: one at least, never all.

    That the backend has nothing at all any more is rather a wrong answer.
    """
    return min(bound - 1, max(1, bound * max_percent // 100))


class RemovedRecordsFinder(AbstractComponent):
    """Find what is bound and is gone in the backend, and have it removed.

    The bindings are gone through in pages, by their ids; of each page the backend
    is asked which it still has. What becomes of the others is the importer's
    ``_missing_record_policy``: a job for each chunk looks once more, and applies it.
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

    def run(self, run: Any = None, confirmed: bool = False) -> int:
        """Delay the removals and return how many records are gone.

        :param run: the sync run that counts what becomes of the records
        :param confirmed: however many they are
        :raise TooManyRemoved: nothing is delayed then
        """
        bound = self._all_bindings.search_count(self._domain())
        allowed = bound if confirmed else allowed_removals(bound, self._max_percent)
        gone = 0
        with self.env.cr.savepoint():
            for bindings in self._missing_pages():
                gone += len(bindings)
                if gone > allowed:
                    raise TooManyRemoved(self._question(gone, bound))
                self._remove(bindings, run)
        return gone

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

    def _pages(self) -> Iterator[models.BaseModel]:
        """Yield the bindings in the order of their ids."""
        last_id = 0
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
            yield page.with_env(self.env)
            page.invalidate_recordset()

    def _missing_pages(self) -> Iterator[models.BaseModel]:
        """Yield those bindings of each page that the backend does not have."""
        name = self.binder._external_field
        for bindings in self._pages():
            there = self.backend_adapter.find_existing(bindings.mapped(name))
            known = set(map(str, there))
            missing = bindings.filtered(lambda binding: binding[name] not in known)  # noqa: B023
            if missing:
                yield missing

    # -- removal --------------------------------------------------------------

    def _remove(self, bindings: models.BaseModel, run: Any) -> None:
        if self.policy == "skip":
            if run:
                ids = {SKIPPED: bindings.ids}
                run._note_outcome({SKIPPED: len(bindings)}, time.time(), ids)
            return
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
