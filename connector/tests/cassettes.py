# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Record the answers of a real backend once, and replay them in tests.

::

    with self.cassette("orders"):                      # cassettes/orders.yaml
        self.env["shop.sale.order"].import_batch(self.backend)

The library vcrpy records and replays. A *cassette* is its file of requests and answers.

==============================  ======================================================
``CONNECTOR_RECORD=1``          send the requests, and write the file again, if the
                                block ends without an error
otherwise                       send nothing; a request that the file does not have is
                                an error
==============================  ======================================================

A request matches a recorded one with the same method, path, parameters and body; JSON
is compared by its values. The server may have another address. Each recorded answer is
used once, in the order of the recording.

Invariant: a file holds no secret. Headers that carry credentials are removed. Secrets
of the backend, and values of fields such as ``access_token``, are masked in addresses,
headers and bodies. A file in which a secret is left is not written.
"""

from __future__ import annotations

import inspect
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

import requests

from odoo import models
from odoo.tests import common as odoo_common

from ..http.secrets import MASK, Redactor
from ..secret_input import secrets_of

RECORD_VARIABLE = "CONNECTOR_RECORD"
#: headers with credentials, and headers that differ in each recording
_REMOVED_HEADERS = frozenset(
    {
        "authorization",
        "cookie",
        "date",
        "proxy-authorization",
        "server",
        "set-cookie",
        "x-api-key",
    }
)
_SECRET_NAMES = (
    "access_token|refresh_token|id_token|client_secret|password|api_key|secret|token"
)
_SECRET_IN_JSON = re.compile(
    rf'("(?:{_SECRET_NAMES})"\s*:\s*")(?:[^"\\]|\\.)+(")', re.IGNORECASE
)
_SECRET_IN_FORM = re.compile(rf"(\b(?:{_SECRET_NAMES})=)[^&\s\"']+", re.IGNORECASE)


class CassetteError(AssertionError):
    """A request is not in the cassette, or the cassette cannot be used."""


def is_recording() -> bool:
    """Return whether tests record their cassettes again."""
    return os.environ.get(RECORD_VARIABLE, "") not in ("", "0")


def cassette_path(test_case: Any, name: str) -> Path:
    """Return the file of a cassette, in ``cassettes/`` beside the test's module."""
    folder = Path(inspect.getfile(type(test_case))).with_name("cassettes")
    return folder / f"{name}.yaml"


def find_secrets(backend: models.BaseModel) -> list[str]:
    """Return the secrets of a backend that have a value."""
    values = (backend.sudo()[secret.secret_field] for secret in secrets_of(backend))
    return [value for value in values if isinstance(value, str) and value]


