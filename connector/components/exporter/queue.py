# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Requests to export, and the jobs that they become.

.. code-block:: text

    edits of one transaction
      └─ ExportRequests         merged: one request per binding
           │
           │ before the commit: the names of the edited fields are stored, then
           ├─ the backend or the record is off: no job; exported when it is on
           └─ delay_export      one job per binding
                └─ an equal job waits already. It may start before this transaction is
                   committed, and would not see its edits:
                   RepeatJobs   a second job that starts a minute later
                     │
                     │ after the commit
                     ├─ the first job still waits: the repeat job is deleted
                     └─ it has started: the repeat job starts now
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from odoo import SUPERUSER_ID, api, models
from odoo.sql_db import BaseCursor
from odoo.tools import SQL

from odoo.addons.component_event.transaction_queue import (
    AfterCommitQueue,
    TransactionQueue,
)

from ...jobs.descriptions import name_of_model, name_of_record
from ...jobs.lifecycle import EDIT_PRIORITY, company_of, running_priority
from ..history.recorder import RECORD_NAME
from ..two_way.unconfirmed import ONLY_UNCONFIRMED, stores_unconfirmed_edits

#: delay of a repeat job that is not checked after the commit
REPEAT_SECONDS = 60

#: states of a queue.job that has not read the record yet
WAITING_STATES = ("wait_dependencies", "pending", "enqueued")


class Deletion(NamedTuple):
    """An external record to delete if its binding is deleted."""

    backend: models.BaseModel
    binding: models.BaseModel
    external_id: Any
    #: when the external record was created, if the binding has it
    created_at: Any = None
    #: the name of the record
    name: str | None = None


class ExportRequests(TransactionQueue):
    """Exports and deletions that one transaction requests."""

    def __init__(self) -> None:
        #: ``{binding: field names}``, None for all fields
        self.exports: dict[models.BaseModel, frozenset[str] | None] = {}
        self.job_options: dict[models.BaseModel, dict[str, Any]] = {}
        self.deletions: dict[models.BaseModel, Deletion] = {}

    def export(
        self,
        binding: models.BaseModel,
        fields: Iterable[str] | None,
        job_options: dict[str, Any] | None = None,
    ) -> None:
        """Request an export of some fields of a binding, None being all."""
        requested = self.exports.get(binding, frozenset())
        self.exports[binding] = merge_fields(requested, fields)
        self.job_options[binding] = job_options or {}

    def delete(self, deletion: Deletion) -> None:
        """Request a deletion; dropped if the binding still exists before the commit."""
        name = deletion.binding.display_name  # while it exists
        self.deletions[deletion.binding] = deletion._replace(name=name)

    def flush(self, cr: BaseCursor) -> None:
        """Store the edits and delay the jobs."""
        deleted = self._find_deleted()
        exports = {k: v for k, v in self.exports.items() if k not in deleted}
        if exports:
            next(iter(exports)).env["connector.unconfirmed.field"]._note(exports)
        kept_back = find_kept_back(exports)
        for binding, fields in exports.items():
            if binding not in kept_back:
                options = self.job_options[binding]
                delay_export(binding, fields, only_unconfirmed=True, **options)
        for binding, deletion in self.deletions.items():
            if binding in deleted:
                delay_deletion(deletion)

    def _find_deleted(self) -> set[models.BaseModel]:
        by_model: dict[str, models.BaseModel] = {}
        for binding in [*self.exports, *self.deletions]:
            by_model[binding._name] = by_model.get(binding._name, binding) | binding
        existing = {
            binding for bindings in by_model.values() for binding in bindings.exists()
        }
        return {*self.exports, *self.deletions} - existing


def merge_fields(
    known: frozenset[str] | None, fields: Iterable[str] | None
) -> frozenset[str] | None:
    """Return the union of two sets of field names, None being all fields."""
    return None if known is None or fields is None else known | frozenset(fields)


def find_kept_back(bindings: Iterable[models.BaseModel]) -> set[models.BaseModel]:
    """Return the bindings that get no job, because the backend or the record is off.

    A binding model that cannot store the names of edited fields is not among them: its
    job is delayed, and waits.
    """
    reasons: dict[models.BaseModel, str | None] = {}
    for binding in bindings:
        backend = binding.backend_id
        if backend not in reasons:
            reasons[backend] = backend._find_reason_to_pause()
            if reasons[backend]:
                _lock_against_activation(backend)
    return {
        binding
        for binding in bindings
        if stores_unconfirmed_edits(binding)
        and (reasons[binding.backend_id] or binding._find_reason_to_stop())
    }


def _lock_against_activation(backend: models.BaseModel) -> None:
    """Prevent an activation of the backend until the transaction ends.

    The activation would not see the edits of this transaction, and not export them. If
    the backend was activated since the transaction began, this fails and Odoo repeats
    the transaction.
    """
    table = SQL.identifier(backend._table)
    backend.env.cr.execute(
        SQL("SELECT FROM %s WHERE id = %s FOR SHARE", table, backend.id)
    )


