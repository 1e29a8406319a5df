# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The answer of an OAuth provider, which the browser of a user brings.

::

    state   signed by this database, not used before, ten minutes old at most,
            of this session and user, who may write the backend
    error   the person or the provider refused: a page says so
    code    exchanged for tokens, which are stored and committed
    form    of the backend, which is resumed if it waited for this

Each step that changes something commits on its own: Odoo repeats a request whose
transaction fails, and a code can be exchanged once. Neither code nor token is logged.
"""

from __future__ import annotations

import logging
import re
from functools import partial
from http import HTTPStatus
from typing import Any

from markupsafe import Markup, escape

from odoo import http, models
from odoo.http import Response, request
from odoo.service.model import retrying

from ..components.credentials import BackendCredentials
from ..database import separate_transaction
from ..exception import ConnectorException, JobError
from ..http.auth.oauth_answer import Tokens
from ..http.auth.token_request import request_tokens
from ..http.secrets import MASK
from ..models.oauth.connection import CALLBACK_PATH
from ..models.oauth.request import SESSION_KEY, Begun, digest

_logger = logging.getLogger(__name__)

_MAX_QUOTED = 300
_SECRET_PARAMS = re.compile(r"([?&](?:code|state)=)[^&\s]+")
_PAGE = Markup(
    "<!DOCTYPE html><html><head><meta charset='utf-8'/><title>{title}</title></head>"
    "<body style='font-family: sans-serif; max-width: 40em; margin: 4em auto'>"
    "<h1>{title}</h1><p>{text}</p><p><a href='{link}'>{back}</a></p></body></html>"
)


class Refusal(Exception):
    """The connection fails; its text is for the user."""

    def __init__(self, text: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(text)
        self.status = status


class _CodeFilter(logging.Filter):
    """Mask the code in the line of the access log."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if CALLBACK_PATH in message:
            record.msg, record.args = _SECRET_PARAMS.sub(rf"\1{MASK}", message), ()
        return True


_CODE_FILTER = _CodeFilter()


class OauthController(http.Controller):
    @http.route(
        CALLBACK_PATH, type="http", auth="public", methods=["GET"], sitemap=False
    )
    def callback(self, **params: Any) -> Response:
        """Exchange the code for tokens, and return to the form of the backend."""
        # the line is logged after the answer; adding a filter twice has no effect
        logging.getLogger("werkzeug").addFilter(_CODE_FILTER)
        backend = None
        try:
            begun = self._check_state(params.get("state") or "")
            backend = self._find_backend(begun)
            self._connect(backend, begun, params)
        except Refusal as refusal:
            _logger.info("OAuth connection of %s refused: %s", backend, refusal)
            return self._show(refusal, backend)
        _logger.info("%s was connected by user %s", backend, request.env.uid)
        request.env.user._bus_send(
            "simple_notification",
            {
                "type": "success",
                "message": request.env._("%s is connected.", backend.display_name),
            },
        )
        return request.redirect(self._link(backend), code=HTTPStatus.SEE_OTHER)

    # -- checks ---------------------------------------------------------------

    def _check_state(self, state: str) -> Begun:
        """Return the request that is answered.

        :raise Refusal: this session has made no such request, or it is over
        """
        begun = request.env["connector.oauth.request"].sudo()._take(state)
        if begun is None:
            raise Refusal(
                request.env._(
                    "Odoo does not know this request for access, or it was answered "
                    "already. Open the backend and press Connect."
                )
            )
        session_key = request.session.get(SESSION_KEY) or ""
        is_own = digest(session_key) == begun.session_digest
        if not is_own or request.env.uid != begun.user_id:
            raise Refusal(
                request.env._(
                    "The connection was begun in another session. Sign in, open the "
                    "backend and press Connect."
                ),
                HTTPStatus.FORBIDDEN,
            )
        if not begun.is_fresh:
            raise Refusal(
                request.env._("The request for access is too old. Press Connect again.")
            )
        return begun

    def _find_backend(self, begun: Begun) -> models.BaseModel:
        backend = request.env[begun.backend_model].browse(begun.backend_id)
        if backend.exists() and backend.has_access("write"):
            return backend
        raise Refusal(
            request.env._("The backend was deleted, or you may not change it."),
            HTTPStatus.FORBIDDEN,
        )

    # -- tokens ---------------------------------------------------------------

    def _connect(
        self, backend: models.BaseModel, begun: Begun, params: dict[str, Any]
    ) -> None:
        """Exchange the code and store the tokens.

        :raise Refusal: the person or the provider refuses
        """
        if error := params.get("error"):
            reason = f"{error}: {params.get('error_description') or ''}".rstrip(": ")
            raise Refusal(
                request.env._("The access was not granted: %s", reason[:_MAX_QUOTED]),
            )
        if not params.get("code"):
            raise Refusal(request.env._("The answer of the provider has no code."))
        self._store(backend, *self._exchange(backend, begun, params["code"]))

    def _exchange(
        self, backend: models.BaseModel, begun: Begun, code: str
    ) -> tuple[Any, str, Tokens]:
        """Return the adapter, the client id and the tokens."""
        adapter = backend._oauth_adapter()
        auth, base_url = adapter._auth, adapter._base_url()
        try:
            client = auth.read_client(BackendCredentials(backend, adapter._name))
            asked = auth.code_request(
                base_url, client, code, begun.redirect_uri, begun.verifier
            )
            return adapter, client.id, request_tokens(auth, asked)
        except (ConnectorException, JobError) as error:
            raise Refusal(
                request.env._("The provider did not give access: %s", error),
                HTTPStatus.BAD_GATEWAY,
            ) from None

    def _store(
        self, backend: models.BaseModel, adapter: Any, client_id: str, tokens: Tokens
    ) -> None:
        """Store the tokens, and resume the backend if it waited for them."""
        auth, model = adapter._auth, request.env["connector.oauth.token"].sudo()
        with model._alone(backend, auth.grant) as stored:
            before = stored._find(backend, auth.grant)
            stored._store(
                backend, auth, client_id, adapter._base_url(), tokens, is_new_grant=True
            )
        reason = before and before.refused_reason
        with separate_transaction(backend) as resumed:
            retrying(partial(resumed._handle_new_grant, reason), resumed.env)

    # -- pages ----------------------------------------------------------------

    def _link(self, backend: models.BaseModel) -> str:
        name = backend._name
        return f"/odoo/{name if '.' in name else f'm-{name}'}/{backend.id}"

    def _show(self, refusal: Refusal, backend: models.BaseModel | None) -> Response:
        """Return the page of a refusal."""
        page = _PAGE.format(
            title=request.env._("Not connected"),
            text=escape(str(refusal)),
            link=self._link(backend) if backend else "/odoo",
            back=request.env._("Back to Odoo"),
        )
        headers = [("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer")]
        return request.make_response(page, headers=headers, status=refusal.status)
