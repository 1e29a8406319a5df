# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The scheme of most systems: an HMAC of the body, made with a shared secret.

The time is checked after the signature, so a refusal tells nothing to a sender without
a secret.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from .signatures import NO_DELIVERY, SECONDS, Delivery, WebhookScheme

#: seconds between the signature and its receipt, where the time is signed
TOLERANCE_SECONDS = 300
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_SIGNABLE = {"body", "id", "timestamp"}


@dataclass(frozen=True, kw_only=True)
class HmacScheme(WebhookScheme):
    """An HMAC of the body, alone or with the delivery id and the time.

    For instance, the scheme of Slack::

        HmacScheme(
            header="X-Slack-Signature",
            prefix="v0=",
            timestamp_header="X-Slack-Request-Timestamp",
            signed="v0:{timestamp}:{body}",
        )

    A notification whose time is signed is refused if the time differs by more than
    ``tolerance_seconds`` from now.
    """

    header: str
    digest: str = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    #: before the signature in the header
    prefix: str = ""
    #: of ``{body}``, ``{id}``, ``{timestamp}`` and any characters between them
    signed: str = "{body}"
    tolerance_seconds: int = TOLERANCE_SECONDS

    def __post_init__(self) -> None:
        owner = type(self).__name__
        names = _PLACEHOLDER.findall(self.signed)
        if "body" not in names or set(names) - _SIGNABLE:
            raise ValueError(
                f"{owner}.signed is {self.signed!r}: expected {{body}}, and of "
                "{id} and {timestamp} those that the system signs."
            )
        if "id" in names and not self.id_header:
            raise ValueError(f"{owner}.signed has {{id}}: give id_header, too.")
        if "timestamp" in names and not self._has_timestamp:
            raise ValueError(
                f"{owner}.signed has {{timestamp}}: give timestamp_header, too."
            )
        if self.digest not in hashlib.algorithms_guaranteed or "shake" in self.digest:
            raise ValueError(f"{owner}.digest is {self.digest!r}: use sha256.")
        if self.encoding not in ("hex", "base64"):
            raise ValueError(
                f"{owner}.encoding is {self.encoding!r}: use 'hex' or 'base64'."
            )

    @property
    def _has_timestamp(self) -> bool:
        return bool(self.timestamp_header)

    def find_problem(
        self,
        headers: Mapping[str, str],
        body: bytes,
        secrets: Iterable[str],
        now: float,
    ) -> str | None:
        given = [each for each in map(self._decode, self._read_proofs(headers)) if each]
        if not given:
            return f"the header {self.header} is missing, or has no signature"
        delivery_id = headers.get(self.id_header, "") if self.id_header else ""
        timestamp = self._read_timestamp(headers) or ""
        if problem := self._find_missing_part(delivery_id, timestamp):
            return problem
        content = self._join(body, delivery_id, timestamp)
        if not any(
            hmac.compare_digest(proof, expected)
            for expected in (self._compute(content, each) for each in secrets if each)
            for proof in given
        ):
            return f"the signature in {self.header} is not made with the secret"
        if "{timestamp}" not in self.signed:
            return None
        age = now - int(timestamp)
        if abs(age) > self.tolerance_seconds:
            place = "ago" if age > 0 else "in the future: compare the clocks"
            return f"it was signed more than {self.tolerance_seconds} seconds {place}"
        return None

    def _find_missing_part(self, delivery_id: str, timestamp: str) -> str | None:
        """Return which signed part is missing, or not separable from the others."""
        if "{id}" in self.signed and (not delivery_id or "." in delivery_id):
            return f"the header {self.id_header} is missing, or has a full stop"
        if "{timestamp}" in self.signed and not SECONDS.fullmatch(timestamp):
            return "the time of the signature is missing, or is not in seconds"
        return None

    def _join(self, body: bytes, delivery_id: str, timestamp: str) -> bytes:
        parts = {
            "body": body,
            "id": delivery_id.encode(),
            "timestamp": timestamp.encode(),
        }
        pieces = _PLACEHOLDER.split(self.signed)
        return b"".join(
            parts[piece] if index % 2 else piece.encode()
            for index, piece in enumerate(pieces)
        )

    def _key(self, secret: str) -> bytes:
        """Return the key that a secret stands for."""
        return secret.encode()

    def _compute(self, content: bytes, secret: str) -> bytes:
        return hmac.new(self._key(secret), content, self.digest).digest()

    def _read_proofs(self, headers: Mapping[str, str]) -> list[str]:
        """Return the signatures in the headers: several while a secret is replaced."""
        given = headers.get(self.header) or ""
        return (
            [given.removeprefix(self.prefix)] if given.startswith(self.prefix) else []
        )

    def _decode(self, proof: str) -> bytes | None:
        try:
            if self.encoding == "hex":
                return bytes.fromhex(proof)
            return base64.b64decode(proof, validate=True)
        except (ValueError, binascii.Error):
            return None

    def _encode(self, proof: bytes) -> str:
        if self.encoding == "hex":
            return proof.hex()
        return base64.b64encode(proof).decode()

    def sign(
        self, body: bytes, secret: str, now: float, delivery: Delivery = NO_DELIVERY
    ) -> dict[str, str]:
        content = self._join(body, delivery.id or "", str(int(now)))
        proof = self._encode(self._compute(content, secret))
        headers = super().sign(body, secret, now, delivery)
        return {**headers, self.header: self._format_proof(proof, int(now))}

    def _format_proof(self, proof: str, timestamp: int) -> str:
        return f"{self.prefix}{proof}"
