# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Renew a token once, however many workers need the next one.

A rotated refresh token that is lost cannot be recovered: a person would have to connect
again. Therefore a separate transaction renews the token, and commits before the token
is used. A later failure of the job cannot lose it::

    job      token in its snapshot still valid? ─► used (one query)
             otherwise, or if it was rejected:
    lock     transaction A  waits for the advisory lock of the grant, and keeps it
    renewal  transaction B  begins after that: it sees what others renewed meanwhile
                            valid now? ─► used
                            locks the row ─► provider ─► stores ─► commits
             transaction A ends

B begins after the lock is held: the snapshot of A is older. The row is locked and the
connection open before the provider is asked. A killed worker can lose a token only in
the milliseconds between its answer and the commit. The next worker then sends the old
refresh token, which a provider with a grace period accepts.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2

from odoo import api, models
from odoo.sql_db import PoolError

from ...database import lock_number, separate_transaction
from ...exception import RetryableJobError
from ...http.auth.oauth import Client, OAuth2
from ...http.auth.oauth_answer import GrantRefused, Tokens
from ...http.auth.token_request import request_tokens
from ...http.errors import RestCredentialsRefusal
from .token import HeldToken

_logger = logging.getLogger(__name__)

#: wait for another worker that renews the token
LOCK_TIMEOUT = "30s"
BUSY_SECONDS = 5


class NotConnected(RestCredentialsRefusal):
    """No person has connected the backend yet."""


class ConnectorOauthToken(models.Model):
    """Tokens that are renewed in a separate transaction."""

    _inherit = "connector.oauth.token"

    # -- renewal --------------------------------------------------------------

    @api.model
    def _obtain(
        self, backend: models.BaseModel, auth: OAuth2, base_url: str, credentials: Any
    ) -> HeldToken:
        """Return a token that is valid, renewed if need be; see ``_renew``."""
        held = self._find(backend, auth.grant)
        client_id = credentials.get(auth.client_id)
        if held and held.is_of(client_id, base_url) and held.is_usable():
            return held
        return self._renew(backend, auth, base_url, credentials)

    @api.model
    def _renew(
        self,
        backend: models.BaseModel,
        auth: OAuth2,
        base_url: str,
        credentials: Any,
        rejected: str | None = None,
    ) -> HeldToken:
        """Return a token other than a rejected one, which another worker may have got.

        :raise GrantRefused: a person must connect again
        :raise RestCredentialsRefusal: a person must act
        :raise RetryableJobError: the provider fails, or another worker renews too long
        """
        client = auth.read_client(credentials)
        answer = None
        try:
            with self._alone(backend, auth.grant) as tokens:
                held = tokens._find(backend, auth.grant)
                if held and not held.is_of(client.id, base_url):
                    held = None
                if held and held.is_usable(rejected):
                    return held
                tokens._lock_row(backend, auth.grant)
                try:
                    answer = tokens._ask(backend, auth, base_url, client, held)
                except GrantRefused as error:
                    tokens._refuse(backend, auth.grant, str(error))
                    failure = error
                else:
                    return tokens._store(backend, auth, client.id, base_url, answer)
        except psycopg2.Error:
            if answer is None:
                raise
            _logger.warning("The new tokens of %s are stored again", backend)
            with self._alone(backend, auth.grant) as tokens:
                return tokens._store(backend, auth, client.id, base_url, answer)
        raise failure

    def _ask(
        self,
        backend: models.BaseModel,
        auth: OAuth2,
        base_url: str,
        client: Client,
        held: HeldToken | None,
    ) -> Tokens:
        """Ask the provider for the next tokens."""
        if auth.needs_consent:
            if held is None:
                raise NotConnected(
                    self.env._(
                        "%s is not connected: press Connect in its form.",
                        backend.display_name,
                    )
                )
            if held.refused_reason:
                raise GrantRefused(held.refused_reason)
        refresh_token = held.refresh_token if held else None
        request = auth.renewal_request(base_url, client, refresh_token or "")
        return request_tokens(auth, request)

    def _lock_row(self, backend: models.BaseModel, grant: str) -> None:
        self.env.cr.execute(
            "SELECT FROM connector_oauth_token WHERE backend_model = %s"
            " AND backend_id = %s AND grant_key = %s FOR UPDATE",
            (backend._name, backend.id, grant),
        )

    # -- transactions ---------------------------------------------------------

    @contextmanager
    def _alone(
        self, backend: models.BaseModel, grant: str
    ) -> Iterator[ConnectorOauthToken]:
        """Yield the model in another transaction, which no other worker is in.

        It is committed at the end. A backend that is not committed is of this
        transaction alone, and so are its tokens.

        :raise RetryableJobError: another worker is in it for too long, or all
            connections to the database are in use
        """
        try:
            with separate_transaction(self, LOCK_TIMEOUT) as locking:
                locking._wait_for_lock(backend, grant)
                with separate_transaction(self) as tokens:
                    if tokens.env[backend._name].browse(backend.id).exists():
                        yield tokens
                        return
        except PoolError as error:
            raise RetryableJobError(
                f"No connection to the database is free to renew a token: {error}",
                seconds=BUSY_SECONDS,
                ignore_retry=True,
            ) from error
        yield self.sudo()

    def _wait_for_lock(self, backend: models.BaseModel, grant: str) -> None:
        """Wait for the lock of a grant, which is kept until the transaction ends."""
        name = ("oauth", backend._name, backend.id, grant)
        try:
            self.env.cr.execute(
                "SELECT pg_advisory_xact_lock(%s)",
                (lock_number(name),),
                log_exceptions=False,
            )
        except psycopg2.errors.LockNotAvailable as error:
            raise RetryableJobError(
                f"Another worker renews the access to {backend.display_name}.",
                seconds=BUSY_SECONDS,
                ignore_retry=True,
            ) from error
