# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The protocol of Odoo's own web client: log in once, then a cookie."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from .._errors import (
    AuthenticationError,
    InvalidArgumentsError,
    OdooServerError,
    ProtocolError,
    UnknownMethodError,
    UnknownModelError,
)
from .._secret import Secret
from .._signatures import positional
from .._values import to_json
from . import Call, Login, Request, Response, is_user_id, json_rpc
from .json2 import looks_like_api_key
from .jsonrpc import JSONRPC

_SESSION_COOKIE = re.compile(r"(?:^|[,;\s])session_id=([^;,\s]+)")


class WebSession(JSONRPC):
    """Call ``/web/dataset/call_kw`` with the cookie of a session."""

    def login_request(self) -> Request:
        credentials = self.credentials
        params = {
            "db": credentials.database,
            "login": credentials.username,
            "password": credentials.password,
        }
        return self.post("/web/session/authenticate", json_rpc(to_json(params)))

    def read_login(self, response: Response) -> Login:
        session = self.read_result(response)
        uid = session.get("uid") if isinstance(session, dict) else None
        if not uid:
            raise self.refused()
        if not is_user_id(uid):
            raise ProtocolError(f"expected the id of the user, found {uid!r:.200}")
        cookies = _SESSION_COOKIE.findall(response.headers.get("set-cookie", ""))
        if not cookies:
            raise ProtocolError("the server logged in, but set no cookie session_id")
        return Login(uid, Secret(f"session_id={cookies[-1]}"))

    def refused(self) -> AuthenticationError:
        error = super().refused()
        if looks_like_api_key(self.credentials.password):
            error.message += (
                "; a web session needs a login password: for an API key use the "
                "protocol 'auto', 'json2' or 'legacy'"
            )
            error.args = (error.message,)
        return error

    def call_request(self, call: Call, login: Login | None) -> Request:
        assert login is not None
        args, kwargs = positional(call.method, call.args, call.kwargs)
        params = to_json(
            {"model": call.model, "method": call.method, "args": args, "kwargs": kwargs}
        )
        target = f"{quote(call.model, safe='.')}/{quote(call.method, safe='')}"
        path = f"/web/dataset/call_kw/{target}"
        return self.post(path, json_rpc(params), {"Cookie": login.cookie})

    def read_call(self, response: Response, call: Call) -> Any:
        try:
            return self.read_result(response)
        except (UnknownMethodError, InvalidArgumentsError) as error:
            if not _means_unknown_model(error, call.model):
                raise
            unknown = UnknownModelError(
                error.message, error.code, error.data, server_message=error.message
            )
        raise unknown


def _means_unknown_model(error: OdooServerError, model: str) -> bool:
    """Tell an unknown model from an unknown method, which says its name."""
    if error.name == "werkzeug.exceptions.NotFound":
        return True
    # Odoo 14 to 17 look the model up and let what Python says pass.
    return error.name == "builtins.KeyError" and error.message.strip("'") == model
