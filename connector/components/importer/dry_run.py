# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Import without leaving anything behind, and tell what would have changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2

from odoo import models
from odoo.sql_db import BaseCursor
from odoo.tools.misc import Callbacks

from odoo.addons.component.core import AbstractComponent
from odoo.addons.component_event.delivery import suppress_events

from ...exception import PartlyRead, RetryableJobError
from ...jobs.lifecycle import asks_to_wait
from ...outcome import Outcome
from ..comparison.changes_in_words import describe_changes
from ..external_id import storable_text
from ..session import Session
from .items import ChunkOutcome, ImportItem


@contextmanager
def rolled_back(cr: BaseCursor) -> Iterator[None]:
    """Roll back all that the block writes; nothing is told, nor done at the commit."""
    cr.flush()
    postcommit, cr.postcommit = cr.postcommit, Callbacks()
    try:
        with suppress_events(), closing(cr.savepoint()):
            yield
    finally:
        cr.postcommit = postcommit


class ImportRecorder:
    """Take note of what an import writes: ``recorder`` of the session of a dry run."""

    def __init__(self) -> None:
        self._changes: dict[tuple[str, int], str] = {}

    def note_update(self, item: ImportItem, changes: dict[str, Any]) -> None:
        """Note what is about to be written on a binding."""
        binding = item.binding
        self._changes[binding._name, binding.id] = describe_changes(binding, changes)

    def line_values(self, model: models.BaseModel, item: ImportItem) -> dict[str, Any]:
        """Return what is kept of one record, while a new binding is still there."""
        values = {
            "outcome": item.outcome,
            "external_id": storable_text(item.key),
            "reason": storable_text(str(item.error or item.note or "")),
        }
        if item.outcome == Outcome.CREATED:
            changes = {k: v for k, v in item.values.items() if k in model._fields}
            values["changes"] = describe_changes(model.new(), changes)
            values["record_name"] = item.binding.display_name
        elif item.binding:
            key = item.binding._name, item.binding.id
            values["changes"] = self._changes.get(key) if not item.error else False
            values["binding_id"] = item.binding.id
        return values


class DryRun(AbstractComponent):
    """Find what would be imported, and tell for each chunk what would change."""

    _name = "generic.dry.run"
    _inherit = "generic.batch.importer"
    _usage = "dry.run"

    def _import_chunk(
        self,
        external_ids: Iterable[Any],
        job_options: dict | None = None,
        **kwargs: Any,
    ) -> None:
        external_ids = list(external_ids)
        options = {
            "description": self.env._(
                "Dry run of %(count)s records of %(model)s from %(backend)s",
                count=len(external_ids),
                model=self.model._description,
                backend=self.backend_record.display_name,
            ),
            **(job_options or {}),
        }
        self.model.with_delay(**options).dry_run_chunk(
            self.backend_record, external_ids, **kwargs
        )

    def delay_halves(
        self, external_ids: Iterable[Any], error: PartlyRead, **kwargs: Any
    ) -> None:
        """Delay a job for each half of a chunk: the backend allows too few requests.

        Nothing of a dry run is kept, so that the whole would never be read.
        """
        self.env["connector.backend.pause"].sudo()._note(self.backend_record, error)
        external_ids = list(external_ids)
        middle = len(external_ids) // 2
        for half in (external_ids[:middle], external_ids[middle:]):
            self._import_chunk(half, job_options={"eta": error.seconds}, **kwargs)

    def run_chunk(
        self, external_ids: Iterable[Any], force: bool = False
    ) -> tuple[ChunkOutcome, list[dict[str, Any]]]:
        """Return what would become of some records, and a line for each that changes.

        The lines are values of ``connector.dry.run.line``. Nothing is left behind.

        :raise TypeError: the importer of the model is not the generic one
        :raise PartlyRead: the backend asked to wait, after some of the records
        """
        importer = self.component(usage="record.importer")
        if not hasattr(importer, "import_many"):
            raise TypeError(
                f"{importer._name} cannot be run dry: expected an importer that "
                "inherits generic.importer."
            )
        recorder = Session.of(importer.work).recorder = ImportRecorder()
        with rolled_back(self.env.cr):
            outcome = importer.import_many(external_ids, force)
            for item in outcome.failed:
                if asks_to_wait(item.error):
                    raise PartlyRead({}, item.error)
                if self._was_raced(item.error):
                    raise item.error
            lines = [
                recorder.line_values(self.model, item)
                for item in outcome.items
                if item.outcome != Outcome.UNCHANGED or item.note
            ]
        return outcome, self._with_names(lines)

    def _was_raced(self, error: Exception | None) -> bool:
        """Return whether another job created the same record meanwhile."""
        return isinstance(error, RetryableJobError) and isinstance(
            error.__cause__, psycopg2.Error
        )

    def _with_names(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for line in lines:
            if line.get("binding_id"):
                binding = self.model.browse(line["binding_id"])
                line["record_name"] = binding.display_name
        return lines
