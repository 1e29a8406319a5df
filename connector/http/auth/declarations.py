# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Authentication that an adapter declares, and that its session then uses.

A declaration names fields of the backend, never their values::

    class Adapter(Component):
        _inherit = "generic.rest.adapter"
        _auth = BearerToken("api_token")

    session is opened ─► use()        reads the fields, gives the values to the session
    request is sent ───► the session  adds them, or signs the request, as the last step

``oauth.py`` has the declarations of OAuth 2.0.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from ..errors import RestCredentialsRefusal

if TYPE_CHECKING:
    import requests

    from ..session import RestSession

#: forms of a timestamp in a signed request
_TIMESTAMPS = ("seconds", "milliseconds", "iso")
_ENCODINGS = ("hex", "base64")


class Credentials(Protocol):
    """The fields of a backend."""

    def get(self, field: str) -> str:
        """Return the value of a field.

        :raise RestCredentialsRefusal: it is empty
        """

    def tokens(self, auth: Any) -> Any:
        """Return the source of the access tokens of an OAuth declaration."""


@dataclass(frozen=True)
class Authentication:
    """Base of all declarations. They are immutable: classes and jobs share them."""

    def use(self, session: RestSession, credentials: Credentials) -> None:
        """Give the credentials to a session."""
        raise NotImplementedError


def check_can_be_sent(value: str, field: str) -> str:
    """Return a value that a header can contain.

    :raise RestCredentialsRefusal: the value has another character
    """
    if value.isascii() and value.isprintable() and value == value.strip():
        return value
    raise RestCredentialsRefusal(
        f"The value of the field {field} cannot be sent: it has a space at an end, a "
        "line break, or a character that is not ASCII. Enter it again."
    )


@dataclass(frozen=True)
class ApiKey(Authentication):
    """Key in a header, or in a parameter of the query string.

    :param field: field of the backend with the key
    :param header: name of the header, as in ``X-Api-Key``
    :param param: name of the parameter, if the backend reads no header
    :param prefix: text before the key in the header, as in ``"Token "``
    """

    field: str
    header: str | None = None
    param: str | None = None
    prefix: str = ""

    def __post_init__(self) -> None:
        if bool(self.header) == bool(self.param):
            raise ValueError(
                f"ApiKey({self.field!r}) needs either a header or a param, as in "
                f"ApiKey({self.field!r}, header='X-Api-Key')."
            )

    def use(self, session: RestSession, credentials: Credentials) -> None:
        key = credentials.get(self.field)
        if self.param:
            session.use_param(self.param, key)
        else:
            key = check_can_be_sent(key, self.field)
            session.use_header(self.header or "", key, prefix=self.prefix)


@dataclass(frozen=True)
class BearerToken(Authentication):
    """Fixed token in ``Authorization: Bearer``.

    :param field: field of the backend with the token
    """

    field: str

    def use(self, session: RestSession, credentials: Credentials) -> None:
        token = credentials.get(self.field)
        session.use_bearer(check_can_be_sent(token, self.field))


@dataclass(frozen=True)
class Basic(Authentication):
    """Login and password in ``Authorization: Basic``.

    :param login: field of the backend with the login
    :param password: field of the backend with the password
    """

    login: str
    password: str

    def use(self, session: RestSession, credentials: Credentials) -> None:
        session.use_basic(credentials.get(self.login), credentials.get(self.password))


@dataclass(frozen=True)
class RequestToSign:
    """The parts of a request that a signature may cover.

    :param path: path and query string, as they are sent
    :param key: public id of the key, "" if the declaration has none
    """

    method: str
    path: str
    timestamp: str
    body: bytes
    url: str
    headers: Any
    key: str

    @property
    def body_digest(self) -> str:
        """Return the SHA-256 of the body in hexadecimal digits."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True)
class SignedRequest(Authentication):
    """HMAC over the request as it is sent, in a header.

    The signed text has four lines: method, path with query string, timestamp ("" if
    none is sent) and the SHA-256 of the body. Override :meth:`canonical` for another
    one.

    :param secret: field of the backend with the secret
    :param key: field of the backend with the public id of the key, if there is one
    :param signature_value: the header, of ``{signature}``, ``{key}``, ``{timestamp}``
    :param timestamp: ``seconds`` or ``milliseconds`` since 1970, or ``iso``
    :param digest: hash function of the HMAC, by its name in :mod:`hashlib`
    :param encoding: of the signature, ``hex`` or ``base64``
    """

    secret: str
    key: str | None = None
    signature_header: str = "X-Signature"
    signature_value: str = "{signature}"
    timestamp_header: str | None = "X-Timestamp"
    key_header: str | None = "X-Api-Key"
    timestamp: str = "seconds"
    digest: str = "sha256"
    encoding: str = "hex"

    def __post_init__(self) -> None:
        for name, value, known in (
            ("timestamp", self.timestamp, _TIMESTAMPS),
            ("encoding", self.encoding, _ENCODINGS),
            ("digest", self.digest, sorted(hashlib.algorithms_available)),
        ):
            if value not in known:
                raise ValueError(
                    f"{type(self).__name__}: {name} must be one of "
                    f"{', '.join(known)}, found {value!r}."
                )

    def canonical(self, request: RequestToSign) -> str | bytes:
        """Return the text to sign."""
        return "\n".join(
            (request.method, request.path, request.timestamp, request.body_digest)
        )

    def use(self, session: RestSession, credentials: Credentials) -> None:
        secret = credentials.get(self.secret)
        key = credentials.get(self.key) if self.key else ""
        session.use_signature(lambda request: self.sign(request, secret, key), secret)

    def sign(
        self, request: requests.PreparedRequest, secret: str, key: str = ""
    ) -> None:
        """Add key, timestamp and signature to a request that is ready to be sent."""
        sends_time = self.timestamp_header or "{timestamp}" in self.signature_value
        self.sign_at(self._format_now() if sends_time else "", request, secret, key)

    def sign_at(
        self,
        timestamp: str,
        request: requests.PreparedRequest,
        secret: str,
        key: str = "",
    ) -> None:
        """Add key, signature and a given timestamp to a request."""
        if self.key_header and key:
            request.headers[self.key_header] = key
        if self.timestamp_header:
            request.headers[self.timestamp_header] = timestamp
        parts = urlsplit(request.url or "")
        text = self.canonical(
            RequestToSign(
                method=(request.method or "").upper(),
                path=f"{parts.path}?{parts.query}" if parts.query else parts.path,
                timestamp=timestamp,
                body=self._read_body(request),
                url=request.url or "",
                headers=request.headers,
                key=key,
            )
        )
        content = text.encode() if isinstance(text, str) else text
        made = hmac.new(secret.encode(), content, self.digest)
        signature = made.hexdigest()
        if self.encoding == "base64":
            signature = base64.b64encode(made.digest()).decode()
        request.headers[self.signature_header] = self.signature_value.format(
            signature=signature, key=key, timestamp=timestamp
        )

    def _format_now(self) -> str:
        if self.timestamp == "iso":
            return f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
        return str(int(time.time() * (1000 if self.timestamp == "milliseconds" else 1)))

    def _read_body(self, request: requests.PreparedRequest) -> bytes:
        body = request.body
        if isinstance(body, str):
            return body.encode()
        if body is None or isinstance(body, bytes | bytearray):
            return bytes(body or b"")
        raise TypeError(
            f"{type(self).__name__} signs the body of a request: give "
            f"{request.method} {urlsplit(request.url or '').path} bytes, not "
            f"{type(body).__name__}."
        )
