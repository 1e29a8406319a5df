# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What can name an external record, and how that is kept."""

from __future__ import annotations

import reprlib
from typing import Any

from ..exception import InvalidDataError


def is_external_id(value: Any) -> bool:
    """Tell whether ``value`` names an external record: 0 does, True does not."""
    if isinstance(value, bool):
        return False
    return value == 0 or bool(value)


def external_key(value: Any) -> str | None:
    """Return the text by which an external id is kept and compared, None if empty."""
    return str(value) if is_external_id(value) else None


def check_can_be_external_id(value: Any, model_name: str) -> None:
    """Refuse what no external id can be: a record, or a list.

    :raise InvalidDataError: telling what was found instead
    """
    if not can_be_external_id(value):
        raise InvalidDataError(
            f"Expected an external id of {model_name}, found {reprlib.repr(value)}. "
            "Give the id alone."
        )


def can_be_external_id(value: Any) -> bool:
    """Tell whether a value is a single one: no record, and no list."""
    try:
        hash(value)
    except TypeError:
        return False
    return True


def unstorable_id(value: Any, model_name: str) -> InvalidDataError:
    """Return the error for an external id that no database can hold."""
    return InvalidDataError(
        f"The external id {value!r} of {model_name} holds characters that no database "
        "can hold."
    )


def storable_text(text: str) -> str:
    """Return a text with what no database can hold written in ASCII: ``\\x00``.

    For what is shown to people only: the text is not that of the backend any more.
    """
    if can_be_stored(text):
        return text
    return text.replace("\0", "\\x00").encode(errors="backslashreplace").decode()


def can_be_stored(key: str) -> bool:
    """Tell whether the database can hold a text: no NUL, no half of a character."""
    try:
        key.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in key
