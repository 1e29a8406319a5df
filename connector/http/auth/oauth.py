# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""OAuth 2.0: declarations, and requests for tokens. No I/O.

::

    OAuth2ClientCredentials    renewal_request ────────────────────► Tokens
    OAuth2AuthorizationCode    authorization_url ─► a person agrees ─► code
                               code_request ───────────────────────► Tokens
                               renewal_request ────────────────────► Tokens
                               revocation_request: the tokens end

oauthlib builds the requests, and is imported when a token is needed.
``token_request.py`` sends them, ``oauth_answer.py`` reads the answers.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote_plus, urljoin, urlsplit, urlunsplit

from ..errors import RestCredentialsRefusal
from .declarations import Authentication, Credentials
from .oauth_answer import GrantRefused, load_oauthlib

if TYPE_CHECKING:
    from ..session import RestSession

_CLIENT_AUTH = ("basic", "body")


@dataclass(frozen=True)
class Client:
    """Odoo, as the provider knows it."""

    id: str
    secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class TokenRequest:
    """Request to the token or revocation endpoint.

    :param secrets: texts that errors and logs must not contain
    """

    url: str
    body: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class OAuth2(Authentication):
    """Base of the declarations of OAuth 2.0.

    :param token_path: path of the token endpoint below the address of the backend, or
        a whole address
    :param scope: names of the rights, separated by spaces
    :param client_id: field of the backend with the client id
    :param client_secret: field of the backend with the client secret, None for a
        client without one
    :param client_auth: how the client authenticates itself: ``basic``, or in the
        ``body`` of the request
    :param token_params: further parameters of each token request
    :param grant_errors: errors of the provider by which a grant has ended
    :param token_header: header in which requests carry the access token
    :param token_prefix: text before the access token
    """

    token_path: str
    scope: str = ""
    client_id: str = "oauth_client_id"
    client_secret: str | None = "oauth_client_secret"
    client_auth: str = "basic"
    token_params: Mapping[str, str] = field(default_factory=dict)
    grant_errors: Collection[str] = ("invalid_grant", "bad_refresh_token")
    token_header: str = "Authorization"
    token_prefix: str = "Bearer "

    #: whether a person must agree before there are tokens
    needs_consent = False
    #: parameters that are mappings or lists, and are kept as hashable tuples
    _FROZEN = ("token_params",)

    def __post_init__(self) -> None:
        if self.client_auth not in _CLIENT_AUTH:
            raise ValueError(
                f"{type(self).__name__}: client_auth must be one of "
                f"{', '.join(_CLIENT_AUTH)}, found {self.client_auth!r}."
            )
        for name in self._FROZEN:
            value = tuple(sorted(dict(getattr(self, name)).items()))
            object.__setattr__(self, name, value)
        object.__setattr__(self, "grant_errors", tuple(self.grant_errors))

    @property
    def grant(self) -> str:
        """Return what distinguishes the tokens of this declaration from others."""
        raise NotImplementedError

    def use(self, session: RestSession, credentials: Credentials) -> None:
        tokens = credentials.tokens(self)
        session.use_tokens(tokens, self.token_header, self.token_prefix)

    def read_client(self, credentials: Credentials) -> Client:
        """Return the client by the fields of the backend."""
        secret = credentials.get(self.client_secret) if self.client_secret else ""
        return Client(credentials.get(self.client_id), secret)

    def renewal_request(
        self, base_url: str, client: Client, refresh_token: str
    ) -> TokenRequest:
        """Return the request for the next access token."""
        raise NotImplementedError

    def _client_params(self, client: Client) -> dict[str, str]:
        """Return the parameters of a body that name the client."""
        params = dict(self.token_params)
        if self.client_auth == "body" or not client.secret:
            params["client_id"] = client.id
            if client.secret:
                params["client_secret"] = client.secret
        return params

    def _request(self, url: str, body: str, client: Client, *secrets: str):
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        if client.secret and self.client_auth == "basic":
            # each is encoded as in a form, RFC 6749, 2.3.1
            pair = f"{quote_plus(client.id)}:{quote_plus(client.secret)}"
            encoded = base64.b64encode(pair.encode()).decode()
            headers["Authorization"] = f"Basic {encoded}"
            secrets += (encoded,)
        return TokenRequest(url, body, headers, (client.secret, *secrets))


