# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Checks that an answer has the type that its method promises.

A proxy, an override on the server or an unknown version may answer otherwise. Code that
iterates over such an answer would read keys as ids, or letters as records.
"""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from typing import Any

from ._errors import UnexpectedAnswerError
from ._protocols import Call
from ._values import Record, Records


def unexpected(call: Call, promised: str, found: object) -> UnexpectedAnswerError:
    """Return the error that names the call, the promised type and the answer."""
    return UnexpectedAnswerError(
        f"the server answered with something else than {promised}: "
        f"{reprlib.repr(found)}",
        model=call.model,
        method=call.method,
    )


def check_answer(answer: Any, model: str, method: str) -> Any:
    """Return the answer of ``execute`` if it has the type that the method promises.

    Answers of ``search``, ``read``, ``search_read`` and ``fields_get`` are checked,
    those of other methods are returned unchecked.

    :raises UnexpectedAnswerError: the answer is not a list of ids, of records with
        their ids, or definitions of fields
    """
    check = _CHECKS.get(method)
    return check(answer, Call(model, method)) if check else answer


def ids_in(answer: Any, call: Call) -> list[int]:
    """Return a list of ids."""
    if isinstance(answer, list) and all(map(_is_id, answer)):
        return answer
    raise unexpected(call, "a list of ids", answer)


def created_in(answer: Any, call: Call, values: Any) -> Any:
    """Return the id for one dict of values, the ids for a list of them."""
    if isinstance(values, Mapping):
        if isinstance(answer, list) and len(answer) == 1:
            answer = answer[0]
        if _is_id(answer):
            return answer
        raise unexpected(call, "the id of the record", answer)
    ids = ids_in([answer] if _is_id(answer) else answer, call)
    if len(ids) != len(values):
        raise unexpected(call, f"the ids of {len(values)} records", answer)
    return ids


def records_in(answer: Any, call: Call) -> Records:
    """Return a list of records."""
    if isinstance(answer, list) and all(type(record) is dict for record in answer):
        return answer
    raise unexpected(call, "a list of records", answer)


def truth_in(answer: Any, call: Call) -> bool:
    """Return whether a change was made."""
    if isinstance(answer, bool):
        return answer
    raise unexpected(call, "true or false", answer)


def definitions_in(answer: Any, call: Call) -> dict[str, Record]:
    """Return the definitions of fields."""
    if isinstance(answer, dict) and all(type(one) is dict for one in answer.values()):
        return answer
    raise unexpected(call, "definitions of fields by name", answer)


def names_in(answer: Any, call: Call) -> list[tuple[int, str]]:
    """Return pairs of id and display name."""
    if isinstance(answer, list) and all(map(_is_pair, answer)):
        return [(record_id, str(label or "")) for record_id, label in answer]
    raise unexpected(call, "pairs of id and name", answer)


def loaded_in(answer: Any, call: Call) -> tuple[list[int], list[str]]:
    """Return the ids and the messages of an import; no ids if it failed."""
    found = answer if isinstance(answer, dict) else {}
    if "ids" in found and isinstance(found.get("messages", []), list):
        messages = [
            str(message.get("message") if isinstance(message, dict) else message)
            for message in answer.get("messages", [])
        ]
        if not answer.get("ids"):
            return [], messages
        return ids_in(answer["ids"], call), messages
    raise unexpected(call, "ids and messages", answer)


def ascending_after(last_id: int, page: Sequence[Record], call: Call) -> int:
    """Return the last id of a page in the order of ids.

    :raises UnexpectedAnswerError: the ids do not ascend from the page before: to
        continue would skip records, or never end
    """
    for record in page:
        found = record.get("id")
        if type(found) is not int or found <= last_id:
            raise unexpected(
                call, f"records in the order of ids, after {last_id}", page
            )
        last_id = found
    return last_id


def _with_ids(answer: Any, call: Call) -> Records:
    """Return a list of records, each with its id."""
    if all(_is_id(record.get("id")) for record in records_in(answer, call)):
        return answer  # type: ignore[no-any-return]
    raise unexpected(call, "records with their ids", answer)


def _with_types(answer: Any, call: Call) -> dict[str, Record]:
    """Return the definitions of fields, each with its type."""
    definitions = definitions_in(answer, call)
    if all(type(one.get("type", "")) is str for one in definitions.values()):
        return definitions
    raise unexpected(call, "definitions of fields by name", answer)


_CHECKS = {
    "search": ids_in,
    "read": _with_ids,
    "search_read": _with_ids,
    "fields_get": _with_types,
}


def _is_id(value: object) -> bool:
    return type(value) is int


def _is_pair(value: object) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2 and _is_id(value[0])
