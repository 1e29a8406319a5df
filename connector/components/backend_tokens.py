# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The access tokens of a backend, as the sessions of a job use them.

``connector.oauth.token`` stores and renews them. A job keeps the one that it has until
it must be renewed, so that a request costs no query.
"""

from __future__ import annotations

import time
from typing import Any

from odoo import models

from ..exception import RetryableJobError
from ..http.auth.oauth import OAuth2
from ..http.auth.oauth_answer import GrantRefused

#: seconds in which the provider is not asked again: after a failure, and if the
#: replacement of a rejected token is rejected, too
RETRY_SECONDS, REPLACE_SECONDS = 10, 60


class BackendTokens:
    """Source of access tokens, of one backend and one declaration."""

    def __init__(
        self,
        backend: models.BaseModel,
        auth: OAuth2,
        base_url: str,
        credentials: Any,
    ) -> None:
        self._backend = backend
        self._arguments = (backend, auth, base_url, credentials)
        self._token = ""
        self._valid_until = 0.0
        self._failure: Exception | None = None
        self._asks_again_at = 0.0
        self._replacement = ""
        self._replaces_again_at = 0.0

    def current(self) -> str:
        """Return a token that is valid, as far as is known."""
        if time.monotonic() >= self._valid_until:
            self._take("_obtain")
        return self._token

    def replace(self, rejected: str) -> bool:
        """Replace a rejected token; return whether there is another one now."""
        is_replacement = rejected == self._replacement
        if is_replacement and time.monotonic() < self._replaces_again_at:
            return False
        self._take("_renew", rejected)
        self._replacement = self._token
        self._replaces_again_at = time.monotonic() + REPLACE_SECONDS
        return self._token != rejected

    def _take(self, method: str, *arguments: str) -> None:
        if self._failure is not None and time.monotonic() < self._asks_again_at:
            raise self._failure
        tokens = self._backend.env["connector.oauth.token"]
        try:
            held = getattr(tokens, method)(*self._arguments, *arguments)
        except GrantRefused as error:
            failure = self._handle_refused_grant(error)
        except RetryableJobError as error:
            self._asks_again_at = time.monotonic() + RETRY_SECONDS
            self._failure = failure = error
        else:
            seconds = float("inf") if held.seconds is None else held.seconds
            self._token = held.access_token
            self._valid_until = time.monotonic() + seconds
            return
        raise failure

    def _handle_refused_grant(self, error: GrantRefused) -> Exception:
        """Return the error by which the job ends."""
        if hasattr(self._backend, "_pause_for_grant"):
            return self._backend._pause_for_grant(error)
        return error
