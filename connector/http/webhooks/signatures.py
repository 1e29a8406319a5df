# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Signatures of webhooks: how a system proves that a notification is its own.

A *scheme* says in which headers the proof, the delivery id and the topic are, and what
is signed. It is an immutable value without a secret, so a backend model declares it in
one line, and it does no I/O::

    headers, body ──► find_problem(headers, body, secrets, now) ──► None, or the reason
                 └──► describe(headers, payload) ──► Delivery(id, topic, sent_at)

Any of several secrets may match: two are valid while a secret is replaced. Digests are
compared in constant time. ``hmac_scheme.py`` has the scheme of most systems,
``presets.py`` those of vendors.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, NamedTuple

from ..paths import look_up

#: characters of a delivery id or topic; longer ids are replaced by their digest
MAX_NAME = 200
SECONDS = re.compile(r"[0-9]{1,11}", re.ASCII)


class Delivery(NamedTuple):
    """The delivery id, the topic and the time of a notification."""

    #: the same if the notification is sent again; None if the scheme has none
    id: str | None = None
    topic: str | None = None
    sent_at: datetime | None = None


NO_DELIVERY = Delivery()


class WebhookRefused(ValueError):
    """A notification that is not proven to come from the system."""


def is_same_secret(given: str | None, expected: str | None) -> bool:
    """Return whether two secrets are equal, in constant time; empty ones never are."""
    if not given or not expected:
        return False
    return hmac.compare_digest(given.encode(), expected.encode())


def short_name(value: Any) -> str | None:
    """Return a delivery id or topic as text that can be stored and indexed."""
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        return None
    text = str(value).encode("utf-8", "backslashreplace").decode()
    text = text.replace("\0", "\\0")
    if len(text) <= MAX_NAME:
        return text
    return f"{text[:100]}…{hashlib.sha256(text.encode()).hexdigest()}"


@dataclass(frozen=True, kw_only=True)
class WebhookScheme:
    """Base of all schemes: where the delivery id, the topic and the time are.

    A subclass for another kind of proof implements ``find_problem`` and ``sign``.
    """

    id_header: str | None = None
    topic_header: str | None = None
    timestamp_header: str | None = None
    #: dotted paths in the payload, where there is no header
    id_field: str | None = None
    topic_field: str | None = None
    #: whether different notifications may have the same id: then the id and the payload
    #: identify a notification
    shares_ids: bool = False
    #: where the payload has the record, if not at its top
    data_field: str | None = None
    #: further headers that are stored with an event
    kept_headers: tuple[str, ...] = ()

    @property
    def names_topic(self) -> bool:
        """Return whether notifications contain their topic."""
        return bool(self.topic_header or self.topic_field)

    def stored_headers(self) -> list[str]:
        """Return the headers to store: none of them contains a proof."""
        named = (self.id_header, self.topic_header, self.timestamp_header)
        common = ("Content-Type", "User-Agent")
        return [name for name in (*named, *self.kept_headers, *common) if name]

    def find_problem(
        self,
        headers: Mapping[str, str],
        body: bytes,
        secrets: Iterable[str],
        now: float,
    ) -> str | None:
        """Return why a notification is not genuine, None if it is.

        :param secrets: the valid ones, usually one
        :param now: seconds since 1970
        """
        raise NotImplementedError(f"{type(self).__name__} has no find_problem().")

    def sign(
        self, body: bytes, secret: str, now: float, delivery: Delivery = NO_DELIVERY
    ) -> dict[str, str]:
        """Return the headers that the system would send with a body."""
        headers = {}
        if self.id_header and delivery.id:
            headers[self.id_header] = delivery.id
        if self.topic_header and delivery.topic:
            headers[self.topic_header] = delivery.topic
        if self.timestamp_header:
            headers[self.timestamp_header] = str(int(now))
        return headers

    def is_ping(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Return whether it is an unsigned test of the address: answered, not read."""
        return False

    def read(self, body: bytes) -> Any:
        """Return the payload of a body.

        :raise ValueError: it is not JSON
        """
        return json.loads(body)

    def describe(self, headers: Mapping[str, str], payload: Any) -> Delivery:
        """Return the delivery id, the topic and the time of a notification."""
        delivery_id = headers.get(self.id_header) if self.id_header else None
        if not delivery_id and self.id_field:
            delivery_id = look_up(payload, self.id_field)
        if delivery_id and self.shares_ids:
            content = json.dumps(payload, sort_keys=True).encode()
            delivery_id = f"{delivery_id} {hashlib.sha256(content).hexdigest()[:32]}"
        topic = headers.get(self.topic_header) if self.topic_header else None
        if not topic and self.topic_field:
            topic = look_up(payload, self.topic_field)
        return Delivery(
            short_name(delivery_id), short_name(topic), self._find_sent_at(headers)
        )

    def data_of(self, payload: Any) -> Any:
        """Return the part of the payload that names the record."""
        data = look_up(payload, self.data_field)
        return payload if data is None else data

    def verify(
        self,
        headers: Mapping[str, str],
        body: bytes,
        secrets: Iterable[str],
        now: float,
    ) -> Delivery:
        """Return the delivery of a genuine notification.

        :raise WebhookRefused: with the reason
        """
        if problem := self.find_problem(headers, body, secrets, now):
            raise WebhookRefused(problem)
        return self.describe(headers, self.read(body))

    def _read_timestamp(self, headers: Mapping[str, str]) -> str | None:
        return headers.get(self.timestamp_header) if self.timestamp_header else None

    def _find_sent_at(self, headers: Mapping[str, str]) -> datetime | None:
        text = self._read_timestamp(headers) or ""
        try:
            if SECONDS.fullmatch(text):
                sent_at = datetime.fromtimestamp(int(text), timezone.utc)
            else:
                sent_at = datetime.fromisoformat(text)
            if sent_at.tzinfo is None:
                sent_at = sent_at.replace(tzinfo=timezone.utc)
            return sent_at.astimezone(timezone.utc).replace(tzinfo=None)
        except (ValueError, OverflowError, OSError):
            return None


@dataclass(frozen=True, kw_only=True)
class WebhookToken(WebhookScheme):
    """The secret itself in a header, or a signature of the body, ``sha256=…``."""

    header: str = "X-Webhook-Token"
    signature_header: str = "X-Hub-Signature-256"

    def find_problem(
        self,
        headers: Mapping[str, str],
        body: bytes,
        secrets: Iterable[str],
        now: float,
    ) -> str | None:
        token, signature = headers.get(self.header), headers.get(self.signature_header)
        if not token and not signature:
            return f"the headers {self.header} and {self.signature_header} are missing"
        for secret in secrets:
            if is_same_secret(token, secret):
                return None
            if secret and is_same_secret(signature, sign_body(body, secret)):
                return None
        return "the secret is not that of the backend"

    def sign(
        self, body: bytes, secret: str, now: float, delivery: Delivery = NO_DELIVERY
    ) -> dict[str, str]:
        return {**super().sign(body, secret, now, delivery), self.header: secret}


def sign_body(body: bytes, token: str) -> str:
    """Return the signature of a body, as ``sha256=<hex>``."""
    digest = hmac.new(token.encode(), body, hashlib.sha256).hexdigest()
    return f"sha256={digest}"
