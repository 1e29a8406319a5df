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

import logging
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

from odoo import api, fields, models
from odoo.fields import NO_ACCESS

from .export_receipt import from_parts

_logger = logging.getLogger(__name__)

#: in place of the id of a binding that was deleted before the answer
ENDED = -1


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
    #: the call that has sent it together with others
    call_key: str | None = None

    def is_expired(self, hours: float) -> bool:
        """Return whether the backend may have forgotten the key."""
        age = _now() - self.sent_at
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

    call_key = fields.Char(help="Identifies the call that has sent several new records")
    position = fields.Integer(aggregator=False, help="Position in that call")

    @api.model
    def _begin(self, backend, binding, record, request: str) -> KeyedCreation:
        """Return the key of an unanswered creation of a record, or commit a new one.

        :param request: the values to send, unless earlier ones are repeated
        """
        return self._begin_many(backend, [(binding, record, request)])[0]

    @api.model
    def _begin_many(
        self, backend, wanted: list[tuple], call_key: str | None = None
    ) -> list[KeyedCreation]:
        """Do the same for several records.

        :param wanted: ``(binding, record, request)`` of each
        :param call_key: the call that sends all new keys
        """
        with self._own_transaction() as receipts:
            is_known = receipts._is_committed(backend)
            records = receipts._read_creations([each[1] for each in wanted])
            bindings = receipts._read_creations([each[0] for each in wanted])
            known = receipts._find_many(backend, wanted)
            begun, new = [], []
            for position, (binding, record, request) in enumerate(wanted):
                key = record._name, record.id
                if not (is_known and key in records):
                    lost = KeyedCreation(None, _new_key(), request, _now())
                    begun.append(lost._replace(call_key=call_key))
                    continue
                of_record = known.get(key, receipts)._of_creation(records[key])
                found = of_record._find_begun(binding.id)
                begun.append(found._read(is_repeated=True) if found else None)
                if not found:
                    is_bound = (binding._name, binding.id) in bindings
                    new.append(
                        {
                            **receipts._values_of(backend, binding._name, record),
                            **receipts._new_request(request),
                            "binding_id": binding.id if is_bound else 0,
                            "call_key": call_key,
                            "position": position,
                        }
                    )
            created = iter(receipts.create(new))
            return [each or next(created)._read(is_repeated=False) for each in begun]

    def _find_many(self, backend, wanted: list[tuple]) -> dict[tuple, models.BaseModel]:
        """Return ``{(model, id) of a record: its receipts}``, the newest first."""
        receipts = self.search(
            self._domain_of_backend(backend, wanted[0][0]._name)
            + [("record_id", "in", [record.id for __, record, __ in wanted])],
            order="id desc",
        )
        return receipts.grouped(lambda each: (each.record_model, each.record_id))

    def _find_begun(self, binding_id: int) -> models.BaseModel:
        """Return the answered or unanswered creation of a record; end all others."""
        answered = self.filtered("external_id")[:1]
        unanswered = (self - answered).filtered("idempotency_key")
        of_others = unanswered.filtered(
            lambda receipt: receipt.binding_id not in (0, binding_id)
        )
        of_others._forget_record()
        return answered or (unanswered - of_others)[:1]

    def _forget_record(self) -> None:
        """End keys; a call of several records keeps them until it is answered."""
        of_call = self.filtered("call_key")
        of_call.binding_id = ENDED
        (self - of_call).unlink()

    @staticmethod
    def _new_request(request: str) -> dict[str, Any]:
        return {
            "idempotency_key": _new_key(),
            "request": request,
            "sent_at": _now(),
        }

    def _read(self, is_repeated: bool) -> KeyedCreation:
        return KeyedCreation(
            receipt_id=self.id,
            key=self.idempotency_key,
            request=self.request,
            sent_at=self.sent_at,
            is_repeated=is_repeated,
            external_id=from_parts(self.external_parts) or self.external_id or None,
            call_key=self.call_key or None,
        )

    @api.model
    def _read_call(self, call_key: str) -> list[KeyedCreation]:
        """Return the creations of an unanswered call, in their order."""
        with self._own_transaction() as receipts:
            of_call = receipts.search([("call_key", "=", call_key)], order="position")
            return [receipt._read(is_repeated=True) for receipt in of_call]

    @api.model
    def _answer_many(self, answers: dict[int, Any]) -> None:
        """Commit the external ids of a call, ``{receipt id: external id}``.

        The receipts of refused records, with the id None, are deleted.
        """
        with self._own_transaction() as receipts:
            for receipt in receipts.browse(answers).exists():
                external_id = answers[receipt.id]
                if receipt.binding_id == ENDED and external_id is not None:
                    _logger.warning(
                        "%s %s was deleted while it was sent: external id %s is bound "
                        "to nothing",
                        receipt.record_model,
                        receipt.record_id,
                        external_id,
                    )
                if receipt.binding_id == ENDED or external_id is None:
                    receipt.unlink()
                else:
                    receipt.write(self._id_values(external_id))

    @api.model
    def _renew(self, receipt_id: int, request: str) -> KeyedCreation:
        """Commit another key for a creation, which has not happened."""
        with self._own_transaction() as receipts:
            receipt = receipts.browse(receipt_id)
            receipt.write({**self._new_request(request), "call_key": False})
            return receipt._read(is_repeated=False)

    @api.model
    def _end(self, receipt_ids: list[int | None]) -> None:
        """Delete the receipts of creations that have not happened, and commit."""
        known_ids = [receipt_id for receipt_id in receipt_ids if receipt_id]
        if known_ids:
            with self._own_transaction() as receipts:
                receipts.browse(known_ids).exists().unlink()

    @api.model
    def _end_all(self, backend, model_name: str, record) -> None:
        """Delete the keys of a record that was found in the backend, and commit."""
        with self._own_transaction() as receipts:
            receipts._find(backend, model_name, record).filtered(
                lambda receipt: not receipt.external_id
            )._forget_record()


def _new_key() -> str:
    return str(uuid4())


def _now() -> datetime:
    return fields.Datetime.now()
