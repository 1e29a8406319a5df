# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit


def look_up(body: Any, path: str | None) -> Any:
    """Return what stands at a dotted path in nested dicts, None if nothing does."""
    for step in path.split(".") if path else ():
        if not isinstance(body, Mapping):
            return None
        body = body.get(step)
    return body


def leads_to_null(body: Any, path: str | None) -> bool:
    """Tell whether a null stands at a dotted path, or on the way there."""
    for step in path.split(".") if path else ():
        if not isinstance(body, Mapping) or step not in body:
            return False
        body = body[step]
        if body is None:
            return True
    return body is None


def id_in_address(address: str) -> str:
    """Return the external id at the end of the address of a record.

    Of ``https://shop.example/api/orders/42/?format=json`` it is ``42``.
    """
    return unquote(urlsplit(address).path.rstrip("/").rpartition("/")[2])


def wrap(value: Any, path: str | None) -> Any:
    """Return nested dicts in which ``look_up`` finds the value at the path."""
    for step in reversed(path.split(".") if path else ()):
        value = {step: value}
    return value
