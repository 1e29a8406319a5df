# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Delay the jobs of exports, unless they are waiting already."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

from odoo import SUPERUSER_ID, api, models
from odoo.modules.registry import Registry
from odoo.sql_db import BaseCursor

from ..backend_company import company_of

_KEY = "connector.waiting_exports"

#: states of a queue.job that has not begun to read the record
WAITING_STATES = ("wait_dependencies", "pending", "enqueued")


class Deletion(NamedTuple):
    """An external record that is to be deleted, once its binding is gone."""

    backend: models.BaseModel
    binding: models.BaseModel
    external_id: Any


def delay_export(
    binding: models.BaseModel,
    fields: Iterable[str] | None = None,
    run: models.BaseModel | None = None,
    **job_options: Any,
) -> Any:
    """Delay one ``export_record``, unless the same is waiting already.

    Return the job, or the record of the one that is waiting.
    """
    binding = binding.with_company(company_of(binding.backend_id))
    arguments: dict[str, Any] = {} if fields is None else {"fields": sorted(fields)}
    if run:
        arguments["run"] = run
    options = {
        "identity_key": export_identity_key(binding, fields),
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
        waiting.check(job.uuid, WaitingExport(binding, arguments, options))
    else:
        waiting.own.add(job.uuid)
    return job


def export_identity_key(
    binding: models.BaseModel, fields: Iterable[str] | None = None
) -> str:
    """Return the key by which a waiting export of the same is told."""
    what = "all" if fields is None else ",".join(sorted(fields))
    return f"export {binding._name} {binding.id}: {what}"


def delay_deletion(deletion: Deletion) -> Any:
    """Delay one ``export_delete_record``, unless the same is waiting already."""
    backend, binding, external_id = deletion
    return (
        binding.browse()
        .with_company(company_of(backend))
        .with_delay(
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
        .export_delete_record(backend, external_id)
    )


class WaitingExport(NamedTuple):
    """An export that is not delayed, because an equal one is waiting."""

    binding: models.BaseModel
    arguments: dict[str, Any]
    options: dict[str, Any]


class WaitingExports:
    """Remember what was not delayed in a transaction, until it is committed.

    The job that was waiting may have begun before the commit. It could not see then
    what this transaction changed: another one is delayed.
    """

    def __init__(self) -> None:
        #: uuids of jobs of this very transaction, which cannot begin before its end
        self.own: set[str] = set()
        self.unsure: dict[str, WaitingExport] = {}

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
            cr.postcommit.add(partial(_check_waiting, cr))
        return waiting

    def check(self, job_uuid: str, export: WaitingExport) -> None:
        """Have a waiting job looked at again after the commit."""
        if job_uuid not in self.own:
            self.unsure[job_uuid] = export

    def delay_again(self, cr: BaseCursor) -> None:
        """Delay what did not wait long enough."""
        env = api.Environment(cr, SUPERUSER_ID, {})
        still_waiting = env["queue.job"].search(
            [("uuid", "in", list(self.unsure)), ("state", "in", WAITING_STATES)]
        )
        for job_uuid in self.unsure.keys() - set(still_waiting.mapped("uuid")):
            binding, arguments, options = self.unsure[job_uuid]
            binding = binding.with_env(binding.env(cr=cr))
            binding.with_delay(**options).export_record(**arguments)


def _check_waiting(cr: BaseCursor) -> None:
    waiting = cr.postcommit.data.pop(_KEY, None)
    if waiting is not None and waiting.unsure:
        with Registry(cr.dbname).cursor() as own_cr:
            waiting.delay_again(own_cr)
