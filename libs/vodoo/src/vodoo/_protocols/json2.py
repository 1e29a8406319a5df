# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The protocol ``/json/2`` of Odoo 19: an API key, named arguments."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from .. import _server_errors
from .._errors import (
    AuthenticationError,
    DatabaseNotFoundError,
    ProtocolError,
    VodooError,
)
from .._secret import Secret
from .._values import to_json
from . import Call, Login, Protocol, Request, Response, is_user_id

_API_KEY = re.compile(r"[0-9a-f]{40}")


def looks_like_api_key(password: str) -> bool:
    """Tell whether the text has the form of Odoo's API keys."""
    return bool(_API_KEY.fullmatch(password))


class JSON2(Protocol):
    """Call ``/json/2/<model>/<method>`` with an API key as bearer."""

    needs_login = False

    def login_request(self) -> Request:
        return self.call_request(Call("res.users", "context_get"), None)

    def read_login(self, response: Response) -> Login:
        context = self.read_call(response, Call("res.users", "context_get"))
        if not isinstance(context, dict) or not is_user_id(context.get("uid")):
            raise ProtocolError(
                f"expected the context of the user with its uid, found {context!r}"
            )
        return Login(context["uid"])

    def call_request(self, call: Call, login: Login | None) -> Request:
        assert not call.args, "named by named_arguments() before"
        path = f"/json/2/{quote(call.model, safe='.')}/{quote(call.method, safe='')}"
        return self.post(path, to_json(call.kwargs), self._authorization())

    def read_call(self, response: Response, call: Call) -> Any:
        if response.status == 200 and response.content_type == "application/json":
            result = response.json()
            if call.method == "create" and isinstance(
                call.kwargs.get("vals_list"), Mapping
            ):
                return result[0] if isinstance(result, list) else result
            return result
        raise self._error(response)

    def documentation_request(self, model: str, etag: str | None) -> Request:
        """Return the request for the server's own documentation of a model."""
        headers = {**self.credentials.headers, **self._authorization()}
        if etag:
            headers["If-None-Match"] = etag
        url = f"{self.credentials.url}/doc-bearer/{quote(model, safe='.')}.json"
        return Request("GET", url, headers, secrets=(self.credentials.password,))

    def read_documentation(self, response: Response) -> Mapping[str, Any]:
        """Return ``{method: {parameters, api, …}}`` of a model."""
        if response.status != 200:
            raise self._error(response)
        found = response.json()
        methods = found.get("methods") if isinstance(found, dict) else None
        return methods if isinstance(methods, dict) else {}

    def _authorization(self) -> Mapping[str, str]:
        headers = {"Authorization": Secret(f"bearer {self.credentials.password}")}
        if self.credentials.database and self.credentials.names_database:
            headers["X-Odoo-Database"] = Secret(self.credentials.database)
        return headers

    def _error(self, response: Response) -> VodooError:
        if response.content_type == "application/json" and response.status >= 400:
            found = response.json()
            if isinstance(found, str):  # saas-18.4
                found = {"message": found}
            if isinstance(found, dict) and "error" not in found:
                if response.status == 401:
                    return self._refused_key(found)
                return _server_errors.server_error(
                    response.status, found, database=self.credentials.database
                )
        if response.status == 404 and b"No database is selected" in response.content:
            return DatabaseNotFoundError(
                f"{self.credentials.url} has no database "
                f"{self.credentials.database!r}, or its dbfilter hides it; correct the "
                "setting 'database'"
            )
        return self.foreign_answer(response)

    def _refused_key(self, error_object: Mapping[str, Any]) -> AuthenticationError:
        server_message = str(error_object.get("message") or "") or None
        return AuthenticationError(
            f"{self.credentials.url} refuses the API key for the database "
            f"{self.credentials.database!r}; JSON-2 takes API keys only (not login "
            "passwords), and they expire",
            server_message=server_message,
        )
