# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Creations under an idempotency key: a lost answer creates no second record.

.. code-block:: text

    _begin: the key and the values are committed
     │  another transaction has the answer ──────────▶ its id
     │  unanswered, and the backend may have forgotten the key:
     │    _find_external_id found nothing ───────────▶ a new key
     │    without that hook ─────────────────────────▶ error: a person looks
     │  the adapter sends the values, and the key
     ├─ refused at the first call ───────────────────▶ error; the key ends
     ├─ refused, after a call without an answer ─────▶ error; the key stays
     ├─ no answer ───────────────────────────────────▶ error; the key stays
     ▼  the id; an edit since the first call is sent as an update

The receipts of the keys are in ``models/export_key.py``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ...exception import (
    AccessRefused,
    InvalidDataError,
    NetworkRetryableError,
    UnreadableAnswer,
)
from ...http.errors import RestRefusal
from ...http.idempotency import proves_not_executed

#: status of a call whose predecessor, with the same key, is still running
_CONFLICT = 409
#: wait until the predecessor has ended
_CONFLICT_SECONDS = 30


class KeyedCreator:
    """Sends a new record under an idempotency key; ``hooks`` is the exporter."""

    def __init__(self, hooks: Any) -> None:
        self._hooks = hooks
        self._adapter = hooks.backend_adapter
        self._receipts = hooks.env["connector.export.receipt"].sudo()
        #: receipt of the key
        self.receipt_id: int | None = None
        #: whether the created record has earlier values than the current ones
        self.has_earlier_values = False

    def create(self, values: dict[str, Any], send: Callable[[Any], Any]) -> Any:
        """Return the id of the created record.

        :param send: operation of the adapter that gets the values
        """
        hooks = self._hooks
        request = self._as_json(values)
        record = hooks._exported_record()
        creation = self._receipts._begin(
            hooks.backend_record, hooks.binding, record, request
        )
        is_answered = creation.external_id is not None
        if not is_answered and creation.is_expired(self._adapter._idempotency_hours):
            self._check_may_send_again(creation)
            creation = self._receipts._renew(creation.receipt_id, request)
        self.receipt_id = creation.receipt_id
        self.has_earlier_values = creation.request != request
        if is_answered:
            return creation.external_id
        if creation.is_repeated:
            values = json.loads(creation.request)
        try:
            with self._adapter.creating_under(creation.key):
                return send(self._adapter.add_idempotency_field(values, creation.key))
        except Exception as error:
            self._handle_failure(creation, error)
            raise

    def _as_json(self, values: dict[str, Any]) -> str:
        try:
            return json.dumps(values)
        except (TypeError, ValueError) as error:
            raise InvalidDataError(
                f"{self._hooks._name}: the values of a new {self._hooks.model._name} "
                f"are not JSON: {error}. An idempotency key is kept with the values "
                "that it was sent with: convert them in the mapper."
            ) from error

    def _check_may_send_again(self, creation: Any) -> None:
        hooks = self._hooks
        if hooks._is_overridden("_find_external_id"):
            return  # it has found nothing
        raise InvalidDataError(
            f"{hooks.binding.display_name} was sent to "
            f"{hooks.backend_record.display_name} at {creation.sent_at} (UTC), without "
            f"an answer, and the backend remembers the idempotency key "
            f"{creation.key} for {self._adapter._idempotency_hours:g} hours only. If "
            "the record exists there, enter its ID in the binding. Delete the receipt "
            "in Connectors > Export Receipts, then export again. The hook "
            f"_find_external_id of {hooks._name} would find the record automatically."
        )

    def _handle_failure(self, creation: Any, error: Exception) -> None:
        """End the key of a record that was not created; explain a refused repetition.

        :raise NetworkRetryableError: the earlier call is still running
        :raise InvalidDataError: refused, but an earlier call may have created it
        """
        if not creation.is_repeated:
            if proves_not_executed(error):
                self._receipts._end(creation.receipt_id)
            return
        if getattr(error, "status_code", None) == _CONFLICT:
            raise NetworkRetryableError(
                f"{error} An earlier call with the same idempotency key may still be "
                "running.",
                seconds=_CONFLICT_SECONDS,
            ) from error
        if isinstance(error, InvalidDataError | RestRefusal) and not isinstance(
            error, UnreadableAnswer | AccessRefused
        ):
            raise InvalidDataError(
                f"{error} The record was sent at {creation.sent_at} (UTC) before, with "
                "the same values and without an answer. If it does not exist in the "
                "backend, delete its receipt in Connectors > Export Receipts, then "
                "export again."
            ) from error
