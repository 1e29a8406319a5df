# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Find, before writing, text that no database can hold.

PostgreSQL holds no NUL, and UTF-8 no half of a surrogate pair. JSON of a backend may
contain both (``"\\u0000"``, ``"\\ud800"``). Written, they abort the transaction with an
error that names neither the record nor the field.
"""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from typing import Any

from ..exception import InvalidDataError
from .external_id import can_be_stored

_CONTAINERS = (list, tuple, dict)


def check_storable(values: Mapping[str, Any], what: str) -> None:
    """Refuse values with text that cannot be stored, nested ones included.

    :param what: is told in the error: a model, an external id
    :raise InvalidDataError: naming the field, ``child_ids.name`` in a child
    """
    for name, value in values.items():
        if isinstance(value, str):
            # most text is ASCII: that is asked faster than encoding it
            if not value.isascii() or "\0" in value:
                _check_text(value, name, what)
        elif isinstance(value, _CONTAINERS):
            _check_nested(name, value, what)


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
        f"The value of {path!r} of {what} holds {found}, which no database can store: "
        f"{reprlib.repr(text)}. Correct it in the backend, or remove it in the mapper."
    )
