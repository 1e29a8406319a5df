# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Parts of tests without a test case: an external system in memory, webhooks, tokens.

The test cases of ``tests/common.py`` use them, and so do addons that tests install.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any, NamedTuple
from uuid import uuid4

from odoo import models

from .exception import IDMissingInBackend
from .http.auth.oauth import OAuth2
from .http.auth.oauth_answer import Tokens
from .http.webhooks.signatures import Delivery, WebhookToken
from .secret_input import secrets_of

#: operations of an adapter, each called as ``system.<operation>(table, …)``
OPERATIONS = (
    "search",
    "search_pages",
    "read",
    "read_many",
    "search_read",
    "create",
    "write",
    "delete",
)


class Call(NamedTuple):
    """One call of an external system."""

    operation: str
    table: str
    args: tuple
    kwargs: dict[str, Any]


class FakeSystem:
    """External system with tables of records; it records every call.

    ``filters`` are a dict of the values that a record must have.
    """

    def __init__(self, id_field: str = "id", page_size: int = 100) -> None:
        self.id_field = id_field
        self.page_size = page_size
        self.tables: dict[str, dict[Any, dict[str, Any]]] = defaultdict(dict)
        self.calls: list[Call] = []
        self._errors: dict[str, list[Exception]] = defaultdict(list)
        self._last_id = 1000

    # -- for the test ---------------------------------------------------------

    def put(self, table: str, *records: Mapping[str, Any]) -> None:
        """Set records as another client would: no call is recorded."""
        for record in records:
            self.tables[table][record[self.id_field]] = deepcopy(dict(record))

    def remove(self, table: str, external_id: Any) -> None:
        """Delete a record as another client would: no call is recorded."""
        del self.tables[table][external_id]

    def fail_next(self, operation: str, *errors: Exception) -> None:
        """Raise ``errors`` in the next calls of an operation, one each."""
        self._errors[operation].extend(errors)

    def called(self, operation: str | None = None, table: str | None = None) -> list:
        """Return the calls so far, in order."""
        return [
            call
            for call in self.calls
            if operation in (None, call.operation) and table in (None, call.table)
        ]

    def forget_calls(self) -> None:
        """Delete the recorded calls."""
        self.calls.clear()

    def clear(self) -> None:
        """Delete all records, recorded calls and errors."""
        self.tables.clear()
        self.calls.clear()
        self._errors.clear()

    # -- for the adapter ------------------------------------------------------

    def _record_call(self, operation: str, table: str, *args: Any, **kwargs: Any):
        self.calls.append(Call(operation, table, deepcopy(args), deepcopy(kwargs)))
        if self._errors[operation]:
            raise self._errors[operation].pop(0)

    def _matching(self, table: str, filters: Mapping[str, Any] | None) -> list[Any]:
        wanted = (filters or {}).items()
        return [
            external_id
            for external_id, record in self.tables[table].items()
            if all(record.get(name) == value for name, value in wanted)
        ]

    def _existing(self, table: str, external_id: Any) -> dict[str, Any]:
        """Return a record by its id, also by the text of it that a binding stores."""
        records = self.tables[table]
        for candidate in (external_id, *self._same_in_text(records, external_id)):
            if candidate in records:
                return records[candidate]
        raise IDMissingInBackend(f"{table} {external_id} does not exist")

    @staticmethod
    def _same_in_text(records: Iterable[Any], external_id: Any) -> list[Any]:
        return [known for known in records if str(known) == str(external_id)]

    def search(self, table: str, filters: Mapping[str, Any] | None = None) -> list[Any]:
        self._record_call("search", table, filters)
        return self._matching(table, filters)

    def search_pages(
        self, table: str, filters: Mapping[str, Any] | None = None
    ) -> Iterator[list[Any]]:
        self._record_call("search_pages", table, filters)
        external_ids = self._matching(table, filters)
        for start in range(0, len(external_ids), self.page_size):
            yield external_ids[start : start + self.page_size]

    def read(self, table: str, external_id: Any, *args: Any, **kwargs: Any) -> dict:
        self._record_call("read", table, external_id, *args, **kwargs)
        return deepcopy(self._existing(table, external_id))

    def read_many(
        self, table: str, external_ids: Iterable[Any], *args: Any, **kwargs: Any
    ) -> dict[Any, dict[str, Any]]:
        external_ids = list(external_ids)
        self._record_call("read_many", table, external_ids, *args, **kwargs)
        found = {}
        for external_id in external_ids:
            try:
                found[external_id] = deepcopy(self._existing(table, external_id))
            except IDMissingInBackend:
                continue
        return found

    def search_read(
        self, table: str, filters: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        self._record_call("search_read", table, filters)
        records = self.tables[table]
        return [deepcopy(records[key]) for key in self._matching(table, filters)]

    def create(self, table: str, values: Mapping[str, Any]) -> Any:
        self._record_call("create", table, values)
        self._last_id += 1
        self.put(table, {**values, self.id_field: self._last_id})
        return self._last_id

    def write(self, table: str, external_id: Any, values: Mapping[str, Any]) -> None:
        self._record_call("write", table, external_id, values)
        self._existing(table, external_id).update(deepcopy(dict(values)))

    def delete(self, table: str, external_id: Any) -> None:
        self._record_call("delete", table, external_id)
        self.remove(table, self._existing(table, external_id)[self.id_field])


class SignedWebhook(NamedTuple):
    """A request that a backend sends, for ``HttpCase.url_open``."""

    path: str
    body: bytes
    headers: dict[str, str]


def sign_webhook(
    backend: models.BaseModel,
    payload: Any,
    topic: str | None = None,
    delivery_id: str | None = None,
) -> SignedWebhook:
    """Return a notification, signed by the scheme of the backend.

    A backend without a secret gets one. The topic is in the address if the scheme has
    no place for it.

    :param payload: JSON, to which ``topic_field`` and ``id_field`` must belong already
    :param delivery_id: by default a new one
    """
    scheme = backend._webhook_scheme or WebhookToken()
    backend = backend.sudo()
    if not backend.webhook_token:
        backend.webhook_token = "whsec_c2VjcmV0IG9mIGEgdGVzdA=="
    backend.env.flush_all()
    path = f"/connector/webhook/{backend._webhook_path()}"
    if topic and not scheme.names_topic:
        path = f"{path}/{topic}"
    body = json.dumps(payload).encode()
    delivery = Delivery(delivery_id or str(uuid4()), topic)
    headers = scheme.sign(body, backend.webhook_token, time.time(), delivery)
    return SignedWebhook(path, body, {"Content-Type": "application/json", **headers})


def grant_access(adapter: Any, token: str = "access") -> None:
    """Store an access token for an adapter, as if its backend had been connected.

    Empty fields of client id and secret are filled in, and so are empty secrets of
    another authentication.
    """
    auth, backend = adapter._auth, adapter.backend_record.sudo()
    if not isinstance(auth, OAuth2):
        for secret in secrets_of(backend) if auth else ():
            backend[secret.secret_field] = backend[secret.secret_field] or "test"
        return
    for name in filter(None, (auth.client_id, auth.client_secret)):
        backend[name] = backend[name] or "test"
    backend.env["connector.oauth.token"]._store(
        backend,
        auth,
        backend[auth.client_id],
        adapter._base_url(),
        Tokens(token),
        is_new_grant=True,
    )
