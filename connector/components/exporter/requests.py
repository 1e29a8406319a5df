# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Collect what a transaction wants to be exported, and have one job for each."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from functools import partial
from typing import Any

from odoo import models
from odoo.sql_db import BaseCursor
from odoo.tools import SQL

from odoo.addons.component_event.savepoints import follow_savepoints

from ..two_way.unconfirmed import has_unconfirmed_fields
from .jobs import Deletion, delay_deletion, delay_export

_KEY = "connector.export_requests"


def merge_fields(
    known: frozenset[str] | None, fields: Iterable[str] | None
) -> frozenset[str] | None:
    """Return the fields of two requests together; None are all fields."""
    return None if known is None or fields is None else known | frozenset(fields)


def find_kept_back(bindings: Iterable[models.BaseModel]) -> set[models.BaseModel]:
    """Return the bindings that get no job: the backend is off, or the record stopped.

    The names of the changed fields are kept, and exported on activation. A binding that
    cannot keep them gets its job, which waits.
    """
    reasons: dict[models.BaseModel, str | None] = {}
    for binding in bindings:
        backend = binding.backend_id
        if backend not in reasons:
            reasons[backend] = backend._find_reason_to_pause()
            if reasons[backend]:
                _keep_off(backend)
    return {
        binding
        for binding in bindings
        if has_unconfirmed_fields(binding)
        and (reasons[binding.backend_id] or binding._find_reason_to_stop())
    }


def _keep_off(backend: models.BaseModel) -> None:
    """Let nobody switch the backend on before the end of the transaction.

    It would be activated without an export of what this transaction changed. Where it
    was switched on since the transaction began, that fails, and Odoo repeats it.
    """
    backend.env.cr.execute(
        SQL(
            "SELECT FROM %s WHERE id = %s FOR SHARE",
            SQL.identifier(backend._table),
            backend.id,
        )
    )


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
        exports = {k: v for k, v in self.exports.items() if k not in gone}
        for binding in list(exports)[:1]:
            binding.env["connector.unconfirmed.field"]._note(exports)
        kept_back = find_kept_back(exports)
        for binding, fields in exports.items():
            if binding in kept_back:
                continue
            options = self.job_options[binding]
            delay_export(binding, fields, only_unconfirmed=True, **options)
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


def _remember_requests(cr: BaseCursor) -> ExportRequests | None:
    requests = cr.precommit.data.get(_KEY)
    return requests and deepcopy(requests)


def _restore_requests(cr: BaseCursor, remembered: ExportRequests | None) -> None:
    """Restore the requests of before a savepoint whose jobs it has rolled back."""
    if remembered is not None:
        ExportRequests.of(cr)
        cr.precommit.data[_KEY] = deepcopy(remembered)
    else:
        cr.precommit.data.pop(_KEY, None)


follow_savepoints(_remember_requests, _restore_requests)


def _delay_requests(cr: BaseCursor) -> None:
    requests = cr.precommit.data.pop(_KEY, None)
    if requests is not None:
        requests.delay()
