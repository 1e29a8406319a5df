# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Collect what a transaction wants to be exported, and delay one job for each."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

from odoo import api, models
from odoo.sql_db import BaseCursor

_KEY = "connector.export_requests"

#: states of a queue.job that has not begun to read the record
WAITING_STATES = ("wait_dependencies", "pending", "enqueued")


class Deletion(NamedTuple):
    """An external record that is to be deleted, once its binding is gone."""

    backend: models.BaseModel
    binding: models.BaseModel
    external_id: Any


def merge_fields(
    known: frozenset[str] | None, fields: Iterable[str] | None
) -> frozenset[str] | None:
    """Return the fields of two requests together; None are all fields."""
    return None if known is None or fields is None else known | frozenset(fields)


class ExportRequests:
    """Hold the requests of one transaction until it is about to be committed."""

    def __init__(self) -> None:
        self.exports: dict[models.BaseModel, frozenset[str] | None] = {}
        self.deletions: dict[models.BaseModel, Deletion] = {}
        self.job_options: dict[models.BaseModel, dict[str, Any]] = {}

    def __deepcopy__(self, memo: dict) -> ExportRequests:
        # Odoo's test cases copy what waits for the commit; records are not copied
        copy = ExportRequests()
        for name, requests in vars(self).items():
            getattr(copy, name).update(requests)
        return copy

    @classmethod
    def of(cls, cr: BaseCursor) -> ExportRequests:
        """Return the requests of the running transaction."""
        requests = cr.precommit.data.get(_KEY)
        if requests is None:
            requests = cr.precommit.data[_KEY] = cls()
            cr.precommit.add(partial(_delay_requests, cr))
        return requests

    def export(
        self,
        binding: models.BaseModel,
        fields: Iterable[str] | None,
        job_options: dict[str, Any] | None = None,
    ) -> None:
        """Ask for an export of some fields of a binding, None being all."""
        known = self.exports.get(binding, frozenset())
        self.exports[binding] = merge_fields(known, fields)
        self.job_options[binding] = job_options or {}

    def delete(self, deletion: Deletion) -> None:
        """Ask for a deletion in the backend, if the binding is gone in the end."""
        self.deletions[deletion.binding] = deletion

    def delay(self) -> None:
        """Delay a job for each export and each deletion."""
        gone = self._find_gone()
        for binding, fields in self.exports.items():
            if binding not in gone:
                delay_export(binding, fields, **self.job_options[binding])
        for binding, deletion in self.deletions.items():
            if binding in gone:
                delay_deletion(deletion)

    def _find_gone(self) -> set[models.BaseModel]:
        by_model: dict[str, models.BaseModel] = {}
        for binding in [*self.exports, *self.deletions]:
            by_model[binding._name] = by_model.get(binding._name, binding) | binding
        existing = {
            binding for bindings in by_model.values() for binding in bindings.exists()
        }
        return {*self.exports, *self.deletions} - existing


def _delay_requests(cr: BaseCursor) -> None:
    requests = cr.precommit.data.pop(_KEY, None)
    if requests is not None:
        requests.delay()


def delay_export(
    binding: models.BaseModel,
    fields: Iterable[str] | None = None,
    run: models.BaseModel | None = None,
    **job_options: Any,
) -> Any:
    """Delay one ``export_record``, unless the same is waiting already.

    Return the job, or the record of the one that is waiting.
    """
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
    if isinstance(job, models.BaseModel):
        _check_after_commit(job, binding, arguments, options)
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


def _check_after_commit(
    waiting: models.BaseModel,
    binding: models.BaseModel,
    arguments: dict[str, Any],
    options: dict[str, Any],
) -> None:
    """Delay another export if the waiting one began before our commit.

    It could not see what this transaction changed.
    """
    env = binding.env
    registry, job_uuid = env.registry, waiting.uuid

    def check() -> None:
        with registry.cursor() as cr:
            own_env = api.Environment(cr, env.uid, env.context, env.su)
            job = own_env["queue.job"].sudo().search([("uuid", "=", job_uuid)])
            if job.state not in WAITING_STATES:
                binding.with_env(own_env).with_delay(**options).export_record(
                    **arguments
                )

    env.cr.postcommit.add(check)
