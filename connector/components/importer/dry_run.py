# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Report what an import would change, without changing anything.

The records are imported with their importer, hooks and dependencies included; then
everything is rolled back. Events are suppressed, and nothing is left to do at the
commit. The *recorder* of the session notes each update before it is written.
"""

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
from ..comparison.descriptions import describe_changes
from ..external_id import storable_text
from ..session import Session
from .items import ChunkOutcome, ImportItem


@contextmanager
def rolled_back(cr: BaseCursor) -> Iterator[None]:
    """Roll back the writes of the block, its events, and its hooks at the commit."""
    cr.flush()
    postcommit, cr.postcommit = cr.postcommit, Callbacks()
    try:
        with suppress_events(), closing(cr.savepoint()):
            yield
    finally:
        cr.postcommit = postcommit


class ImportRecorder:
    """Notes of the values that an import writes."""

    def __init__(self) -> None:
        self._changes: dict[tuple[str, int], str] = {}

    def note_update(self, item: ImportItem, changes: dict[str, Any]) -> None:
        """Note what is about to be written on a binding."""
        binding = item.binding
        self._changes[binding._name, binding.id] = describe_changes(binding, changes)

    def line_values(self, model: models.BaseModel, item: ImportItem) -> dict[str, Any]:
        """Return the values of a line; a new binding still exists."""
        values = {
            "outcome": item.outcome,
            "external_id": storable_text(item.key),
            "reason": storable_text(str(item.error or item.reason or item.note or "")),
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
    """Dry run of the import of one model, in chunks."""

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
                **self._names_of_chunk(external_ids),
            ),
            **(job_options or {}),
        }
        self.model.with_delay(**options).dry_run_chunk(
            self.backend_record, external_ids, **kwargs
        )

    def delay_halves(
        self, external_ids: Iterable[Any], error: PartlyRead, **kwargs: Any
    ) -> None:
        """Delay each half of a chunk that needs more requests than are allowed.

        Nothing of a dry run is kept: the whole chunk would never be read.
        """
        self.env["connector.backend.pause"].sudo()._note(self.backend_record, error)
        external_ids = list(external_ids)
        middle = len(external_ids) // 2
        for half in (external_ids[:middle], external_ids[middle:]):
            self._import_chunk(half, job_options={"eta": error.seconds}, **kwargs)

    def run_chunk(
        self, external_ids: Iterable[Any], force: bool = False
    ) -> tuple[ChunkOutcome, list[dict[str, Any]]]:
        """Return the outcomes of an import, and a line for each change.

        The lines are values of ``connector.dry.run.line``.

        :raise TypeError: the importer of the model does not inherit generic.importer
        :raise PartlyRead: the backend asked to wait after some of the records
        """
        importer = self.component(usage="record.importer")
        if not hasattr(importer, "import_many"):
            raise TypeError(
                f"{importer._name} has no dry run: expected an importer that inherits "
                "generic.importer."
            )
        recorder = Session.of(importer.work).recorder = ImportRecorder()
        with rolled_back(self.env.cr):
            outcome = importer.import_many(external_ids, force)
            for item in outcome.failed:
                if asks_to_wait(item.error):
                    raise PartlyRead({}, item.error)
                if _was_raced(item.error):
                    raise item.error
            lines = [
                recorder.line_values(self.model, item)
                for item in outcome.items
                if item.outcome != Outcome.UNCHANGED or item.note
            ]
        for line in lines:
            if line.get("binding_id"):
                binding = self.model.browse(line["binding_id"])
                line["record_name"] = binding.display_name
        return outcome, lines


def _was_raced(error: Exception | None) -> bool:
    """Return whether another job created the same record meanwhile."""
    return isinstance(error, RetryableJobError) and isinstance(
        error.__cause__, psycopg2.Error
    )