@dataclass(frozen=True, kw_only=True)
class OAuth2ClientCredentials(OAuth2):
    """Access tokens for Odoo itself, by client id and secret."""

    @property
    def grant(self) -> str:
        params = "".join(f" {name}={value}" for name, value in self.token_params)
        return f"client_credentials {self.scope}{params}".strip()

    def renewal_request(
        self, base_url: str, client: Client, refresh_token: str
    ) -> TokenRequest:
        oauth2 = load_oauthlib().BackendApplicationClient(client.id)
        params = self._client_params(client)
        body = oauth2.prepare_request_body(
            scope=self.scope,
            include_client_id=bool(params.pop("client_id", None)),
            **params,
        )
        return self._request(join(base_url, self.token_path), body, client)


@dataclass(frozen=True, kw_only=True)
class OAuth2AuthorizationCode(OAuth2):
    """Access tokens that a person grants, by the button *Connect* of the backend.

    With PKCE (S256). The backend inherits ``connector.oauth.mixin``.

    :param authorize_path: path of the page on which the person agrees, as
        ``token_path``
    :param authorize_params: further parameters of that page
    :param revoke_path: path of the revocation endpoint, as ``token_path``
    """

    authorize_path: str
    authorize_params: Mapping[str, str] = field(default_factory=dict)
    revoke_path: str | None = None

    needs_consent = True
    grant_name = "authorization_code"
    _FROZEN = ("token_params", "authorize_params")

    @property
    def grant(self) -> str:
        return self.grant_name

    def make_verifier(self) -> str:
        """Return a new secret for PKCE."""
        return load_oauthlib().WebApplicationClient("").create_code_verifier(96)

    def authorization_url(
        self,
        base_url: str,
        client_id: str,
        redirect_uri: str,
        state: str,
        verifier: str,
    ) -> str:
        """Return the address of the page on which a person agrees."""
        oauth2 = load_oauthlib().WebApplicationClient(client_id)
        made = oauth2.prepare_request_uri(
            # oauthlib refuses http, which the address of the backend may have
            "https://provider",
            redirect_uri=redirect_uri,
            scope=self.scope or None,
            state=state,
            code_challenge=oauth2.create_code_challenge(verifier, "S256"),
            code_challenge_method="S256",
            **dict(self.authorize_params),
        )
        page = urlsplit(join(base_url, self.authorize_path))
        query = "&".join(filter(None, (page.query, urlsplit(made).query)))
        return urlunsplit(page._replace(query=query))

    def code_request(
        self, base_url: str, client: Client, code: str, redirect_uri: str, verifier: str
    ) -> TokenRequest:
        """Return the request that exchanges a code for tokens."""
        oauth2 = load_oauthlib().WebApplicationClient(client.id)
        params = self._client_params(client)
        body = oauth2.prepare_request_body(
            code=code,
            redirect_uri=redirect_uri,
            code_verifier=verifier,
            include_client_id=bool(params.pop("client_id", None)),
            **params,
        )
        url = join(base_url, self.token_path)
        return self._request(url, body, client, code, verifier)

    def renewal_request(
        self, base_url: str, client: Client, refresh_token: str
    ) -> TokenRequest:
        if not refresh_token:
            raise GrantRefused(
                "The access has expired, and the provider gave no refresh token to "
                "renew it: connect again. Many providers give one for a scope such as "
                "offline_access, or for a parameter of the page (authorize_params)."
            )
        oauth2 = load_oauthlib().WebApplicationClient(client.id)
        body = oauth2.prepare_refresh_body(
            refresh_token=refresh_token, **self._client_params(client)
        )
        url = join(base_url, self.token_path)
        return self._request(url, body, client, refresh_token)

    def revocation_request(
        self, base_url: str, client: Client, token: str, hint: str
    ) -> TokenRequest:
        """Return the request that ends a token; ``revoke_path`` is set."""
        oauth2 = load_oauthlib().WebApplicationClient(client.id)
        _url, _headers, body = oauth2.prepare_token_revocation_request(
            "https://provider", token, hint, **self._client_params(client)
        )
        url = join(base_url, self.revoke_path or "")
        return self._request(url, body, client, token)


def join(base_url: str, path: str) -> str:
    """Return a whole address; a path is below the address of the backend.

    :raise RestCredentialsRefusal: secrets would be sent by http
    """
    if "://" not in path:
        return urljoin(f"{base_url.rstrip('/')}/", path.lstrip("/"))
    if urlsplit(path).scheme != "https" and urlsplit(base_url).scheme == "https":
        raise RestCredentialsRefusal(
            f"{path} would get secrets without encryption: it must begin with https://."
        )
    return path
