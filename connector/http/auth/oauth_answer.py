# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The answer of a token endpoint: tokens, or the reason for a refusal. No I/O.

An answer may be anything: HTML of a login page, an error with status 200, a life of the
token that is not a number. oauthlib knows the errors of the protocol.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from ..errors import NetworkRetryableError, RestCredentialsRefusal

#: seconds of a longer life of a token, which an answer may name
_MAX_LIFETIME = 10 * 365 * 24 * 3600
#: errors of the provider that end without an act of a person
_TEMPORARY = ("temporarily_unavailable", "server_error", "slow_down")
_QUOTED = 300


class GrantRefused(RestCredentialsRefusal):
    """The provider does not renew the access any more: a person must connect again."""


@dataclass(frozen=True)
class Tokens:
    """Answer of a provider.

    :param lifetime: seconds for which the access token is valid, None if unknown
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    lifetime: int | None = None
    scope: str = ""


def load_oauthlib() -> Any:
    """Return the package ``oauthlib.oauth2``."""
    try:
        return import_module("oauthlib.oauth2")
    except ImportError as error:
        raise ImportError(
            "OAuth 2.0 needs the Python package oauthlib, which is not installed: "
            "pip install oauthlib"
        ) from error


def read_tokens(
    url: str,
    content: bytes,
    grant_errors: Collection[str],
    redact: Callable[[object], str] = str,
) -> Tokens:
    """Return the tokens of an answer of the token endpoint.

    :param grant_errors: errors by which a grant has ended
    :raise GrantRefused: a person must connect again
    :raise RestCredentialsRefusal: the provider refuses the client or the request, or
        this is not an answer of a token endpoint
    :raise NetworkRetryableError: the provider asks to try later
    """
    answer = _decode(url, content)
    oauth2 = load_oauthlib()
    errors = import_module("oauthlib.oauth2.rfc6749.errors")
    # oauthlib raises a ValueError for a life that is not a number
    known = {key: answer[key] for key in answer if not key.startswith("expires")}
    try:
        read = oauth2.WebApplicationClient("").parse_request_body_response(
            json.dumps(known)
        )
    except errors.OAuth2Error as error:
        failure = _translate(url, error, grant_errors, redact)
    else:
        return _check(url, read, _lifetime(answer.get("expires_in")))
    raise failure


def _decode(url: str, content: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict):
        return {key: value for key, value in answer.items() if value is not None}
    raise _not_tokens(url, "the answer is not a JSON object")


def _not_tokens(url: str, problem: str) -> RestCredentialsRefusal:
    return RestCredentialsRefusal(
        f"POST {url}: {problem}. Is this the token endpoint? Its path is token_path of "
        "the adapter's _auth."
    )


def _translate(
    url: str,
    error: Any,
    grant_errors: Collection[str],
    redact: Callable[[object], str],
) -> Exception:
    """Return our error for one of the protocol."""
    reason = f"{error.error}: {error.description}" if error.description else error.error
    message = f"POST {url}: {redact(reason)[:_QUOTED]}"
    if error.error in grant_errors:
        return GrantRefused(message)
    if error.error in _TEMPORARY:
        return NetworkRetryableError(message)
    if error.error == "missing_token":
        return _not_tokens(url, "the answer has no access_token")
    return RestCredentialsRefusal(
        f"{message}. Check client id, client secret and scope."
    )


def _check(url: str, read: Mapping[str, Any], lifetime: int | None) -> Tokens:
    """Return the tokens if they can be sent and stored."""
    token, kind = read["access_token"], str(read.get("token_type") or "Bearer")
    refresh_token = read.get("refresh_token") or ""
    if kind.lower() != "bearer":
        raise _not_tokens(url, f"the type of the token is {kind[:30]!r}, not Bearer")
    for value in (token, refresh_token):
        is_text = isinstance(value, str) and value.isascii()
        if not is_text or not value.isprintable() or " " in value:
            raise _not_tokens(url, "a token is not a text that a header can contain")
    if not token:
        raise _not_tokens(url, "the access token is empty")
    scope = read.get("scope") or ""
    scope = " ".join(map(str, scope)) if isinstance(scope, list) else str(scope)
    return Tokens(token, refresh_token, lifetime, scope)


def _lifetime(value: Any) -> int | None:
    """Return the seconds that an answer names; None if unknown, as of no number."""
    try:
        seconds = int(float(value))
    except (TypeError, ValueError, OverflowError):
        return None
    return min(seconds, _MAX_LIFETIME) if seconds > 0 else None
