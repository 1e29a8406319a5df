# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The legacy protocol ``/jsonrpc`` of Odoo 8 to 19."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .. import _server_errors
from .._errors import Outcome, ProtocolError
from .._signatures import positional
from .._values import to_json
from . import Call, Login, Protocol, Request, Response, is_user_id, json_rpc


class JSONRPC(Protocol):
    """Call ``execute_kw`` with user id and password."""

    def service_request(
        self, service: str, method: str, args: Sequence[Any]
    ) -> Request:
        """Return the request that calls a method of a service."""
        return self._service_request(service, method, to_json(list(args)))

    def login_request(self) -> Request:
        credentials = self.credentials
        return self.service_request(
            "common",
            "authenticate",
            [credentials.database, credentials.username, credentials.password, {}],
        )

    def read_login(self, response: Response) -> Login:
        uid = self.read_result(response)
        if not uid:
            raise self.refused()
        if not is_user_id(uid):
            raise ProtocolError(f"expected the id of the user, found {uid!r:.200}")
        return Login(uid)

    def call_request(self, call: Call, login: Login | None) -> Request:
        assert login is not None
        args, kwargs = positional(call.method, call.args, call.kwargs)
        # Serialized apart from the password: no error can show both.
        arguments = to_json([call.model, call.method, args, kwargs])[1:]
        return self._service_request(
            "object",
            "execute_kw",
            f"[{to_json(self.credentials.database)},{login.uid},"
            f"{to_json(self.credentials.password)},{arguments}",
        )

    def read_call(self, response: Response, call: Call) -> Any:
        return self.read_result(response)

    def read_result(self, response: Response) -> Any:
        """Return the result; a missing one is None."""
        if response.status != 200:
            raise self.foreign_answer(response)
        answer = response.json()
        if isinstance(answer, dict):
            error = answer.get("error")
            if error is None and ("jsonrpc" in answer or "result" in answer):
                return answer.get("result")
            if isinstance(error, dict):
                code = error.get("code")
                raise _server_errors.server_error(
                    code if type(code) is int else 0,
                    _error_object(error),
                    database=self.credentials.database,
                )
        not_rpc = ProtocolError(
            f"expected a JSON-RPC answer, found {json.dumps(answer)[:200]}", 200
        )
        not_rpc.outcome = Outcome.UNKNOWN
        raise not_rpc

    def _service_request(self, service: str, method: str, args: str) -> Request:
        params = f'{{"service":"{service}","method":"{method}","args":{args}}}'
        return self.post("/jsonrpc", json_rpc(params))


def _error_object(error: Mapping[str, Any]) -> Mapping[str, Any]:
    found = error.get("data")
    if isinstance(found, Mapping) and found:
        return found
    return {"message": str(error.get("message") or "")}
