# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The protocol ``/json/2`` of Odoo 19: an API key, named arguments.

JSON-2 takes no positional arguments. Their names come from, in this order:

1. the table of the ORM's own methods (``_signatures.py``);
2. the server's documentation, if it was read before;
3. a guess: a single list of ids can only mean the records (the server refuses a wrong
   guess without carrying anything out);
4. else ``NamesUnknownError`` is raised, and nothing is sent.

After 4, or after a refusal of 3, the transport sends ``documentation_request``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from .. import _server_errors
from .._errors import (
    ArgumentMappingError,
    AuthenticationError,
    DatabaseNotFoundError,
    InvalidArgumentsError,
    ProtocolError,
    VodooError,
)
from .._secret import Secret
from .._signatures import (
    STANDARD_SIGNATURES,
    Signature,
    are_ids,
    documented_signature,
    named,
)
from .._values import to_json
from . import Call, Credentials, Login, Protocol, Request, Response

_API_KEY = re.compile(r"[0-9a-f]{40}")
_ON_RECORDS = Signature((), on_records=True)
_LOGIN = Call("res.users", "context_get")


def looks_like_api_key(password: str) -> bool:
    """Return whether the text has the form of Odoo's API keys."""
    return bool(_API_KEY.fullmatch(password))


class NamesUnknownError(ArgumentMappingError):
    """Positional arguments whose names only the server's documentation can tell."""


class JSON2(Protocol):
    """Calls of ``/json/2/<model>/<method>`` with an API key as bearer."""

    title = "JSON-2"
    needs_login = False

    def __init__(self, credentials: Credentials) -> None:
        super().__init__(credentials)
        #: model: its documented methods
        self._documentation: dict[str, Mapping[str, Any]] = {}
        self._etags: dict[str, str] = {}

    def login_request(self) -> Request:
        return self.call_request(_LOGIN, None)

    def read_login(self, response: Response) -> Login:
        context = self.read_call(response, _LOGIN)
        if not isinstance(context, dict):
            raise ProtocolError(f"expected the context of the user, found {context!r}")
        return self.login_of(context.get("uid"))

    def call_request(self, call: Call, login: Login | None) -> Request:
        signature = self._signature_of(call)
        kwargs = named(call.model, call.method, call.args, call.kwargs, signature)
        path = f"/json/2/{quote(call.model, safe='.')}/{quote(call.method, safe='')}"
        return self.post(path, to_json(kwargs), self._authorization())

    def read_call(self, response: Response, call: Call) -> Any:
        if response.status == 200 and response.content_type == "application/json":
            result = response.json()
            if call.method == "create" and isinstance(result, list):
                given = [*call.args, call.kwargs.get("vals_list")]
                if isinstance(given[0], Mapping) and len(result) == 1:
                    return result[0]
            return result
        raise self._error(response)

    def documentation_request(self, model: str) -> Request:
        """Return the request for the server's own documentation of a model."""
        headers = {**self.credentials.headers, **self._authorization()}
        if self._etags.get(model):
            headers["If-None-Match"] = self._etags[model]
        url = f"{self.credentials.url}/doc-bearer/{quote(model, safe='.')}.json"
        return Request("GET", url, headers, secrets=(self.credentials.password,))

    def read_documentation(self, response: Response, model: str) -> None:
        """Remember the documentation of a model."""
        if response.status == 304:
            return
        if response.status != 200:
            raise self._error(response)
        found = response.json()
        methods = found.get("methods") if isinstance(found, dict) else None
        self._documentation[model] = methods if isinstance(methods, dict) else {}
        self._etags[model] = response.headers.get("etag", "")

    def is_documented(self, call: Call) -> bool:
        return call.method in self._documentation.get(call.model, {})

    def needs_documentation(self, error: VodooError, call: Call) -> bool:
        """Return whether the call failed for want of the names of its arguments."""
        if isinstance(error, NamesUnknownError):
            return True
        return (
            isinstance(error, InvalidArgumentsError)
            and "with ids" in error.message
            and call.method not in STANDARD_SIGNATURES
            and _is_on_ids(call)
        )

    def unmapped(self, call: Call, reason: str) -> ArgumentMappingError:
        """Return the error for arguments whose names cannot be found."""
        return ArgumentMappingError(
            f"JSON-2 takes named arguments, and the names of these {len(call.args)} "
            f"positional ones are not known ({reason}); nothing was sent: name them, "
            "the records as ids=[…]",
            model=call.model,
            method=call.method,
        )

    def _signature_of(self, call: Call) -> Signature:
        signature = STANDARD_SIGNATURES.get(call.method)
        if signature is not None:
            return signature
        if self.is_documented(call):
            return documented_signature(self._documentation[call.model][call.method])
        if not call.args or _is_on_ids(call):
            return _ON_RECORDS
        raise NamesUnknownError("the names of the arguments are not known yet")

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


def _is_on_ids(call: Call) -> bool:
    return len(call.args) == 1 and are_ids(call.args[0])
