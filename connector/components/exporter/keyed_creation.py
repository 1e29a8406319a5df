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
from collections import Counter
from collections.abc import Callable, Sized
from typing import Any

from ...exception import (
    AccessRefused,
    InvalidDataError,
    NetworkRetryableError,
    UnreadableAnswer,
)
from ...http.errors import RestRefusal
from ...http.idempotency import proves_not_executed
from ..external_id import can_be_external_id, is_external_id

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
        request = as_json(hooks, values)
        record = hooks._exported_record()
        creation = self._receipts._begin(
            hooks.backend_record, hooks.binding, record, request
        )
        is_answered = creation.external_id is not None
        if not is_answered and creation.is_expired(self._adapter._idempotency_hours):
            check_may_send_again(hooks, creation)
            creation = self._receipts._renew(creation.receipt_id, request)
        self.receipt_id = creation.receipt_id
        self.has_earlier_values = creation.request != request
        if is_answered:
            return creation.external_id
        if creation.is_repeated:
            values = json.loads(creation.request)
        if creation.is_repeated and creation.call_key:
            return self._repeat_call(creation)
        try:
            with self._adapter.creating_under(creation.key):
                return send(self._adapter.add_idempotency_field(values, creation.key))
        except Exception as error:
            end_or_explain(self._receipts, [creation], error)
            raise

    def _repeat_call(self, creation: Any) -> Any:
        """Send again the call of several records that has sent this one."""
        creations = self._receipts._read_call(creation.call_key)
        answers = send_call(self._adapter, self._receipts, creations)
        answer = dict(zip([each.key for each in creations], answers, strict=True))[
            creation.key
        ]
        if isinstance(answer, Exception):
            raise answer
        return answer


def as_json(hooks: Any, values: dict[str, Any]) -> str:
    """Return the values of a new record as they are kept with their key."""
    try:
        return json.dumps(values)
    except (TypeError, ValueError) as error:
        raise InvalidDataError(
            f"{hooks._name}: the values of a new {hooks.model._name} are not JSON: "
            f"{error}. An idempotency key is kept with the values that it was sent "
            "with: convert them in the mapper."
        ) from error


def check_may_send_again(hooks: Any, creation: Any) -> None:
    """Check that a record with a forgotten key was not created.

    :raise InvalidDataError: only a person can know
    """
    if hooks._is_overridden("_find_external_id"):
        return  # it has found nothing
    raise InvalidDataError(
        f"{hooks.binding.display_name} was sent to "
        f"{hooks.backend_record.display_name} at {creation.sent_at} (UTC), without an "
        f"answer, and the backend remembers the idempotency key {creation.key} for "
        f"{hooks.backend_adapter._idempotency_hours:g} hours only. If the record "
        "exists there, enter its ID in the binding. Delete the receipt in Connectors > "
        "Synchronization > Export Receipts, then export again. The hook "
        f"_find_external_id of {hooks._name} would find the record automatically."
    )


def send_call(adapter: Any, receipts: Any, creations: list[Any]) -> list[Any]:
    """Send several new records in one call and keep the answers.

    Return an external id or an exception for each.
    """
    try:
        values = [
            adapter.add_idempotency_field(json.loads(each.request), each.key)
            for each in creations
        ]
        with adapter.creating_under(creations[0].call_key):
            answers = check_created(adapter, adapter.create_many(values), len(values))
    except Exception as error:
        end_or_explain(receipts, creations, error)
        raise
    receipts._answer_many(
        {
            each.receipt_id: None if isinstance(answer, Exception) else answer
            for each, answer in zip(creations, answers, strict=True)
            if each.receipt_id
        }
    )
    return answers


def check_created(adapter: Any, answers: Any, count: int) -> list[Any]:
    """Check the answers of ``create_many``: an id or an exception for each record.

    :raise UnreadableAnswer: an answer may be that of another record
    """
    hint = (
        f"create_many of {adapter._name} must return one answer for each of the "
        f"{count} records, in their order: its external id, or an exception."
    )
    if not isinstance(answers, list | tuple) or len(answers) != count:
        found = len(answers) if isinstance(answers, Sized) else repr(answers)
        raise UnreadableAnswer(f"{hint} It has returned {found}.")
    ids = [each for each in answers if not isinstance(each, Exception)]
    for external_id in ids:
        if not (is_external_id(external_id) and can_be_external_id(external_id)):
            raise UnreadableAnswer(f"{hint} Among them is {external_id!r}.")
    twice = [key for key, found in Counter(map(str, ids)).items() if found > 1]
    if twice:
        raise UnreadableAnswer(f"{hint} {', '.join(twice)} occurs twice.")
    return list(answers)


def end_or_explain(receipts: Any, creations: list[Any], error: Exception) -> None:
    """End the keys of records that were not created; explain a refused repetition.

    :raise NetworkRetryableError: the earlier call is still running
    :raise InvalidDataError: refused, but an earlier call may have created the records
    """
    if not creations[0].is_repeated:
        if proves_not_executed(error):
            receipts._end([each.receipt_id for each in creations])
        return
    if getattr(error, "status_code", None) == _CONFLICT:
        raise NetworkRetryableError(
            f"{error} An earlier call with the same idempotency key may still be "
            "running.",
            seconds=_CONFLICT_SECONDS,
        ) from error
    is_refusal = isinstance(error, InvalidDataError | RestRefusal)
    if is_refusal and not isinstance(error, UnreadableAnswer | AccessRefused):
        raise InvalidDataError(
            f"{error} The record was sent at {creations[0].sent_at} (UTC) before, with "
            "the same values and without an answer. If it does not exist in the "
            "backend, delete its receipt in Connectors > Synchronization > Export "
            "Receipts, then export again."
        ) from error