class Masking:
    """Removes credentials from requests and answers, as vcrpy represents them."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self.secrets = list(secrets)
        self._redact = Redactor()
        self._redact.add(*self.secrets)

    def request(self, request: Any) -> Any:
        request.uri = self._text(request.uri)
        request.headers = {  # a new dict: the old one is sent
            name: self._text(value)
            for name, value in request.headers.items()
            if name.lower() not in _REMOVED_HEADERS
        }
        if request.body:
            request.body = self._body(request.body)
        return request

    def response(self, response: dict[str, Any]) -> dict[str, Any]:
        headers = response["headers"]
        response["headers"] = {
            name: [self._text(value) for value in _as_list(values)]
            for name, values in headers.items()
            if name.lower() not in _REMOVED_HEADERS
        }
        body = response["body"].get("string")
        if body:
            masked = self._body(body)
            response["body"]["string"] = masked
            for name in response["headers"]:
                if name.lower() == "content-length":
                    response["headers"][name] = [str(len(masked))]
        return response

    def _text(self, text: Any) -> str:
        text = self._redact(text.decode() if isinstance(text, bytes) else text)
        text = _SECRET_IN_JSON.sub(rf"\g<1>{MASK}\g<2>", text)
        return _SECRET_IN_FORM.sub(rf"\g<1>{MASK}", text)

    def _body(self, body: Any) -> Any:
        if not isinstance(body, bytes):
            return self._text(body)
        try:
            return self._text(body).encode()
        except UnicodeDecodeError:  # a file, an image
            return body

    def check(self, path: Path, cassette: Any) -> None:
        """Raise an error if a secret is left in a recording: in binary data."""
        content = path.read_bytes()
        for request, response in zip(
            cassette.requests, cassette.responses, strict=True
        ):
            for body in (request.body, response["body"].get("string")):
                content += body if isinstance(body, bytes) else b""
        left = [
            secret
            for secret in self.secrets
            if len(secret) > 3 and secret.encode() in content
        ]
        if left:
            raise CassetteError(
                f"{len(left)} secrets of the backend are left in the recording, which "
                "was not written. Does the backend send them in another form?"
            )


@contextmanager
def use_cassette(
    path: Path, masking: Masking, ignore: Iterable[str] = ()
) -> Iterator[Any]:
    """Replay the requests of a block from a file, or record them.

    :param ignore: names of parameters, and of keys of JSON, that need not match
    :raise CassetteError: a request is not in the file
    """
    with _sending_allowed():
        if is_recording():
            with _recording(path, masking) as cassette:
                yield cassette
        else:
            with _replaying(path, masking, frozenset(ignore)) as cassette:
                yield cassette


@contextmanager
def _recording(path: Path, masking: Masking) -> Iterator[Any]:
    vcr = _vcr(masking, frozenset())
    path.parent.mkdir(parents=True, exist_ok=True)
    new_path = path.with_suffix(".new")
    new_path.unlink(missing_ok=True)
    try:
        with vcr.use_cassette(str(new_path), record_mode="all") as cassette:
            yield cassette
        if not new_path.exists():
            raise CassetteError(f"{path}: no request was sent, nothing was recorded.")
        masking.check(new_path, cassette)
        new_path.replace(path)
    finally:
        new_path.unlink(missing_ok=True)


@contextmanager
def _replaying(path: Path, masking: Masking, ignore: frozenset[str]) -> Iterator[Any]:
    if not path.exists():
        raise CassetteError(
            f"There is no cassette {path}. Set {RECORD_VARIABLE}=1 to record it from "
            "the real backend."
        )
    missed: list[str] = []
    vcr = _vcr(masking, ignore)
    with vcr.use_cassette(str(path), record_mode="none") as cassette:
        is_known = cassette.can_play_response_for

        def can_play(request: Any) -> bool:
            known = is_known(request)
            if not known:
                missed.append(f"{request.method} {masking._text(request.path)}")
            return known

        cassette.can_play_response_for = can_play
        try:
            yield cassette
        except Exception as error:
            if missed:
                raise _miss(path, missed, cassette) from error
            raise
        if missed:  # the connector has handled the error
            raise _miss(path, missed, cassette)


def _miss(path: Path, missed: list[str], cassette: Any) -> CassetteError:
    known = "\n".join(
        f"  {request.method} {request.path}"
        + (" (used)" if cassette.play_counts[index] else "")
        for index, request in enumerate(cassette.requests)
    )
    return CassetteError(
        f"{path.name} has no answer, or no further one, for: {', '.join(missed)}. It "
        f"has:\n{known}\nIf the connector is right, set {RECORD_VARIABLE}=1 to record "
        f"it again: {path}"
    )


def _vcr(masking: Masking, ignore: frozenset[str]) -> Any:
    try:
        from vcr import VCR
    except ImportError as error:
        raise CassetteError(
            "Cassettes need the library vcrpy: pip install vcrpy"
        ) from error
    vcr = VCR(
        before_record_request=masking.request,
        before_record_response=masking.response,
        decode_compressed_response=True,
        match_on=["request"],
    )

    def match(first: Any, second: Any) -> None:
        assert _identity(first, ignore) == _identity(second, ignore)

    vcr.register_matcher("request", match)
    return vcr


def _identity(request: Any, ignore: frozenset[str]) -> tuple:
    """Return what makes two requests the same."""
    address = urlsplit(request.uri)
    params = sorted(
        pair
        for pair in parse_qsl(address.query, keep_blank_values=True)
        if pair[0] not in ignore
    )
    return request.method, address.path, params, _body_of(request.body, ignore)


def _body_of(body: Any, ignore: frozenset[str]) -> Any:
    if isinstance(body, bytes):
        body = body.decode("utf-8", "replace")
    try:
        value = json.loads(body or "null")
    except (TypeError, ValueError):
        return body
    if isinstance(value, dict):
        return {key: item for key, item in value.items() if key not in ignore}
    return value


@contextmanager
def _sending_allowed() -> Iterator[None]:
    """Let requests through that Odoo's test cases refuse; vcrpy answers them."""

    def send(session: requests.Session, request: Any, **kwargs: Any) -> Any:
        return odoo_common._super_send(session, request, **kwargs)

    with patch.object(requests.sessions.Session, "send", send):
        yield


def _as_list(values: Any) -> list[Any]:
    return list(values) if isinstance(values, list | tuple) else [values]
