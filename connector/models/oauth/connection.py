# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Connect a backend to its provider of access by OAuth 2.0, and disconnect it.

::

    Connect ─► page of the provider ─► controllers/oauth.py ─► tokens ─► form
                                       │ refused: a page that says why
    Disconnect ─► tokens are ended at the provider, and deleted; the backend is a draft

    provider refuses to renew ─► the backend is paused, a person is asked;
                                 jobs wait, and Connect resumes them

``connector.oauth.token`` stores the tokens, ``connector.oauth.request`` what the
provider must bring back.
"""

from __future__ import annotations

import logging
from typing import Any

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS
from odoo.tools import SQL, format_datetime

from ...components.credentials import BackendCredentials
from ...database import separate_transaction
from ...exception import BackendPaused, ConnectorException, JobError
from ...http.auth.oauth import OAuth2AuthorizationCode
from ...http.auth.token_request import revoke_token
from ...secret_input import secret_input
from ..backend import PAUSED

_logger = logging.getLogger(__name__)

CALLBACK_PATH = "/connector/oauth/callback"
#: tries to pause a backend that other transactions write at the same time
_PAUSE_TRIES = 3
_LOCK_TIMEOUT = "2s"


class ConnectorOauthMixin(models.AbstractModel):
    """Base of backend models to which a person connects by OAuth 2.0.

    Their adapters declare it: ``_auth = OAuth2AuthorizationCode(…)``.
    """

    _name = "connector.oauth.mixin"
    _inherit = "connector.backend"
    _description = "OAuth Connection of a Backend"

    oauth_client_id = fields.Char(
        string="Client ID", help="As the provider names this Odoo"
    )
    oauth_client_secret = fields.Char(groups=NO_ACCESS, copy=False)
    new_oauth_client_secret = secret_input(
        "oauth_client_secret", string="Client secret"
    )
    oauth_redirect_uri = fields.Char(
        compute="_compute_oauth_redirect_uri",
        string="Redirect address",
        help="Enter it where the provider asks for the redirect or callback URI.",
    )
    oauth_is_connected = fields.Boolean(compute="_compute_oauth_status")
    oauth_status = fields.Char(compute="_compute_oauth_status", string="Connection")

    def _oauth_adapter(self) -> Any:
        """Return the adapter whose ``_auth`` a person grants.

        By default, the first one of the synchronized models that declares it.
        """
        self.ensure_one()
        names = [
            name
            for method in ("_imported_models", "_exported_models")
            if hasattr(self, method)
            for name in getattr(self, method)()
        ]
        for model_name in dict.fromkeys(names):
            with self.work_on(model_name) as work:
                for adapter in work.many_components(usage="backend.adapter"):
                    auth = getattr(adapter, "_auth", None)
                    if isinstance(auth, OAuth2AuthorizationCode):
                        return adapter
        raise UserError(
            self.env._(
                "No adapter of %(backend)s declares how to connect: set _auth = "
                "OAuth2AuthorizationCode(…) on the adapter of a synchronized model, or "
                "override _oauth_adapter of %(model)s.",
                backend=self.display_name,
                model=self._name,
            )
        )

    # -- state of the connection ------------------------------------------------

    def _compute_oauth_redirect_uri(self):
        for backend in self:
            backend.oauth_redirect_uri = f"{backend.get_base_url()}{CALLBACK_PATH}"

    @api.depends("oauth_client_id")
    @api.depends_context("lang", "tz")
    def _compute_oauth_status(self):
        tokens = self.env["connector.oauth.token"].sudo()
        for backend in self:
            held = tokens._find(backend._origin, OAuth2AuthorizationCode.grant_name)
            is_of_client = held and held.client_id == backend.oauth_client_id
            backend.oauth_is_connected = bool(is_of_client and held.access_token)
            backend.oauth_status = backend._describe_connection(
                held if is_of_client else None
            )

    def _describe_connection(self, held: Any) -> str:
        if held is None:
            return self.env._("Not connected")
        if held.refused_reason:
            return self.env._("Connect again: %s", held.refused_reason)
        since = format_datetime(self.env, held.connected_at)
        if held.refresh_token or not held.expires_at:
            return self.env._("Connected since %s, renewed automatically", since)
        return self.env._(
            "Connected since %(since)s, until %(until)s: the provider lets nothing "
            "renew it",
            since=since,
            until=format_datetime(self.env, held.expires_at),
        )

    # -- buttons --------------------------------------------------------------

    def button_oauth_connect(self) -> dict[str, Any]:
        """Go to the page of the provider on which a person grants the access."""
        self.ensure_one()
        self.check_access("write")
        if self._is_archived():
            raise UserError(self.env._("%s is archived.", self.display_name))
        adapter = self._oauth_adapter()
        try:
            url = self.env["connector.oauth.request"].sudo()._begin(self, adapter)
        except ConnectorException as error:
            raise UserError(str(error)) from error
        return {"type": "ir.actions.act_url", "url": url, "target": "self"}

    def button_oauth_disconnect(self) -> dict[str, Any]:
        """End the access at the provider, delete the tokens, and return to draft."""
        self.check_access("write")
        problems = []
        for backend in self:
            try:
                backend._revoke_tokens()
            except (ConnectorException, JobError) as error:
                problems.append(
                    self.env._(
                        "%(backend)s: the tokens were deleted, but the provider could "
                        "not end the access. End it there, too: %(reason)s",
                        backend=backend.display_name,
                        reason=error,
                    )
                )
        self._forget_connection()
        if "state" in self._fields:
            self.state = "draft"
        done = self.env._("Disconnected: %s", ", ".join(self.mapped("display_name")))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if problems else "success",
                "sticky": bool(problems),
                "message": "\n".join(problems) or done,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _revoke_tokens(self) -> None:
        """End the tokens at the provider, if the adapter declares ``revoke_path``."""
        adapter = self._oauth_adapter()
        auth, base_url = adapter._auth, adapter._base_url()
        held = self.env["connector.oauth.token"].sudo()._find(self, auth.grant)
        if held is None or not auth.revoke_path:
            return
        client = auth.read_client(BackendCredentials(self, adapter._name))
        for token, hint in (
            (held.refresh_token, "refresh_token"),
            (held.access_token, "access_token"),
        ):
            if token:
                request = auth.revocation_request(base_url, client, token, hint)
                revoke_token(request)

    def _forget_connection(self) -> None:
        self.env["connector.oauth.token"]._forget(self)
        self.invalidate_recordset(["oauth_status", "oauth_is_connected"], flush=False)

    def _handle_moved_server(self) -> None:
        """Delete the tokens of a backend that has become another server."""
        self._forget_connection()
        return super()._handle_moved_server()

    # -- the grant has ended ----------------------------------------------------

    def _pause_for_grant(self, error: Exception) -> Exception:
        """Pause the backend and notify a user; return the error of the running job.

        In a separate transaction, as that of the job is rolled back. If it is paused,
        the job waits with it; otherwise the job fails, and the schedule is stopped.
        """
        refusal = str(error).rstrip(".")
        reason = self.env._("The access must be granted again: %s.", refusal)
        for _attempt in range(_PAUSE_TRIES):
            try:
                with separate_transaction(self, _LOCK_TIMEOUT) as backend:
                    is_paused = backend._pause_once(reason)
                break
            except (
                psycopg2.errors.SerializationFailure,
                psycopg2.errors.LockNotAvailable,
            ):
                is_paused = False
        if not is_paused:
            return error
        return BackendPaused(reason, seconds=10, ignore_retry=True)

    def _pause_once(self, reason: str) -> bool:
        """Pause the backend, unless it is; return whether it is paused then."""
        if "pause_reason" not in self._fields or not self.exists():
            return False
        self.env.cr.execute(
            SQL(
                "SELECT FROM %s WHERE id = %s FOR NO KEY UPDATE",
                SQL.identifier(self._table),
                self.id,
            ),
            log_exceptions=False,
        )
        if self.state == PAUSED:
            return True
        if self._find_reason_to_pause():
            return False
        self._pause(reason)
        return True

    def _handle_new_grant(self, refused_reason: str | None) -> None:
        """Resume a backend that was paused because its grant had ended.

        :param refused_reason: why the grant before had ended
        """
        self.invalidate_recordset(["oauth_status", "oauth_is_connected"], flush=False)
        if "pause_reason" not in self._fields:
            return
        is_of_grant = refused_reason and refused_reason in (self.pause_reason or "")
        if self.state == PAUSED and is_of_grant:
            self.state = self.state_before_pause or "checked"
        self._resume_schedule()
