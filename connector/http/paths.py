# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Addresses of records, and dotted paths into the body of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from ..exception import InvalidDataError


def look_up(body: Any, path: str | None) -> Any:
    """Return the value at a dotted path in nested dicts, None if there is none."""
    for step in path.split(".") if path else ():
        if not isinstance(body, Mapping):
            return None
        body = body.get(step)
    return body


def leads_to_null(body: Any, path: str | None) -> bool:
    """Return whether the value at a dotted path, or on the way to it, is null."""
    for step in path.split(".") if path else ():
        if not isinstance(body, Mapping) or step not in body:
            return False
        body = body[step]
        if body is None:
            return True
    return body is None


def find_records(body: Any, path: str | None) -> list[Any]:
    """Return the list of records at a dotted path; an answer without any list has none.

    :raise InvalidDataError: the list is elsewhere
    """
    records = look_up(body, path)
    if isinstance(records, list):
        return records
    others = body.values() if isinstance(body, dict) else [body]
    if records is None and not any(isinstance(one, list) for one in others):
        return []
    found = "nothing" if records is None else type(records).__name__
    raise InvalidDataError(
        f"expected a list of records at {path or 'the top'} of the answer, found "
        f"{found}; the answer is {describe_shape(body)}."
    )


def describe_shape(body: Any) -> str:
    """Return the types in an answer, for a message."""
    if not isinstance(body, dict):
        return f"a {type(body).__name__}"
    kinds = ", ".join(f"{key}: {type(value).__name__}" for key, value in body.items())
    return f"{{{kinds}}}"


def record_path(endpoint: str, external_id: Any, trailing_slash: bool = False) -> str:
    """Return the path of a record, or of the list for the id None.

    :raise InvalidDataError: the id would give another path
    """
    base, end = endpoint.rstrip("/"), "/" if trailing_slash else ""
    if external_id is None:
        return f"{base}{end}"
    text = str(external_id)
    is_name = text.strip() not in ("", ".", "..") and "\0" not in text
    try:
        # "", "." and ".." are not names in a path: they lead to the list, or above it
        name = quote(text, safe="") if is_name else ""
    except UnicodeEncodeError:
        name = ""
    if not name:
        raise InvalidDataError(
            f"{external_id!r} cannot be the id of a record of {endpoint}: the address "
            "would be that of something else."
        )
    return f"{base}/{name}{end}"


def id_in_address(address: str) -> str:
    """Return the external id at the end of the address of a record.

    ``https://shop.example/api/orders/42/?format=json`` gives ``42``.
    """
    return unquote(urlsplit(address).path.rstrip("/").rpartition("/")[2])


def wrap(value: Any, path: str | None) -> Any:
    """Return nested dicts with the value at a dotted path."""
    for step in reversed(path.split(".") if path else ()):
        value = {step: value}
    return value


def merge(values: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested dicts with the values of both; ``more`` has precedence."""
    merged = dict(values)
    for key, value in more.items():
        known = merged.get(key)
        if isinstance(known, Mapping) and isinstance(value, Mapping):
            value = merge(known, value)
        merged[key] = value
    return merged


def localize(
    path: str,
    options: dict[str, Any],
    language: Any,
    param: str | None,
    header: str | None,
) -> dict[str, Any]:
    """Return the options of a request with those that ask for a language."""
    if language is None:
        return options
    options = dict(options)
    # the address of a next page contains the parameters already
    if param and param not in parse_qs(urlsplit(path).query):
        options["params"] = {**(options.get("params") or {}), param: language}
    if header:
        options["headers"] = {**(options.get("headers") or {}), header: str(language)}
    return options
