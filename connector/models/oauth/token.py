# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Access tokens of OAuth 2.0, one row for each backend and grant.

``renewal.py`` renews them. Tokens are used only by the client, for the server and
in the database of their row: a copy of the database must not use up the refresh token.
The clock of the database decides whether a token has ended: those of workers differ.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import NO_ACCESS

from ...http.auth.oauth import OAuth2
from ...http.auth.oauth_answer import Tokens
from ...http.authenticated_session import origin
from ...jobs.causes import REFUSED
from ...jobs.lifecycle import running_job
from ...jobs.subject import subject_of_backend

#: seconds before its end at which a token is renewed, and that part of a shorter life
LEEWAY_SECONDS, LEEWAY_PART = 60, 0.2


def server_of(base_url: str) -> str:
    """Return what identifies the server of an address, as a text."""
    scheme, host, port = origin(base_url)
    return f"{scheme}://{host}:{port}"


class HeldToken(NamedTuple):
    """The row of a backend.

    :param seconds: until the token is to be renewed, by the clock of the database;
        None if unknown
    """

    access_token: str | None
    refresh_token: str | None
    seconds: float | None
    client_id: str
    server: str
    refused_reason: str | None
    database: str
    expires_at: datetime | None
    connected_at: datetime | None

    def is_of(self, client_id: str, base_url: str) -> bool:
        """Return whether it was given to this client, for this server."""
        return self.client_id == client_id and self.server == server_of(base_url)

    def is_usable(self, rejected: str | None = None) -> bool:
        return (
            bool(self.access_token)
            and self.access_token != rejected
            and (self.seconds is None or self.seconds > 0)
        )


class ConnectorOauthToken(models.Model):
    """The tokens of one backend and grant."""

    _name = "connector.oauth.token"
    _description = "OAuth Token of a Backend"
    _log_access = False

    backend_model = fields.Char(required=True)
    backend_id = fields.Many2oneReference(model_field="backend_model", required=True)
    grant_key = fields.Char(required=True)
    client_id = fields.Char(required=True)
    server = fields.Char(required=True)
    database = fields.Char(required=True, help="In a copy, the tokens are not used")
    access_token = fields.Text(groups=NO_ACCESS)
    refresh_token = fields.Text(groups=NO_ACCESS)
    scope = fields.Char()
    connected_at = fields.Datetime()
    expires_at = fields.Datetime()
    renew_at = fields.Datetime()
    refused_reason = fields.Text()

    _backend_uniq = models.Constraint(
        "UNIQUE (backend_model, backend_id, grant_key)",
        "A backend has one token for each grant.",
    )

    # -- reading --------------------------------------------------------------

    @api.model
    def _find(self, backend: models.BaseModel, grant: str) -> HeldToken | None:
        """Return the tokens of this database, None without any."""
        self.env.cr.execute(
            "SELECT access_token, refresh_token, EXTRACT(EPOCH FROM"
            " renew_at - clock_timestamp() AT TIME ZONE 'UTC')::float, client_id,"
            " server, refused_reason, database, expires_at, connected_at"
            " FROM connector_oauth_token"
            " WHERE backend_model = %s AND backend_id = %s AND grant_key = %s",
            (backend._name, backend.id or 0, grant),
        )
        found = self.env.cr.fetchone()
        if found is None:
            return None
        held = HeldToken(*found)
        return held if held.database == self._this_database() else None

    @api.model
    def _this_database(self) -> str:
        parameters = self.env["ir.config_parameter"].sudo()
        uuid = parameters.get_param("database.uuid") or ""
        return f"{self.env.cr.dbname} {uuid}"

    # -- writing --------------------------------------------------------------

    def _store(
        self,
        backend: models.BaseModel,
        auth: OAuth2,
        client_id: str,
        base_url: str,
        tokens: Tokens,
        is_new_grant: bool = False,
    ) -> HeldToken:
        """Store tokens; an answer without a refresh token keeps the one before."""
        life = tokens.lifetime
        leeway = min(LEEWAY_SECONDS, (life or 0) * LEEWAY_PART)
        self.env.cr.execute(
            "INSERT INTO connector_oauth_token AS known (backend_model, backend_id,"
            " grant_key, client_id, server, database, access_token, refresh_token,"
            " scope, connected_at, expires_at, renew_at)"
            " SELECT %s, %s, %s, %s, %s, %s, %s, %s, %s, now_utc,"
            " now_utc + %s * interval '1 second', now_utc + %s * interval '1 second'"
            " FROM (SELECT clock_timestamp() AT TIME ZONE 'UTC' AS now_utc) AS clock"
            " ON CONFLICT (backend_model, backend_id, grant_key) DO UPDATE SET"
            " client_id = EXCLUDED.client_id, server = EXCLUDED.server,"
            " database = EXCLUDED.database,"
            " access_token = EXCLUDED.access_token, scope = EXCLUDED.scope,"
            " refresh_token = CASE WHEN %s THEN EXCLUDED.refresh_token"
            " ELSE COALESCE(EXCLUDED.refresh_token, known.refresh_token) END,"
            " connected_at = CASE WHEN %s THEN EXCLUDED.connected_at"
            " ELSE known.connected_at END,"
            " expires_at = EXCLUDED.expires_at, renew_at = EXCLUDED.renew_at,"
            " refused_reason = NULL",
            (
                *(backend._name, backend.id, auth.grant, client_id),
                *(server_of(base_url), self._this_database()),
                *(tokens.access_token, tokens.refresh_token or None, tokens.scope),
                *(life, life and life - leeway, is_new_grant, is_new_grant),
            ),
        )
        self.invalidate_model()
        stored = self._find(backend, auth.grant)
        assert stored is not None
        return stored

    def _refuse(self, backend: models.BaseModel, grant: str, reason: str) -> None:
        """Store that the grant has ended: no worker asks the provider any more."""
        self.env.cr.execute(
            "UPDATE connector_oauth_token SET refused_reason = %s, access_token = NULL,"
            " refresh_token = NULL WHERE backend_model = %s AND backend_id = %s"
            " AND grant_key = %s",
            (reason, backend._name, backend.id, grant),
        )
        self.invalidate_model()
        if running_job(self.env) is None:  # the failure of a job opens it
            self.env["connector.sync.error"]._note(
                backend._name,
                backend.id,
                subject_of_backend(REFUSED),
                cause=REFUSED,
                reason=reason,
            )

    @api.model
    def _forget(self, backends: models.BaseModel) -> None:
        """Delete the tokens of backends."""
        self.sudo().search(
            [("backend_model", "=", backends._name), ("backend_id", "in", backends.ids)]
        ).unlink()
