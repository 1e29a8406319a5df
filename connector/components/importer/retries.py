# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Delay the import of records that failed in a job.

========================  ==============================================================
a record of a chunk       fails with a retryable error: again with the others of its
                          kind, in one job, at most ``retries_left`` times without
                          progress; with another error: in a separate job, which shows
                          the error
a single record           whose dependencies were imported partly: they are committed,
                          and another job continues
========================  ==============================================================
"""

from __future__ import annotations

import logging
from typing import Any

from ...exception import RetryableJobError
from ...jobs.descriptions import name_of_model, name_of_record
from ...jobs.lifecycle import asks_to_wait, clamp_wait
from ..external_id import can_be_stored
from ..history.values import name_of
from ..session import Session
from .items import ChunkOutcome, ImportItem

_logger = logging.getLogger(__name__)


def delay_failed(
    importer: Any, outcome: ChunkOutcome, retries_left: int, **job_kwargs: Any
) -> None:
    """Delay the records of a chunk that failed; ``job_kwargs`` go to their jobs."""
    _note_pause(importer, outcome.waiting)
    failed = outcome.failed
    errors = importer.env["connector.sync.error"]
    if errors._note_unreached(importer.backend_record, [i.error for i in failed]):
        Session.of(importer.work).is_unreached = True
    together = [item for item in failed if isinstance(item.error, RetryableJobError)]
    if not retries_left or len(together) == 1:
        together = []
    if together:
        if len(outcome.waiting) < len(failed) == len(outcome.items):
            retries_left -= 1
        _delay_together(importer, together, retries_left=retries_left, **job_kwargs)
    for item in failed:
        if item not in together:
            _delay_alone(importer, item, **job_kwargs)


def delay_rest(
    importer: Any, external_id: Any, error: RetryableJobError, **job_kwargs: Any
) -> None:
    """Delay a record whose dependencies were imported partly."""
    item = ImportItem(external_id)
    item.fail(error)
    _note_pause(importer, (item,))
    importer.model.with_delay(
        eta=clamp_wait(error.seconds),
        description=importer.env._(
            "Import %(model)s %(external_id)s from %(backend)s: its dependencies are "
            "imported first",
            model=name_of_model(importer.model),
            external_id=external_id,
            backend=importer.backend_record.display_name,
        ),
    ).import_record(
        importer.backend_record,
        external_id,
        waits_for=_lock_names([item]),
        **job_kwargs,
    )


def _delay_together(importer: Any, items: list[ImportItem], **job_kwargs: Any) -> None:
    importer.model.with_delay(
        eta=max(clamp_wait(item.error.seconds) or 0 for item in items),
        description=importer.env._(
            "Retry %(count)s records of %(model)s from %(backend)s",
            count=len(items),
            model=name_of_model(importer.model),
            backend=importer.backend_record.display_name,
        ),
    ).import_chunk(
        importer.backend_record,
        [item.external_id for item in items],
        had_failed=len(items),
        **_waiting_arguments(items),
        **job_kwargs,
    )


def _delay_alone(importer: Any, item: ImportItem, **job_kwargs: Any) -> None:
    """Delay one record, and log its error.

    A record whose external id no database can hold gets no job: the job could not be
    stored.
    """
    _logger.log(
        logging.INFO if item.is_waiting else logging.WARNING,
        "%s %s of %s was taken out of its chunk: %s",
        importer.model._name,
        item.external_id,
        importer.backend_record.display_name,
        item.error,
        exc_info=None if item.is_waiting else item.error,
    )
    if not can_be_stored(item.key):
        return
    importer.model.with_delay(
        eta=clamp_wait(getattr(item.error, "seconds", None)),
        description=importer.env._(
            "Import %(model)s %(record)s from %(backend)s",
            model=name_of_model(importer.model),
            record=name_of_record(_name_of_item(importer, item), item.external_id),
            backend=importer.backend_record.display_name,
        ),
    ).import_record(
        importer.backend_record,
        item.external_id,
        had_failed=1,
        **_waiting_arguments([item]),
        **job_kwargs,
    )


def _name_of_item(importer: Any, item: ImportItem) -> str | None:
    """Return the name of a record in Odoo, or of its mapped values."""
    if item.binding:
        return name_of(item.binding)
    name = (item.values or {}).get(importer.model._rec_name or "name")
    return name if isinstance(name, str) and name else None


def _note_pause(importer: Any, waiting: tuple[ImportItem, ...]) -> None:
    """Let all jobs of the backend wait if it asked to wait."""
    errors = [item.error for item in waiting if asks_to_wait(item.error)]
    if not errors:
        return
    longest = max(errors, key=lambda error: clamp_wait(error.seconds) or 0)
    pauses = importer.env["connector.backend.pause"].sudo()
    pauses._note(importer.backend_record, longest)
    for error in errors:
        error.seconds = longest.seconds


def _lock_names(items: list[ImportItem]) -> list[str]:
    names = {getattr(item.error, "lock_name", None) for item in items}
    return sorted(name for name in names if name)


def _waiting_arguments(items: list[ImportItem]) -> dict[str, Any]:
    """Return the arguments that say how many records only wait, and for which locks."""
    waiting = [item for item in items if item.is_waiting]
    if not waiting:
        return {}
    return {"waited": len(waiting), "waits_for": _lock_names(waiting)}
