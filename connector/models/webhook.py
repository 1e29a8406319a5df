# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Webhooks: a backend notifies Odoo of changed records.

::

    POST /connector/webhook/<backend model>/<id>/<topic>        controllers/webhook.py
      └ _is_genuine_webhook    the token, or a signature made with it
      └ _receive_webhook       503 while the backend is off: send again later
          └ _webhook_external_ids    the external ids that the payload names
          └ one import_record job per external id, none for one that waits already
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from werkzeug.exceptions import (
    NotFound,
    RequestEntityTooLarge,
    ServiceUnavailable,
    UnprocessableEntity,
)

from odoo import api, fields, http, models
from odoo.fields import NO_ACCESS

from odoo.addons.queue_job.job import identity_exact

from ..components.external_id import can_be_stored, is_external_id
from ..jobs.lifecycle import WEBHOOK_PRIORITY, as_own_user, delay_many
from .binding_jobs import JOB_TRIES

TOKEN_HEADER = "X-Webhook-Token"
SIGNATURE_HEADER = "X-Hub-Signature-256"
MAX_RECORDS = 1000
#: seconds after which to send a notification again that came while the backend is off
RETRY_AFTER_SECONDS = 3600
#: characters of a refused id that the answer quotes
MAX_QUOTED = 100


def is_same_secret(given: str | None, expected: str | None) -> bool:
    """Return whether two secrets are equal, in constant time; empty ones never are."""
    if not given or not expected:
        return False
    return hmac.compare_digest(given.encode(), expected.encode())


def sign(body: bytes, token: str) -> str:
    """Return the signature of a body, as ``sha256=<hex>``."""
    digest = hmac.new(token.encode(), body, hashlib.sha256).hexdigest()
    return f"sha256={digest}"


class ConnectorWebhookMixin(models.AbstractModel):
    """Base of backend models that receive webhooks.

    The backend posts JSON to ``webhook_url``, with a binding model as the topic, and
    authenticates itself by the token.
    """

    _name = "connector.webhook.mixin"
    _inherit = ["connector.backend.user"]
    _description = "Webhook of a Backend"

    webhook_token = fields.Char(
        copy=False,
        groups=NO_ACCESS,
        help="The backend sends it or signs with it; without it, nothing is received",
    )
    webhook_url = fields.Char(
        compute="_compute_webhook_url",
        string="Webhook address",
        groups="connector.group_connector_manager",
        help="With the name of a binding model in the place of TOPIC",
    )

    def _compute_webhook_url(self):
        for backend in self:
            base_url = backend.get_base_url()
            databases = http.db_list(force=True, host=urlsplit(base_url).netloc)
            database = f"db/{self.env.cr.dbname}/" if len(databases) > 1 else ""
            backend.webhook_url = (
                f"{base_url}/connector/webhook/{database}{backend._name}/"
                f"{backend.id or 0}/TOPIC"
            )

    def action_renew_webhook_token(self) -> dict[str, Any]:
        """Create a new token and show it once; the old token becomes invalid."""
        self.ensure_one()
        self.check_access("write")
        token = secrets.token_urlsafe(32)
        self.sudo().webhook_token = token
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "message": self.env._(
                    "The new token, which is not shown again: %s", token
                ),
            },
        }

    # -- hooks of a connector -------------------------------------------------

    @api.model
    def _webhook_models(self) -> dict[str, str]:
        """Return ``{topic: binding model}``: the bindings of this backend."""
        binding_class = self.env.registry["external.binding"]
        return {
            name: name
            for name, model_class in self.env.registry.items()
            if issubclass(model_class, binding_class)
            and not model_class._abstract
            and "backend_id" in model_class._fields
            and model_class._fields["backend_id"].comodel_name == self._name
        }

    def _is_genuine_webhook(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Return whether a request comes from the backend."""
        token = self.sudo().webhook_token if self else None
        if is_same_secret(headers.get(TOKEN_HEADER), token):
            return True
        signature = headers.get(SIGNATURE_HEADER)
        return is_same_secret(signature, token and sign(body, token))

    def _webhook_external_ids(self, topic: str, payload: Any) -> list[Any]:
        """Return the external ids that a notification names.

        It is ``{"id": 1}``, ``{"external_id": 1}``, ``{"external_ids": [1, 2]}``, or a
        list of these or of ids.
        """
        if isinstance(payload, list):
            return [
                external_id
                for part in payload
                for external_id in self._webhook_external_ids(topic, part)
            ]
        if not isinstance(payload, dict):
            return [payload]
        for name in ("external_id", "id"):
            if name in payload:
                return [payload[name]]
        external_ids = payload.get("external_ids")
        if external_ids is None:
            return []
        return external_ids if isinstance(external_ids, list) else [external_ids]

    # -- receiving ------------------------------------------------------------

    def _receive_webhook(self, topic: str, payload: Any) -> int:
        """Delay the imports that a notification asks for; return their number.

        :raise werkzeug.exceptions.HTTPException: the notification is refused
        """
        self.ensure_one()
        if reason := self._find_reason_to_pause() or self._find_user_problem():
            raise ServiceUnavailable(reason, retry_after=RETRY_AFTER_SECONDS)
        known = self._webhook_models()
        if topic not in known:
            raise NotFound(
                f"Unknown topic {topic!r}. Known: {', '.join(sorted(known)) or 'none'}."
            )
        external_ids = self._checked_external_ids(
            self._webhook_external_ids(topic, payload)
        )
        backend = as_own_user(self.with_env(self.env(context=self._webhook_context())))
        backend._delay_webhook_imports(known[topic], external_ids)
        return len(external_ids)

    def _webhook_context(self) -> dict[str, Any]:
        """Return the context of the imports, without that of the request."""
        return {}

    def _checked_external_ids(self, external_ids: list[Any]) -> list[Any]:
        for external_id in external_ids:
            is_id = isinstance(external_id, str | int) and is_external_id(external_id)
            if not is_id or not can_be_stored(str(external_id)):
                raise UnprocessableEntity(
                    "Expected ids that are text or numbers, found "
                    f"{ascii(external_id)[:MAX_QUOTED]}."
                )
        external_ids = list({str(key): key for key in external_ids}.values())
        if not external_ids:
            raise UnprocessableEntity(
                "No id found. Send {'id': …}, {'external_ids': […]} or a list of these."
            )
        if len(external_ids) > MAX_RECORDS:
            raise RequestEntityTooLarge(
                f"{len(external_ids)} records in one notification, at most "
                f"{MAX_RECORDS} are taken."
            )
        return external_ids

    def _delay_webhook_imports(
        self, binding_model: str, external_ids: list[Any]
    ) -> None:
        """Delay the import of each record, unless it is waiting already."""
        model = self.env[binding_model]
        delay_many(
            model.delayable(
                priority=WEBHOOK_PRIORITY,
                max_retries=JOB_TRIES,
                identity_key=identity_exact,
                description=self.env._(
                    "Import %(model)s %(external_id)s, as notified by %(backend)s",
                    model=model._description,
                    external_id=external_id,
                    backend=self.display_name,
                ),
            ).import_record(self, external_id)
            for external_id in external_ids
        )
