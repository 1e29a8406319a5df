# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The two calls of a bulk export, with an answer or an exception for each record.

A call that creates records has one idempotency key, ``call_key``, if the adapter sends
keys in a header; if it sends them in a field, each record has its key. The keys, the
values and their order are committed before the call. A call without an answer is sent
again as a whole, whichever of its records is exported next.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from ...exception import InvalidDataError, RetryableJobError, UnreadableAnswer
from ..backend_adapter import sends_keys
from .keyed_creation import as_json, check_created, send_call


def create_many(work: Any, adapter: Any, items: list[Any]) -> list[Any]:
    """Create the records of items; return external ids or exceptions."""
    if sends_keys(adapter):
        return _create_under_keys(work, adapter, items)
    values = [item.request.values for item in items]
    answers = check_created(adapter, adapter.create_many(values), len(values))
    created = [
        (item.binding._name, item.exporter._exported_record(), answer)
        for item, answer in zip(items, answers, strict=True)
        if not isinstance(answer, Exception)
    ]
    receipts = work.env["connector.export.receipt"].sudo()
    left = iter(receipts._store_many(work.collection, created))
    for item, answer in zip(items, answers, strict=True):
        if not isinstance(answer, Exception):
            _note_created(item, next(left), answer, has_earlier_values=False)
    return answers


def _create_under_keys(work: Any, adapter: Any, items: list[Any]) -> list[Any]:
    receipts = work.env["connector.export.receipt"].sudo()
    requests = [as_json(item.exporter, item.request.values) for item in items]
    wanted = [
        (item.binding, item.exporter._exported_record(), request)
        for item, request in zip(items, requests, strict=True)
    ]
    call_key = str(uuid4()) if adapter._idempotency_header else None
    creations = receipts._begin_many(work.collection, wanted, call_key)
    answers = _answers_without_call(adapter, creations)
    calls: dict[tuple, list[Any]] = {}
    for creation in creations:
        if creation.key not in answers:
            call = (creation.call_key, creation.is_repeated)
            calls.setdefault(call, []).append(creation)
    for (known_key, is_repeated), of_call in calls.items():
        if known_key and is_repeated:
            of_call = receipts._read_call(known_key)
        sent = send_call(adapter, receipts, of_call)
        answers.update(zip([each.key for each in of_call], sent, strict=True))
    found = [answers[creation.key] for creation in creations]
    for item, creation, request, answer in zip(
        items, creations, requests, found, strict=True
    ):
        if not isinstance(answer, Exception):
            has_earlier_values = creation.request != request
            _note_created(item, creation.receipt_id, answer, has_earlier_values)
    return found


def _answers_without_call(adapter: Any, creations: list[Any]) -> dict[str, Any]:
    """Return ``{key: answer}`` of the records that no call of this job sends.

    An exception leaves a record to a separate job.
    """
    answers: dict[str, Any] = {}
    for creation in creations:
        if creation.external_id is not None:
            answers[creation.key] = creation.external_id
        elif creation.is_expired(adapter._idempotency_hours):
            answers[creation.key] = InvalidDataError("The idempotency key has expired.")
        elif creation.is_repeated and adapter._idempotency_header:
            if not creation.call_key:
                answers[creation.key] = RetryableJobError("It was sent alone before.")
    return answers


def _note_created(
    item: Any, receipt_id: int | None, external_id: Any, has_earlier_values: bool
) -> None:
    item.receipt_id = receipt_id
    item.exporter._flow.note_created(receipt_id, external_id, has_earlier_values)


def write_many(work: Any, adapter: Any, items: list[Any]) -> list[Any]:
    """Update the records of items; return None or an exception for each."""
    values = {item.exporter.external_id: item.request.values for item in items}
    answers = adapter.write_many(values)
    hint = (
        f"write_many of {adapter._name} must return one answer for each of the "
        f"{len(values)} external ids: None, or an exception."
    )
    if not isinstance(answers, dict):
        raise UnreadableAnswer(f"{hint} It has returned {answers!r}.")
    by_text = {str(external_id): answer for external_id, answer in answers.items()}
    unexpected = by_text.keys() ^ {str(external_id) for external_id in values}
    if unexpected:
        names = ", ".join(sorted(unexpected)[:10])
        raise UnreadableAnswer(f"{hint} Missing or unknown: {names}.")
    return [by_text[str(item.exporter.external_id)] for item in items]
