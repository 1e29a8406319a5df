# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The legacy protocol ``/jsonrpc`` of Odoo 8 to 19, and the version of a server.

``search_read(…, load=None)``, which leaves the names of many2one fields out, came with
Odoo 15. An older server refuses it; calls after that refusal are sent without ``load``,
and the names are removed from the answer.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .. import _server_errors
from .._errors import InvalidArgumentsError, Outcome, ProtocolError, VodooError
from .._signatures import positional
from .._values import Records, to_json
from . import Call, Credentials, Login, Protocol, Request, Response

Exchange = Callable[[Request, Callable[[Response], Any]], Awaitable[Any]]

CLASSIC_READ = "_classic_read"


class JSONRPC(Protocol):
    """Calls of ``execute_kw`` with user id and password."""

    title = "JSON-RPC"
    knows_load = True

    def service_request(
        self, service: str, method: str, args: Sequence[Any]
    ) -> Request:
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
        return self.login_of(uid)

    def call_request(self, call: Call, login: Login | None) -> Request:
        assert login is not None
        # Serialized apart from the password: no error can show both.
        arguments = to_json([call.model, call.method, *self.arguments(call)])[1:]
        return self._service_request(
            "object",
            "execute_kw",
            f"[{to_json(self.credentials.database)},{login.uid},"
            f"{to_json(self.credentials.password)},{arguments}",
        )

    def read_call(self, response: Response, call: Call) -> Any:
        result = self.read_result(response)
        if not self.knows_load and asks_for_load(call):
            if call.kwargs["load"] != CLASSIC_READ:
                remove_names(result)
        return result

    def learn(self, error: VodooError, call: Call) -> bool:
        """Return whether the server refused ``load``."""
        if isinstance(error, InvalidArgumentsError) and asks_for_load(call):
            if "unexpected keyword argument 'load'" in error.message:
                self.knows_load = False
                return True
        return False

    def arguments(self, call: Call) -> tuple[Sequence[Any], Mapping[str, Any]]:
        """Return the arguments by position and by name."""
        if not self.knows_load and asks_for_load(call):
            kwargs = {k: v for k, v in call.kwargs.items() if k != "load"}
            call = replace(call, kwargs=kwargs)
        return positional(call.method, call.args, call.kwargs)

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
                    error_object(error),
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


def json_rpc(params: str) -> str:
    """Return the JSON-RPC envelope around serialized params."""
    return f'{{"jsonrpc":"2.0","method":"call","id":1,"params":{params}}}'


def error_object(error: Mapping[str, Any]) -> Mapping[str, Any]:
    found = error.get("data")
    if isinstance(found, Mapping) and found:
        return found
    return {"message": str(error.get("message") or "")}


def asks_for_load(call: Call) -> bool:
    return call.method == "search_read" and "load" in call.kwargs


def remove_names(records: Records) -> None:
    """Replace id and name of a many2one by the id; ids of an x2many have no names."""
    for record in records:
        for name, value in record.items():
            if isinstance(value, list) and len(value) == 2:
                record_id, label = value
                if type(record_id) is int and isinstance(label, str):
                    record[name] = record_id


async def ask_version(credentials: Credentials, exchange: Exchange) -> int | None:
    """Return the major version of the server, None if no Odoo answers.

    No login is needed. A gateway may expose only ``/jsonrpc``, a server only its web
    client.
    """
    version = await exchange(web_version_request(credentials), read_version)
    if version is None:
        version = await exchange(rpc_version_request(credentials), read_version)
    return version  # type: ignore[no-any-return]


def rpc_version_request(credentials: Credentials) -> Request:
    return JSONRPC(credentials).service_request("common", "version", [])


def web_version_request(credentials: Credentials) -> Request:
    return JSONRPC(credentials).post("/web/webclient/version_info", json_rpc("{}"))


def read_version(response: Response) -> int | None:
    """Return the major version, None if the answer is not of an Odoo."""
    try:
        found = json.loads(response.content)["result"]["server_version_info"][0]
        return major_version(found)
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


def major_version(version: object) -> int:
    """Return 19 for 19 and for "19.0", 18 for "saas~18.4"."""
    digits = "".join(c if c.isdigit() else " " for c in str(version)).split()
    return int(digits[0]) if digits else 0
