# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The protocol of Odoo's own web client: log in once, then send a cookie."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
from .._values import to_json
from . import Call, Login, Protocol, Request, Response
from .json2 import looks_like_api_key
from .jsonrpc import JSONRPC, json_rpc

_SESSION_COOKIE = re.compile(r"(?:^|[,;\s])session_id=([^;,\s]+)")


class WebSession(JSONRPC):
    """Calls of ``/web/dataset/call_kw`` with the cookie of a session."""

    title = "a web session"

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
        login = self.login_of(uid)
        cookies = _SESSION_COOKIE.findall(response.headers.get("set-cookie", ""))
        if not cookies:
            raise ProtocolError("the server logged in, but set no cookie session_id")
        return Login(login.uid, Secret(f"session_id={cookies[-1]}"))

    def refused(self) -> AuthenticationError:
        error = super().refused()
        if looks_like_api_key(self.credentials.password):
            error.message += (
                "; a web session needs a login password: for an API key use the "
                "protocol 'auto', 'json2' or 'legacy'"
            )
            error.args = (error.message,)
        return error

    def service_request(
        self, service: str, method: str, args: Sequence[Any]
    ) -> Request:
        return Protocol.service_request(self, service, method, args)

    def call_request(self, call: Call, login: Login | None) -> Request:
        assert login is not None
        args, kwargs = self.arguments(call)
        params = to_json(
            {"model": call.model, "method": call.method, "args": args, "kwargs": kwargs}
        )
        target = f"{quote(call.model, safe='.')}/{quote(call.method, safe='')}"
        path = f"/web/dataset/call_kw/{target}"
        return self.post(path, json_rpc(params), {"Cookie": login.cookie})

    def read_call(self, response: Response, call: Call) -> Any:
        try:
            return super().read_call(response, call)
        except (UnknownMethodError, InvalidArgumentsError) as error:
            if not _means_unknown_model(error, call.model):
                raise
            unknown = UnknownModelError(
                error.message, error.code, error.data, server_message=error.message
            )
        raise unknown


def _means_unknown_model(error: OdooServerError, model: str) -> bool:
    """Distinguish an unknown model from an unknown method, whose error names it."""
    if error.name == "werkzeug.exceptions.NotFound":
        return True
    # Odoo 14 to 17 look the model up and pass Python's KeyError on.
    return error.name == "builtins.KeyError" and error.message.strip("'") == model
