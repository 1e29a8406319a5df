# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How known systems sign their webhooks.

=====================  =================================  ==============================
scheme                 delivery id                        topic
=====================  =================================  ==============================
``GitHub``             ``X-GitHub-Delivery``              ``X-GitHub-Event``
``Shopify``            ``X-Shopify-Webhook-Id``           ``X-Shopify-Topic``
``WooCommerce``        ``X-WC-Webhook-Delivery-ID``,      ``X-WC-Webhook-Topic``
                       with the payload
``Stripe``             ``id`` of the payload              ``type`` of the payload
``StandardWebhooks``   ``webhook-id``, signed             ``type`` of the payload
=====================  =================================  ==============================

Stripe and Standard Webhooks sign the time, too: an old notification is refused. The
others cannot tell an old notification from a new one, except by its delivery id.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qs

from .hmac_scheme import HmacScheme

_WOO_PING = re.compile(rb"webhook_id=[0-9]{1,20}")


@dataclass(frozen=True, kw_only=True)
class GitHub(HmacScheme):
    """GitHub: JSON, or a form whose field ``payload`` is JSON."""

    header: str = "X-Hub-Signature-256"
    prefix: str = "sha256="
    id_header: str | None = "X-GitHub-Delivery"
    topic_header: str | None = "X-GitHub-Event"
    kept_headers: tuple[str, ...] = ("X-GitHub-Hook-ID",)

    def read(self, body: bytes) -> Any:
        if body.startswith(b"payload="):
            fields = parse_qs(body.decode())
            return json.loads(fields.get("payload", [""])[0])
        return super().read(body)


@dataclass(frozen=True, kw_only=True)
class Shopify(HmacScheme):
    """Shopify; the secret is the client secret of the app."""

    header: str = "X-Shopify-Hmac-Sha256"
    encoding: Literal["hex", "base64"] = "base64"
    id_header: str | None = "X-Shopify-Webhook-Id"
    topic_header: str | None = "X-Shopify-Topic"
    timestamp_header: str | None = "X-Shopify-Triggered-At"
    kept_headers: tuple[str, ...] = (
        "X-Shopify-Shop-Domain",
        "X-Shopify-API-Version",
        "X-Shopify-Event-Id",
    )


@dataclass(frozen=True, kw_only=True)
class WooCommerce(HmacScheme):
    """WooCommerce; it tests a new address by an unsigned form, ``webhook_id=1``.

    Its delivery id is a hash of the webhook and the second, which all notifications of
    one second share.
    """

    header: str = "X-WC-Webhook-Signature"
    encoding: Literal["hex", "base64"] = "base64"
    id_header: str | None = "X-WC-Webhook-Delivery-ID"
    shares_ids: bool = True
    topic_header: str | None = "X-WC-Webhook-Topic"
    kept_headers: tuple[str, ...] = ("X-WC-Webhook-Source", "X-WC-Webhook-ID")

    def is_ping(self, headers: Mapping[str, str], body: bytes) -> bool:
        return self.header not in headers and bool(_WOO_PING.fullmatch(body))


@dataclass(frozen=True, kw_only=True)
class Stripe(HmacScheme):
    """Stripe: ``t=<time>,v1=<signature>``, with a ``v1`` for each valid secret."""

    header: str = "Stripe-Signature"
    signed: str = "{timestamp}.{body}"
    id_field: str | None = "id"
    topic_field: str | None = "type"
    data_field: str | None = "data.object"

    @property
    def _has_timestamp(self) -> bool:
        return True

    def _read_parts(self, headers: Mapping[str, str], name: str) -> list[str]:
        parts = (
            part.partition("=") for part in (headers.get(self.header) or "").split(",")
        )
        return [value.strip() for key, __, value in parts if key.strip() == name]

    def _read_proofs(self, headers: Mapping[str, str]) -> list[str]:
        return self._read_parts(headers, "v1")

    def _read_timestamp(self, headers: Mapping[str, str]) -> str | None:
        return next(iter(self._read_parts(headers, "t")), None)

    def _format_proof(self, proof: str, timestamp: int) -> str:
        return f"t={timestamp},v1={proof}"


@dataclass(frozen=True, kw_only=True)
class StandardWebhooks(HmacScheme):
    """The `Standard Webhooks <https://www.standardwebhooks.com>`_, used by Svix.

    The secret is ``whsec_`` and base64.
    """

    header: str = "webhook-signature"
    encoding: Literal["hex", "base64"] = "base64"
    prefix: str = "v1,"
    id_header: str | None = "webhook-id"
    timestamp_header: str | None = "webhook-timestamp"
    signed: str = "{id}.{timestamp}.{body}"
    topic_field: str | None = "type"
    data_field: str | None = "data"

    def _read_proofs(self, headers: Mapping[str, str]) -> list[str]:
        given = (headers.get(self.header) or "").split(" ")
        return [
            each.removeprefix(self.prefix)
            for each in given
            if each.startswith(self.prefix)
        ]

    def _key(self, secret: str) -> bytes:
        try:
            key = base64.b64decode(secret.strip().removeprefix("whsec_") + "==")
        except (ValueError, binascii.Error):
            key = b""
        return key or secret.encode()  # anybody can sign with an empty key
