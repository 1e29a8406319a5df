# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Delay the jobs of exports, unless they are waiting already."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

from odoo import SUPERUSER_ID, api, models
from odoo.modules.registry import Registry
from odoo.sql_db import BaseCursor

from ...backend_company import company_of
from ...jobs.lifecycle import EDIT_PRIORITY, running_priority
from ..two_way.unconfirmed import ONLY_UNCONFIRMED

_logger = logging.getLogger(__name__)

_KEY = "connector.waiting_exports"

#: a stand-in begins that much later, unless it is settled before
STAND_IN_SECONDS = 60

#: states of a queue.job that has not begun to read the record
WAITING_STATES = ("wait_dependencies", "pending", "enqueued")


class Deletion(NamedTuple):
    """An external record that is to be deleted, once its binding is gone."""

    backend: models.BaseModel
    binding: models.BaseModel
    external_id: Any
    #: when the external record was created, where the binding knew it
    created_at: Any = None


def delay_export(
    binding: models.BaseModel,
    fields: Iterable[str] | None = None,
    run: models.BaseModel | None = None,
    only_unconfirmed: bool = False,
    **job_options: Any,
) -> Any:
    """Delay one ``export_record``, unless the same is waiting already.

    Return the job, or the record of the one that is waiting.

    :param only_unconfirmed: send of the fields only those with an unconfirmed edit
        when the job runs: another export may have sent the others meanwhile, or an
        import overwritten them
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
            model=binding._description,
            record=binding.display_name,
            backend=binding.backend_id.display_name,
        ),
        **job_options,
    }
    job = binding.with_delay(**options).export_record(**arguments)
    waiting = WaitingExports.of(binding.env.cr)
    if isinstance(job, models.BaseModel):
        waiting.stand_in_for(job.uuid, binding, arguments, options)
    else:
        waiting.own.add(job.uuid)
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
    """Return the key by which a waiting export of the same is told."""
    what = "all" if fields is None else ",".join(sorted(fields))
    if only_unconfirmed:
        what += ", unconfirmed"
    return f"export {binding._name} {binding.id}: {what}"


def delay_deletion(deletion: Deletion) -> Any:
    """Delay one ``export_delete_record``, unless the same is waiting already."""
    backend, binding, external_id, created_at = deletion
    known = {"created_at": created_at} if created_at else {}
    return (
        binding.browse()
        .with_company(company_of(backend))
        .with_delay(
            priority=export_priority(binding),
            identity_key=(
                f"delete {binding._name} in {backend._name} {backend.id}: {external_id}"
            ),
            description=backend.env._(
                "Delete %(model)s %(external_id)s in %(backend)s",
                model=binding._description,
                external_id=external_id,
                backend=backend.display_name,
            ),
        )
        .export_delete_record(backend, external_id, **known)
    )


class StandIn(NamedTuple):
    """The job that repeats an export, in case the waiting one began too early."""

    uuid: str
    #: whether it waits for a time that the listener chose
    has_own_eta: bool


class WaitingExports:
    """The exports of a transaction for which an equal job was waiting already.

    The waiting job may begin before the transaction is committed, and would not see
    its changes. So a second job, the *stand-in*, is delayed in the same transaction,
    for a little later. After the commit it is deleted if the first job still waits,
    and may begin at once otherwise. Nothing depends on that check: where it fails, or
    a savepoint drops it, the stand-in runs, and exports the record once more.
    """

    def __init__(self) -> None:
        #: uuids of jobs of this very transaction, which cannot begin before its end
        self.own: set[str] = set()
        #: uuid of the waiting job → its stand-in
        self.unsure: dict[str, StandIn] = {}

    def __deepcopy__(self, memo: dict) -> WaitingExports:
        # Odoo's test cases copy what waits for the commit; records are not copied
        copy = WaitingExports()
        copy.own.update(self.own)
        copy.unsure.update(self.unsure)
        return copy

    @classmethod
    def of(cls, cr: BaseCursor) -> WaitingExports:
        """Return what is remembered of the running transaction."""
        waiting = cr.postcommit.data.get(_KEY)
        if waiting is None:
            waiting = cr.postcommit.data[_KEY] = cls()
            cr.postcommit.add(partial(_settle_stand_ins, cr))
        return waiting

    def stand_in_for(
        self,
        job_uuid: str,
        binding: models.BaseModel,
        arguments: dict[str, Any],
        options: dict[str, Any],
    ) -> None:
        """Delay a stand-in for a waiting job, unless that is of this transaction."""
        if job_uuid in self.own or job_uuid in self.unsure:
            return
        has_own_eta = bool(options.get("eta"))
        stand_in_options = {**options, "identity_key": None}
        if not has_own_eta:
            stand_in_options["eta"] = STAND_IN_SECONDS
        job = binding.with_delay(**stand_in_options).export_record(**arguments)
        self.own.add(job.uuid)
        self.unsure[job_uuid] = StandIn(job.uuid, has_own_eta)

    def settle(self, cr: BaseCursor) -> None:
        """Delete the stand-ins that are not needed; start the others immediately."""
        jobs = api.Environment(cr, SUPERUSER_ID, {})["queue.job"]
        still_waiting = jobs.search(
            [("uuid", "in", list(self.unsure)), ("state", "in", WAITING_STATES)]
        )
        needless, needed = [], []
        for job_uuid, stand_in in self.unsure.items():
            if job_uuid in still_waiting.mapped("uuid"):
                needless.append(stand_in.uuid)
            elif not stand_in.has_own_eta:
                needed.append(stand_in.uuid)
        pending = [("state", "=", "pending")]
        jobs.search([("uuid", "in", needless), *pending]).unlink()
        jobs.search([("uuid", "in", needed), *pending]).write({"eta": False})


def _settle_stand_ins(cr: BaseCursor) -> None:
    waiting = cr.postcommit.data.pop(_KEY, None)
    if waiting is None or not waiting.unsure:
        return
    try:
        with Registry(cr.dbname).cursor() as own_cr:
            waiting.settle(own_cr)
    except Exception:
        # what was committed is: whoever committed must not be told that it failed
        _logger.exception(
            "Exports that were waiting already could not be looked at after the "
            "commit: they are repeated in %s seconds",
            STAND_IN_SECONDS,
        )
