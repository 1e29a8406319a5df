# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The fields of a backend, as the authentication of its adapters reads them."""

from __future__ import annotations

from typing import Any

from odoo import models

from ..http.auth.declarations import Authentication
from ..http.auth.oauth import OAuth2
from ..http.errors import RestCredentialsRefusal
from ..http.session import RestSession
from ..secret_input import secrets_of
from .backend_tokens import BackendTokens


class BackendCredentials:
    """Fields of a backend, read as superuser: no user may read a secret.

    :param owner: the declaring adapter or model, which errors name
    :param base_url: address of the backend, below which an OAuth provider is
    """

    def __init__(
        self, backend: models.BaseModel, owner: str, base_url: str = ""
    ) -> None:
        self._backend = backend.sudo()
        self._owner = owner
        self._base_url = base_url

    def get(self, field: str) -> str:
        """Return the value of a field.

        :raise RestCredentialsRefusal: it is empty
        :raise ValueError: the backend has no such field
        """
        backend = self._backend
        if field not in backend._fields:
            raise ValueError(
                f"{self._owner}: _auth names the field {field!r}, which "
                f"{backend._name} does not have."
            )
        if not backend[field]:
            raise RestCredentialsRefusal(
                f"{backend.display_name}: {self._label(field)} is empty. Fill it in."
            )
        return str(backend[field])

    def tokens(self, auth: OAuth2) -> BackendTokens:
        """Return the source of the access tokens of an OAuth declaration."""
        return BackendTokens(self._backend, auth, self._base_url, self)

    def _label(self, field: str) -> str:
        """Return the label by which a user finds the field in the form."""
        inputs = {
            each.secret_field: each.input_name for each in secrets_of(self._backend)
        }
        shown = self._backend._fields[inputs.get(field, field)]
        return shown._description_string(self._backend.env)


def authenticate(adapter: Any, session: RestSession) -> None:
    """Give a session the credentials that ``_auth`` of its adapter declares."""
    auth = adapter._auth
    if auth is None:
        return
    if not isinstance(auth, Authentication):
        raise TypeError(
            f"{adapter._name}: _auth must be one of ApiKey, BearerToken, Basic, "
            "SignedRequest, OAuth2ClientCredentials and OAuth2AuthorizationCode, as in "
            f"_auth = BearerToken('api_token'); found {auth!r}."
        )
    auth.use(
        session,
        BackendCredentials(adapter.backend_record, adapter._name, session.base_url),
    )
