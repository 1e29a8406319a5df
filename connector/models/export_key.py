# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An idempotency key: a receipt of a creation whose answer is not known yet.

::

    export: before the call ─► _begin   commits the key and the values that are sent
            the answer has an id ─────► _leave  the receipt gets the id
            the backend refuses ──────► _end    nothing was created: the key ends
            no answer, kill -9 ───────► the key stays
    next export ──────────────► _begin  returns the same key and the same values

A backend returns the stored answer for a key that it knows, if the values are the same.
An edit between the two exports is therefore sent afterwards, as an update.

Each step is a transaction that is committed immediately. It also sees what another job
has committed since the transaction of the export began.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

from odoo import api, fields, models
from odoo.fields import NO_ACCESS

from .export_receipt import from_parts, record_creation


class KeyedCreation(NamedTuple):
    """A creation under an idempotency key."""

    #: the receipt; None for a record that is not committed
    receipt_id: int | None
    key: str
    #: the values that are sent, as JSON
    request: str
    sent_at: datetime
    #: whether an earlier call had no answer
    is_repeated: bool = False
    #: the id, if another transaction has got the answer meanwhile
    external_id: Any = None

    def is_expired(self, hours: float) -> bool:
        """Return whether the backend may have forgotten the key."""
        age = fields.Datetime.now() - self.sent_at
        return self.is_repeated and age > timedelta(hours=hours)


class ConnectorExportReceipt(models.Model):
    _inherit = "connector.export.receipt"

    idempotency_key = fields.Char(
        help="Sent with the new record: a backend that knows it creates no other"
    )
    sent_at = fields.Datetime(
        help="When the new record was first sent. Without an ID, no answer was received"
    )
    request = fields.Text(groups=NO_ACCESS, help="The values that were sent, as JSON")
    binding_id = fields.Integer(
        aggregator=False, help="The key ends with this binding; 0 if it was new"
    )

    @api.model
    def _begin(self, backend, binding, record, request: str) -> KeyedCreation:
        """Return the key of an unanswered creation of a record, or commit a new one.

        :param request: the values to send, unless earlier ones are repeated
        """
        with self._own_transaction() as receipts:
            if not (receipts._is_committed(backend) and receipts._is_committed(record)):
                return KeyedCreation(None, _new_key(), request, fields.Datetime.now())
            known = receipts._find(backend, binding._name, record)
            created_at = record_creation(receipts.env[record._name].browse(record.id))
            known = known._of_creation(created_at)
            answered = known.filtered("external_id")[:1]
            unanswered = (known - answered).filtered("idempotency_key")
            ended = unanswered.filtered(
                lambda receipt: receipt.binding_id not in (0, binding.id)
            )
            found = answered or (unanswered - ended)[:1]
            ended.unlink()
            return (found or receipts._start(backend, binding, record, request))._read(
                is_repeated=bool(found)
            )

    def _start(self, backend, binding, record, request: str) -> models.BaseModel:
        """Create the receipt of a new key."""
        values = {
            **self._values_of(backend, binding._name, record),
            **self._new_request(request),
            "binding_id": binding.id if self._is_committed(binding) else 0,
        }
        return self.create(values)

    @staticmethod
    def _new_request(request: str) -> dict[str, Any]:
        return {
            "idempotency_key": _new_key(),
            "request": request,
            "sent_at": fields.Datetime.now(),
        }

    def _read(self, is_repeated: bool) -> KeyedCreation:
        return KeyedCreation(
            receipt_id=self.id,
            key=self.idempotency_key,
            request=self.request,
            sent_at=self.sent_at,
            is_repeated=is_repeated,
            external_id=from_parts(self.external_parts) or self.external_id or None,
        )

    @api.model
    def _renew(self, receipt_id: int, request: str) -> KeyedCreation:
        """Commit another key for a creation, which has not happened."""
        with self._own_transaction() as receipts:
            receipt = receipts.browse(receipt_id)
            receipt.write(self._new_request(request))
            return receipt._read(is_repeated=False)

    @api.model
    def _end(self, receipt_id: int | None) -> None:
        """Delete the receipt of a creation that has not happened, and commit."""
        if receipt_id is not None:
            with self._own_transaction() as receipts:
                receipts.browse(receipt_id).exists().unlink()

    @api.model
    def _end_all(self, backend, model_name: str, record) -> None:
        """Delete the keys of a record that was found in the backend, and commit."""
        with self._own_transaction() as receipts:
            receipts._find(backend, model_name, record).filtered(
                lambda receipt: not receipt.external_id
            ).unlink()


def _new_key() -> str:
    return str(uuid4())
