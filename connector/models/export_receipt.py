# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A receipt: an external id whose binding is not committed yet.

A receipt without an external id is an idempotency key, see ``export_key.py``.

::

    export: backend creates a record ─► _leave   commits the id in another transaction
            transaction commits ──────► _drop_if_bound   the binding has the id now
            transaction is lost ──────► the receipt stays
    next export ──────────────────────► _claim   binds the id: no second external record
"""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from itertools import compress
from typing import Any

from odoo import api, fields, models
from odoo.tools.sql import table_exists

from ..database import separate_transaction
from ..jobs.lifecycle import company_of

_logger = logging.getLogger(__name__)

LOCK_TIMEOUT = "5s"


def as_parts(external_id: Any) -> list | bool:
    """Return a composed external id as JSON stores it, False for any other."""
    if not isinstance(external_id, tuple):
        return False
    return [as_parts(part) or part for part in external_id]


def from_parts(parts: Any) -> Any:
    """Return the composed external id that ``as_parts`` has converted."""
    return tuple(map(from_parts, parts)) if isinstance(parts, list) else parts


def record_creation(record: models.BaseModel) -> datetime | bool:
    """Return the creation time of a record, which tells it from a reused id."""
    return record._log_access and record.sudo().create_date


class ConnectorExportReceipt(models.Model):
    """An external id whose binding is not committed yet."""

    _name = "connector.export.receipt"
    _description = "Export Receipt"
    _log_access = False

    backend_model = fields.Char(string="Backend model", required=True)
    backend_id = fields.Many2oneReference(model_field="backend_model", required=True)
    model_name = fields.Char(string="Binding model", required=True)
    record_model = fields.Char(string="Record model", required=True)
    record_id = fields.Many2oneReference(model_field="record_model", required=True)
    record_created_at = fields.Datetime(
        help="A record that got the ID later does not get the receipt"
    )
    external_id = fields.Char(string="ID in the backend")
    external_parts = fields.Json(help="The parts of an ID that is composed of several")
    company_id = fields.Many2one("res.company")
    left_at = fields.Datetime(readonly=True, default=fields.Datetime.now)

    _key_index = models.Index("(model_name, record_id, backend_id)")

    @api.model
    def _domain_of_backend(self, backend, model_name: str) -> list:
        return [
            ("backend_model", "=", backend._name),
            ("backend_id", "=", backend.id),
            ("model_name", "=", model_name),
        ]

    @api.model
    def _claim(self, backend, model_name: str, record) -> Any:
        """Return the external id that a lost transaction left; delete its receipt.

        If the running transaction is rolled back, the receipt exists again.
        """
        receipts = self._find(backend, model_name, record)
        receipts = receipts.filtered("external_id")
        created_at = receipts and record_creation(record)
        claimed = receipts._of_creation(created_at)
        for receipt in receipts - claimed:
            _logger.warning(
                "External id %s in %s was given to another record that had the id of "
                "%s: it is bound to nothing",
                receipt.external_id,
                backend,
                record,
            )
        newest = claimed[:1]
        external_id = from_parts(newest.external_parts) or newest.external_id or None
        receipts.unlink()
        return external_id

    @api.model
    def _find(self, backend, model_name: str, record) -> models.BaseModel:
        """Return the receipts of a record, the newest first."""
        return self.search(
            self._domain_of_backend(backend, model_name)
            + [("record_model", "=", record._name), ("record_id", "=", record.id)],
            order="id desc",
        )

    def _of_creation(self, created_at: datetime | bool) -> models.BaseModel:
        """Return the receipts that are not of an earlier record with the same id."""
        return self.filtered(
            lambda receipt: (
                not (receipt.record_created_at and created_at)
                or receipt.record_created_at == created_at
            )
        )

    @api.model
    def _forget(self, backend, model_name: str, external_id: str) -> None:
        """Delete the receipts of an external record that will be deleted."""
        self.search(
            self._domain_of_backend(backend, model_name)
            + [("external_id", "=", external_id)]
        ).unlink()

    @api.model
    def _leave(
        self,
        backend,
        model_name: str,
        record,
        external_id: Any,
        bound_as: tuple,
        receipt_id: int | None = None,
    ) -> None:
        """Store an external id in another transaction, until its binding is committed.

        Nothing is stored if the record or the backend are not committed: they would be
        lost with the transaction, and no export could claim the receipt. A failure is
        logged. The running transaction may be aborted, so it is not read from.

        :param bound_as: the binding, its field for external ids, and what that field
            contains once it is bound
        :param receipt_id: the receipt of the key under which the record was created
        """
        described = f"external id {external_id} of {record} ({model_name}) in {backend}"
        try:
            receipt_id = self._store(
                backend, model_name, record, external_id, receipt_id
            )
        except Exception:
            # it must not replace the error of the export
            _logger.exception(
                "No receipt could be left for %s. If the running transaction is "
                "lost, bind it by hand, or it is created again.",
                described,
            )
            return
        if receipt_id is None:
            return
        _logger.info("Left a receipt for %s", described)
        self._drop_after_commit({receipt_id: bound_as})

    def _drop_after_commit(self, bound: dict[int, tuple]) -> None:
        """Delete receipts after the commit, ``{receipt id: bound_as of _leave}``."""
        keys = {
            receipt_id: (binding._name, binding.id, external_field, bound_id)
            for receipt_id, (binding, external_field, bound_id) in bound.items()
        }
        self.env.cr.postcommit.add(partial(self._drop_if_bound, keys))

    def _store(
        self, backend, model_name: str, record, external_id: Any, receipt_id: int | None
    ) -> int | None:
        """Commit a receipt and return its id; None if nothing could claim it."""
        with self._own_transaction() as receipts:
            receipt = receipts.browse(receipt_id).exists()
            if receipt:
                receipt.write(self._id_values(external_id))
                return receipt.id
            created = [(model_name, record, external_id)]
            return receipts._create_claimable(backend, created)[0]

    @api.model
    def _store_many(self, backend, created: list[tuple]) -> list[int | None]:
        """Commit receipts of new records, as ``_store`` does for one.

        :param created: ``(binding model, record, external id)`` of each
        """
        with self._own_transaction() as receipts:
            return receipts._create_claimable(backend, created)

    def _create_claimable(self, backend, created: list[tuple]) -> list[int | None]:
        """Return the ids of receipts, None for records that are not committed."""
        known = {}
        if self._is_committed(backend):
            known = self._read_creations([record for __, record, __ in created])
        is_known = [(record._name, record.id) in known for __, record, __ in created]
        values_list = [
            {
                **self._values_of(backend, model_name, record),
                **self._id_values(external_id),
            }
            for model_name, record, external_id in compress(created, is_known)
        ]
        left = iter(self.create(values_list).ids)
        return [next(left) if each else None for each in is_known]

    @staticmethod
    def _id_values(external_id: Any) -> dict[str, Any]:
        return {
            "external_id": str(external_id),
            "external_parts": as_parts(external_id),
        }

    def _values_of(self, backend, model_name: str, record) -> dict[str, Any]:
        """Return what identifies the record of a receipt, read in this transaction."""
        known = self.env[record._name].browse(record.id)
        return {
            "backend_model": backend._name,
            "backend_id": backend.id,
            "model_name": model_name,
            "record_model": record._name,
            "record_id": record.id,
            "record_created_at": record_creation(known),
            "company_id": self._company_id_of(backend),
        }

    def _read_creations(self, records: list) -> dict[tuple[str, int], Any]:
        """Return ``{(model, id): creation time}`` of the committed records."""
        by_model: dict[str, list[int]] = {}
        for record in records:
            by_model.setdefault(record._name, []).append(record.id)
        return {
            (name, record.id): record_creation(record)
            for name, ids in by_model.items()
            if table_exists(self.env.cr, self.env[name]._table)
            for record in self.env[name].browse(ids).exists()
        }

    def _is_committed(self, known) -> bool:
        """Return whether a record exists in this transaction, too.

        A collection of components need not be a record; it counts as existing.
        """
        if not isinstance(known, models.BaseModel):
            return True
        if not table_exists(self.env.cr, known._table):
            return False
        return bool(self.env[known._name].browse(known.id).exists())

    def _company_id_of(self, backend) -> int | bool:
        """Return the id of the backend's company, read in this transaction."""
        if not isinstance(backend, models.BaseModel):
            return False
        return company_of(self.env[backend._name].browse(backend.id)).id

    def _drop_if_bound(self, keys: dict[int, tuple[str, int, str, str]]) -> None:
        """Delete the receipts whose external id is in the committed binding.

        The binding may be missing, for example after a savepoint was rolled back. An
        error is logged, as the commit succeeded: the next export claims the receipt.
        """
        try:
            with self._own_transaction() as receipts:
                for receipt in receipts.browse(keys).exists():
                    model_name, binding_id, field, bound_id = keys[receipt.id]
                    binding = receipts.env[model_name].browse(binding_id).exists()
                    if binding[field] == bound_id:
                        receipt.unlink()
        except Exception:
            _logger.exception(
                "Receipts %s could not be deleted after the commit", list(keys)
            )

    def _own_transaction(self) -> AbstractContextManager[models.BaseModel]:
        return separate_transaction(self, LOCK_TIMEOUT)
