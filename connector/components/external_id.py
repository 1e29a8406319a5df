# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""External ids, and texts that the database can store.

An external id is any single value but None, False, True and "". It is kept and compared
as text: 42 and "42" are equal.

PostgreSQL stores neither NUL nor half of a surrogate pair. JSON of a backend may
contain both (``"\\u0000"``, ``"\\ud800"``). Writing them aborts the transaction with an
error that names neither the record nor the field, so values are checked before.
"""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from typing import Any

from odoo import models

from ..exception import InvalidDataError

_CONTAINERS = (list, tuple, dict)


def is_external_id(value: Any) -> bool:
    """Return whether ``value`` names an external record: 0 does, True does not."""
    if isinstance(value, bool):
        return False
    return value == 0 or bool(value)


def external_key(value: Any) -> str | None:
    """Return the text as which an external id is kept, None if it is empty."""
    return str(value) if is_external_id(value) else None


def check_can_be_external_id(value: Any, model_name: str) -> None:
    """Check that a value is a single one.

    :raise InvalidDataError: it is a record or a list
    """
    if not can_be_external_id(value):
        raise InvalidDataError(
            f"Expected an external id of {model_name}, found {reprlib.repr(value)}. "
            "Give the id alone."
        )


def can_be_external_id(value: Any) -> bool:
    """Return whether a value is a single one: neither a record nor a list."""
    try:
        hash(value)
    except TypeError:
        return False
    return True


def unstorable_id(value: Any, model_name: str) -> InvalidDataError:
    """Return the error for an external id that the database cannot store."""
    return InvalidDataError(
        f"The external id {value!r} of {model_name} contains characters that the "
        "database cannot store."
    )


def storable_text(text: str) -> str:
    """Return a text with the characters that cannot be stored as ASCII: ``\\x00``.

    For messages only: the text differs from the backend's.
    """
    if can_be_stored(text):
        return text
    return text.replace("\0", "\\x00").encode(errors="backslashreplace").decode()


def can_be_stored(key: str) -> bool:
    """Return whether the database can store a text."""
    try:
        key.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in key


def check_storable(
    values: Mapping[str, Any], what: str, model: models.BaseModel | None = None
) -> None:
    """Check that the database can store all texts of ``values``, nested ones too.

    :param what: model and external id, for the error
    :param model: of the values; a text field would store a dict as Python code
    :raise InvalidDataError: names the field, ``child_ids.name`` in a child
    """
    for name, value in values.items():
        if isinstance(value, str):
            # most text is ASCII, and checking that is faster than encoding
            if not value.isascii() or "\0" in value:
                _check_text(value, name, what)
        elif isinstance(value, _CONTAINERS):
            if model is not None:
                _check_is_not_text(name, value, what, model)
            _check_nested(name, value, what)


def _check_is_not_text(
    path: str, value: Any, what: str, model: models.BaseModel
) -> None:
    """Check that a dict or list is not the value of a text, also in x2many commands."""
    field = model._fields.get(path.rpartition(".")[2])
    if field is None or not isinstance(value, _CONTAINERS):
        return
    if field.is_text:
        raise InvalidDataError(
            f"Expected a text for {path!r} of {what}, found {reprlib.repr(value)}. Map "
            "a part of it, as in 'name.en', or convert it."
        )
    if field.type not in ("one2many", "many2many") or isinstance(value, Mapping):
        return
    for command in value:
        is_command = isinstance(command, list | tuple) and len(command) == 3
        if is_command and isinstance(command[2], Mapping):
            for name, inner in command[2].items():
                comodel = model.env[field.comodel_name]
                _check_is_not_text(f"{path}.{name}", inner, what, comodel)


def _check_nested(name: str, value: Any, what: str) -> None:
    """Check x2many commands and JSON, however deeply nested."""
    pending = [(name, value)]
    while pending:
        path, value = pending.pop()
        if isinstance(value, str):
            _check_text(value, path, what)
        elif isinstance(value, Mapping):
            for key, inner in value.items():
                _check_text(str(key), f"{path}, key", what)
                pending.append((f"{path}.{key}", inner))
        elif isinstance(value, list | tuple):
            pending.extend((path, inner) for inner in value)


def _check_text(text: str, path: str, what: str) -> None:
    if can_be_stored(text):
        return
    found = "a NUL character" if "\0" in text else "half of a surrogate pair"
    raise InvalidDataError(
        f"The value of {path!r} of {what} contains {found}, which no database can "
        f"store: {reprlib.repr(text)}. Correct it in the backend, or remove it in the "
        "mapper."
    )
