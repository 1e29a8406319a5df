# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Receipts that no export claims: the external record exists, and is bound to nothing.

Usually the next try of the export claims a receipt. If its job was cancelled or
deleted, nothing does, and nobody would know of the external record. So the receipt
becomes an error, until it is claimed or deleted.
"""

from __future__ import annotations

from odoo import api, models
from odoo.tools import SQL

from ..jobs.causes import RECEIPT
from ..jobs.error_states import UNRESOLVED_STATES
from ..jobs.lifecycle import as_own_user
from ..jobs.subject import JobSubject, subject_of_export

#: minutes after which a receipt must have been claimed, or have a job
ORPHAN_MINUTES = 10
_BATCH = 200
_SUBJECT = "receipt "


class ConnectorExportReceipt(models.Model):
    _inherit = "connector.export.receipt"

    @api.model
    def _note_orphans(self) -> None:
        """Open the errors of orphaned receipts, and resolve those of claimed ones."""
        for receipt in self._find_orphans():
            receipt._note_orphan()
        errors = self.env["connector.sync.error"].sudo()
        noted = errors.search(
            [("state", "in", UNRESOLVED_STATES), ("cause", "=", RECEIPT)]
        )
        if noted:
            kept = {self._subject_of(each) for each in self.search([])}
            noted.filtered(lambda error: error.subject not in kept)._resolve()

    def _find_orphans(self) -> models.BaseModel:
        """Return old receipts without an error; those of keys have no external id."""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT receipt.id FROM connector_export_receipt AS receipt
                WHERE receipt.external_id IS NOT NULL AND COALESCE(
                    receipt.left_at < now() AT TIME ZONE 'UTC'
                    - %s * interval '1 minute', true)
                  AND NOT EXISTS (
                    SELECT FROM connector_sync_error AS error
                    WHERE error.state <> 'resolved'
                      AND error.backend_model = receipt.backend_model
                      AND error.backend_id = receipt.backend_id
                      AND error.subject = receipt.model_name
                        || ' export method:receipt ' || receipt.id)
                ORDER BY receipt.id LIMIT %s
                """,
                ORPHAN_MINUTES,
                _BATCH,
            )
        )
        return self.browse([receipt_id for (receipt_id,) in rows])

    @staticmethod
    def _subject_of(receipt: models.BaseModel) -> str:
        what = f"{_SUBJECT}{receipt.id}"
        return str(JobSubject(receipt.model_name, "export", "method", what))

    def _note_orphan(self) -> None:
        """Open the error of an orphan, unless a job will claim it."""
        binding = self._find_own_binding()
        if binding and self._is_export_left(binding):
            return
        record = self.env.get(self.record_model)
        record = record is not None and record.sudo().browse(self.record_id).exists()
        name = record and record.display_name
        self.env["connector.sync.error"]._note(
            self.backend_model,
            self.backend_id,
            self._subject_of(self),
            cause=RECEIPT,
            reason=self.env._(
                "%(record)s was created in the backend with ID %(external_id)s, but "
                "its export did not end: it is not bound.",
                record=name or f"{self.record_model} {self.record_id}",
                external_id=self.external_id,
            ),
            model_name=self.model_name,
            direction="export",
            external_id=self.external_id,
            binding_id=binding.id if binding else False,
            record_name=name or self.external_id,
        )

    def _find_own_binding(self) -> models.BaseModel | None:
        """Return the binding of the record with the backend, None if there is none."""
        model = self.env.get(self.model_name)
        if model is None:
            return None
        model = model.sudo().with_context(active_test=False)
        if self.record_model == self.model_name:
            return model.browse(self.record_id).exists() or None
        if "odoo_id" not in model._fields or "backend_id" not in model._fields:
            return None
        domain = [
            ("odoo_id", "=", self.record_id),
            ("backend_id", "=", self.backend_id),
        ]
        return model.search(domain, limit=1) or None

    def _is_export_left(self, binding: models.BaseModel) -> bool:
        """Return whether a job, or an error, of the export is left."""
        subject = str(subject_of_export(binding._name, binding.id))
        states = ("wait_dependencies", "pending", "enqueued", "started", "failed")
        return bool(
            self.env["queue.job"]
            .sudo()
            .search_count(
                [("sync_subject", "=", subject), ("state", "in", states)], limit=1
            )
        )

    @api.model
    def _retry_error(self, subject: JobSubject) -> bool:
        """Export the record of an orphan, which claims the receipt."""
        receipt = self.browse(int(subject.id.removeprefix(_SUBJECT))).exists()
        binding = receipt and receipt._find_own_binding()
        if not binding:
            return False
        backend = binding.backend_id
        if "user_id" in backend._fields and not backend._find_user_problem():
            binding = binding.with_env(as_own_user(backend).env)
        binding.with_delay().export_record()
        return True
