# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The token of monitoring systems, and the addresses to monitor.

The token is shown once, when it is created; its digest is stored. It is random and
long, so a plain SHA-256 suffices.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from urllib.parse import quote

from odoo import api, fields, models

DIGEST = "connector.monitoring_token_digest"
CREATED_AT = "connector.monitoring_token_created_at"
MANAGER = "connector.group_connector_manager"


def digest_of(token: str) -> str:
    """Return the digest of a token; any text may be given."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class ConnectorMonitoring(models.TransientModel):
    """Settings of monitoring."""

    _name = "connector.monitoring"
    _description = "Monitoring of Connectors"

    health_url = fields.Char(
        string="Health", compute="_compute_addresses", help="For uptime monitors"
    )
    metrics_url = fields.Char(
        string="Metrics", compute="_compute_addresses", help="For Prometheus"
    )
    token_created_at = fields.Datetime(compute="_compute_token_created_at")

    @api.depends_context("uid")
    def _compute_addresses(self):
        base, database = self.get_base_url(), quote(self.env.cr.dbname, safe="")
        self.health_url = f"{base}/connector/health/db/{database}"
        self.metrics_url = f"{base}/connector/metrics/db/{database}"

    @api.depends_context("uid")
    def _compute_token_created_at(self):
        parameters = self.env["ir.config_parameter"].sudo()
        has_token = parameters.get_param(DIGEST)
        self.token_created_at = has_token and parameters.get_param(CREATED_AT)

    @api.depends("token_created_at")
    @api.depends_context("lang")
    def _compute_display_name(self):
        self.display_name = self.env._("Monitoring")

    @api.model
    def _is_valid(self, token: str) -> bool:
        """Return whether it is the token of this database."""
        stored = self.env["ir.config_parameter"].sudo().get_param(DIGEST) or ""
        # compared even without a stored token: both cases take the same time
        is_equal = hmac.compare_digest(stored, digest_of(token))
        return bool(stored and token) and is_equal

    def action_create_token(self) -> dict:
        """Create a token, which replaces the last one, and show it once."""
        self._check_is_manager()
        token = secrets.token_urlsafe(32)
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param(DIGEST, digest_of(token))
        parameters.set_param(CREATED_AT, fields.Datetime.now())
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Token of monitoring"),
            "res_model": "connector.monitoring.token",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_token": token},
        }

    def action_revoke_token(self) -> dict:
        """Delete the token: monitoring systems get no answer any more."""
        self._check_is_manager()
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param(DIGEST, False)
        parameters.set_param(CREATED_AT, False)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _check_is_manager(self) -> None:
        """Raise an AccessError unless the user is a manager of connectors."""
        self.check_access("write")


class ConnectorMonitoringToken(models.AbstractModel):
    """A new token, which is in the context of its window only."""

    _name = "connector.monitoring.token"
    _description = "Token of Monitoring"

    # a form without stored fields reads the default of "token" only with an id
    id = fields.Id()
    token = fields.Char(readonly=True)
