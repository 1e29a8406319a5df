# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The secrets of a webhook, and whether a request is made with one of them.

::

    action_renew_webhook_token   a new token; the old one is invalid
    action_rotate_webhook_token  a new token; the old one is valid for a day
    new_webhook_secret           the form: a secret that the other system gave; the old
                                 one is valid for a day

Secrets are in fields that no group may read. A neutralized copy of the database has
none, and receives nothing.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from odoo import api, fields, models
from odoo.fields import NO_ACCESS

from ...http.webhooks.signatures import WebhookToken
from ...secret_input import MASK, is_given

#: hours for which the previous secret is valid
ROTATION_HOURS = 24
MANAGER = "connector.group_connector_manager"


class ConnectorWebhookMixin(models.AbstractModel):
    _inherit = "connector.webhook.mixin"

    webhook_token = fields.Char(
        copy=False,
        groups=NO_ACCESS,
        help="The backend sends it or signs with it; without it, nothing is received",
    )
    webhook_old_token = fields.Char(copy=False, groups=NO_ACCESS)
    webhook_old_token_until = fields.Datetime(
        string="Old secret valid until", copy=False, readonly=True, groups=MANAGER
    )
    new_webhook_secret = fields.Char(
        string="Webhook secret",
        compute="_compute_new_webhook_secret",
        inverse="_inverse_new_webhook_secret",
        groups=MANAGER,
        help="The other system signs with it. After a change, the previous secret is "
        "valid for one more day.",
    )

    @api.depends("webhook_token")
    def _compute_new_webhook_secret(self):
        for backend in self:
            backend.new_webhook_secret = backend.sudo().webhook_token and MASK

    def _inverse_new_webhook_secret(self):
        for backend in self:
            if is_given(backend.new_webhook_secret):
                backend._replace_webhook_secret(backend.new_webhook_secret.strip())
        self.invalidate_recordset(["new_webhook_secret"], flush=False)

    def _replace_webhook_secret(self, secret: str) -> None:
        """Set the secret; the previous one is valid for a day."""
        backend = self.sudo()
        if secret == backend.webhook_token:
            return
        until = fields.Datetime.now() + timedelta(hours=ROTATION_HOURS)
        backend.write(
            {
                "webhook_old_token": backend.webhook_token,
                "webhook_old_token_until": backend.webhook_token and until,
                "webhook_token": secret,
            }
        )

    def action_renew_webhook_token(self) -> dict[str, Any]:
        """Create a new token and show it once; the old token becomes invalid."""
        self.ensure_one()
        self.check_access("write")
        token = secrets.token_urlsafe(32)
        self.sudo().write(
            {
                "webhook_token": token,
                "webhook_old_token": False,
                "webhook_old_token_until": False,
            }
        )
        return self._show_webhook_token(token)

    def action_rotate_webhook_token(self) -> dict[str, Any]:
        """Create a new token and show it once; the old token is valid for a day."""
        self.ensure_one()
        self.check_access("write")
        token = secrets.token_urlsafe(32)
        self._replace_webhook_secret(token)
        return self._show_webhook_token(token)

    def _show_webhook_token(self, token: str) -> dict[str, Any]:
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

    # -- whether a request is genuine -------------------------------------------

    def _webhook_secrets(self) -> list[str]:
        """Return the valid secrets: the token, and for a day the previous one."""
        backend = self.sudo()
        if not backend or not backend.webhook_token:
            return []
        until = backend.webhook_old_token_until
        if backend.webhook_old_token and until and until > fields.Datetime.now():
            return [backend.webhook_token, backend.webhook_old_token]
        return [backend.webhook_token]

    def _is_genuine_webhook(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Return whether a request comes from the backend."""
        return self._find_webhook_problem(headers, body) is None

    def _find_webhook_problem(
        self, headers: Mapping[str, str], body: bytes
    ) -> str | None:
        """Return why a request does not come from the backend, None if it does."""
        scheme = self._webhook_scheme or WebhookToken()
        return scheme.find_problem(headers, body, self._webhook_secrets(), time.time())
