# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Requests for access that the provider has not answered yet.

The provider brings back the *state*, a signed text that names the database and a row
of this model. A separate transaction deletes the row before the answer is used: a state
is good for one answer, within ten minutes, in the session of the user who pressed the
button. The row also has the PKCE verifier, which does not leave the server before the
code is exchanged.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any, NamedTuple

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS
from odoo.http import request
from odoo.tools import hash_sign, verify_hash_signed

from ...components.credentials import BackendCredentials
from ...database import separate_transaction

LIFETIME_MINUTES = 10
#: key of the session that binds a state to it
SESSION_KEY = "connector_oauth"
_SCOPE = "connector-oauth-state"


class Begun(NamedTuple):
    """A taken row."""

    backend_model: str
    backend_id: int
    user_id: int
    session_digest: str
    verifier: str
    redirect_uri: str
    is_fresh: bool


def digest(text: str) -> str:
    """Return what is stored of a text that must not be readable in the database."""
    return hashlib.sha256(text.encode()).hexdigest()


class ConnectorOauthRequest(models.Model):
    """A request for access that the provider has not answered yet."""

    _name = "connector.oauth.request"
    _description = "Pending OAuth Request"
    _log_access = False

    nonce_digest = fields.Char(required=True)
    backend_model = fields.Char(required=True)
    backend_id = fields.Many2oneReference(model_field="backend_model", required=True)
    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    session_digest = fields.Char(required=True)
    verifier = fields.Char(groups=NO_ACCESS)
    redirect_uri = fields.Char(required=True)
    begun_at = fields.Datetime(required=True, default=fields.Datetime.now, index=True)

    _nonce_uniq = models.Constraint("UNIQUE (nonce_digest)", "A state is used once.")

    @api.model
    def _begin(self, backend: models.BaseModel, adapter: Any) -> str:
        """Store a request; return the address of the provider's page."""
        if not request:
            raise UserError(self.env._("Connect in the form, with a web browser."))
        auth = adapter._auth
        client = auth.read_client(BackendCredentials(backend, adapter._name))
        nonce, verifier = secrets.token_urlsafe(32), auth.make_verifier()
        session_key = request.session.get(SESSION_KEY) or secrets.token_urlsafe(32)
        request.session[SESSION_KEY] = session_key
        self.create(
            {
                "nonce_digest": digest(nonce),
                "backend_model": backend._name,
                "backend_id": backend.id,
                "user_id": self.env.uid,
                "session_digest": digest(session_key),
                "verifier": verifier,
                "redirect_uri": backend.oauth_redirect_uri,
            }
        )
        return auth.authorization_url(
            adapter._base_url(),
            client.id,
            backend.oauth_redirect_uri,
            hash_sign(self.env(su=True), _SCOPE, [self.env.cr.dbname, nonce]),
            verifier,
        )

    # -- state ----------------------------------------------------------------

    @api.model
    def _read_state(self, state: str) -> str | None:
        """Return the nonce of a state that this database has signed."""
        try:
            signed = verify_hash_signed(self.env(su=True), _SCOPE, state)
        except ValueError:  # it is not base64, or of another version
            return None
        database, nonce = signed or (None, None)
        return nonce if database == self.env.cr.dbname else None

    @api.model
    def _take(self, state: str) -> Begun | None:
        """Delete and return the request of a state; None once it was taken."""
        nonce = self._read_state(state)
        if nonce is None:
            return None
        try:
            with separate_transaction(self) as requests:
                requests.env.cr.execute(
                    "DELETE FROM connector_oauth_request WHERE nonce_digest = %s"
                    " RETURNING backend_model, backend_id, user_id, session_digest,"
                    " verifier, redirect_uri, begun_at > now() AT TIME ZONE 'UTC'"
                    " - %s * interval '1 minute'",
                    (digest(nonce), LIFETIME_MINUTES),
                )
                found = requests.env.cr.fetchone()
        except psycopg2.errors.SerializationFailure:  # taken at the same time
            return None
        return Begun(*found) if found else None

    @api.autovacuum
    def _gc_unanswered(self) -> None:
        """Delete requests that the provider never answered."""
        self.search([("begun_at", "<", "-1d")]).unlink()