def delay_export(
    binding: models.BaseModel,
    fields: Iterable[str] | None = None,
    run: models.BaseModel | None = None,
    only_unconfirmed: bool = False,
    **job_options: Any,
) -> Any:
    """Delay one ``export_record`` unless an equal job waits already.

    Return the new job, or the record of the waiting one.

    :param only_unconfirmed: of the fields, send those whose edits are unconfirmed when
        the job runs; another export may have sent the others, or an import overwritten
        them
    """
    binding = binding.with_company(company_of(binding.backend_id)).with_context(
        **{ONLY_UNCONFIRMED: only_unconfirmed}
    )
    arguments: dict[str, Any] = {} if fields is None else {"fields": sorted(fields)}
    if run:
        arguments["run"] = run
    options = {
        "priority": export_priority(binding),
        "identity_key": export_identity_key(binding, fields, only_unconfirmed),
        "description": binding.env._(
            "Export %(model)s %(record)s to %(backend)s",
            model=name_of_model(binding),
            record=f'"{binding.display_name}"',
            backend=binding.backend_id.display_name,
        ),
        **job_options,
    }
    job = binding.with_delay(**options).export_record(**arguments)
    repeat_jobs = RepeatJobs.of(binding.env.cr)
    if isinstance(job, models.BaseModel):
        repeat_jobs.delay_for(job.uuid, binding, arguments, options)
    else:
        repeat_jobs.own_jobs.add(job.uuid)
    return job


def export_priority(binding: models.BaseModel) -> int:
    """Return the priority of the running job, outside of jobs that of an edit."""
    priority = running_priority(binding.env)
    return EDIT_PRIORITY if priority is None else priority


def export_identity_key(
    binding: models.BaseModel,
    fields: Iterable[str] | None = None,
    only_unconfirmed: bool = False,
) -> str:
    """Return the key that equal waiting exports have."""
    what = "all" if fields is None else ",".join(sorted(fields))
    if only_unconfirmed:
        what += ", unconfirmed"
    return f"export {binding._name} {binding.id}: {what}"


def delay_deletion(deletion: Deletion) -> Any:
    """Delay one ``export_delete_record`` unless an equal job waits already."""
    backend, binding, external_id, created_at, name = deletion
    known = {"created_at": created_at} if created_at else {}
    return (
        binding.browse()
        .with_company(company_of(backend))
        .with_context(**{RECORD_NAME: name})
        .with_delay(
            priority=export_priority(binding),
            identity_key=(
                f"delete {binding._name} in {backend._name} {backend.id}: {external_id}"
            ),
            description=backend.env._(
                "Delete %(model)s %(record)s in %(backend)s",
                model=name_of_model(binding),
                record=name_of_record(name, external_id),
                backend=backend.display_name,
            ),
        )
        .export_delete_record(backend, external_id, **known)
    )


class RepeatJob(NamedTuple):
    """Job that repeats an export if the waiting job has started too early."""

    uuid: str
    #: whether the listener set the time at which it starts
    has_own_eta: bool


class RepeatJobs(AfterCommitQueue):
    """Repeat jobs that one transaction has delayed, to be checked after the commit.

    No export depends on the check. If it fails, the repeat job starts a minute
    later and exports the record again.
    """

    _failure = (
        "The exports that were waiting already could not be checked after the commit: "
        f"they are repeated in {REPEAT_SECONDS} seconds"
    )

    def __init__(self) -> None:
        #: uuids of jobs of this transaction, which cannot start before its end
        self.own_jobs: set[str] = set()
        #: ``{uuid of a waiting job: its repeat job}``
        self.by_job: dict[str, RepeatJob] = {}

    def is_empty(self) -> bool:
        return not self.by_job

    def delay_for(
        self,
        job_uuid: str,
        binding: models.BaseModel,
        arguments: dict[str, Any],
        options: dict[str, Any],
    ) -> None:
        """Delay a repeat job for a waiting job that is not of this transaction."""
        if job_uuid in self.own_jobs or job_uuid in self.by_job:
            return
        has_own_eta = bool(options.get("eta"))
        repeat_options = {**options, "identity_key": None}
        if not has_own_eta:
            repeat_options["eta"] = REPEAT_SECONDS
        job = binding.with_delay(**repeat_options).export_record(**arguments)
        self.own_jobs.add(job.uuid)
        self.by_job[job_uuid] = RepeatJob(job.uuid, has_own_eta)

    def flush(self, cr: BaseCursor) -> None:
        """Delete the repeat jobs that are not needed and start the others."""
        jobs = api.Environment(cr, SUPERUSER_ID, {})["queue.job"]
        waiting = jobs.search(
            [("uuid", "in", list(self.by_job)), ("state", "in", WAITING_STATES)]
        )
        waiting_uuids = set(waiting.mapped("uuid"))
        needless, needed = [], []
        for job_uuid, repeat_job in self.by_job.items():
            if job_uuid in waiting_uuids:
                needless.append(repeat_job.uuid)
            elif not repeat_job.has_own_eta:
                needed.append(repeat_job.uuid)
        pending = [("state", "=", "pending")]
        jobs.search([("uuid", "in", needless), *pending]).unlink()
        jobs.search([("uuid", "in", needed), *pending]).write({"eta": False})
