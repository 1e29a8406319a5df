# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of both clients, and the operations beside those of every model.

A client sends nothing before its first call. That detects the protocol, once for all
callers that wait for it, and makes the transport.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, ClassVar

from . import _detection, _paging
from ._answers import definitions_in
from ._bulk import BulkWrites
from ._config import OdooConfig
from ._errors import VodooError
from ._protocols import Call, Credentials
from ._records import Calls
from ._retry import exchange
from ._runners import awaited
from ._runners.anyio import AsyncRunner
from ._runners.http import HTTPOptions
from ._runners.sync import SyncRunner
from ._secret import Secret
from ._session import HTTPTransport
from ._transport import BaseTransport
from ._values import Records, false_to_none, fields_with_false


class LazyNamespace:
    """Descriptor of a namespace, which is imported and made on first use.

    To import them all takes a third of the import of vodoo.
    """

    def __init__(self, class_name: str) -> None:
        self._class_name = class_name

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, client: BaseClient | None, owner: type) -> Any:
        from . import namespaces

        # Of the class: an instance that knows no client, for mocks and documentation.
        namespace = getattr(namespaces, self._class_name)(client)
        if client is not None:
            client.__dict__[self._name] = namespace
        return namespace


def lazy_namespace(class_name: str) -> Any:
    """Return the descriptor; the annotation beside it gives the type."""
    return LazyNamespace(class_name)


class BaseClient(Calls):
    """Settings, transport and types of fields of a client."""

    runner_class: ClassVar[type[AsyncRunner] | type[SyncRunner]]
    transport_classes: ClassVar[dict[str, Any]]

    def __init__(
        self,
        config: OdooConfig,
        *,
        transport: BaseTransport | None = None,
        auto_detect: bool = True,
        http_client: Any = None,
    ) -> None:
        self.config = config
        self.url = config.url
        self.db = config.database
        self.username = config.username
        self.password = config.password
        self.runner: Any = getattr(transport, "runner", None) or self.runner_class(
            HTTPOptions(*(getattr(config, name) for name in HTTPOptions._fields)),
            http_client,
        )
        self._transport = transport
        self._protocol: str = config.protocol
        if not auto_detect and self._protocol == "auto":
            self._protocol = "legacy"
        self._detection_lock = self.runner.lock()
        self._field_types: dict[str, dict[str, str]] = {}
        self._field_types_lock = self.runner.lock()

    async def _call(self, call: Call) -> Any:
        transport = self._transport
        if transport is None:
            try:
                transport = await self._ready_transport()
            except VodooError as error:
                error.model, error.method = call.model, call.method
                raise
        return await transport._call(call)

    async def _ready_transport(self) -> BaseTransport:
        """Return the transport; make it once for all callers that wait for it."""
        if self._transport is None:
            async with self._detection_lock:
                if self._transport is None:
                    self._transport = await self._make_transport()
        return self._transport

    async def _make_transport(self) -> BaseTransport:
        if self._protocol != "auto":
            return self._transport_of(self._protocol)
        config = self.config
        password = Secret(config.password)
        credentials = Credentials(
            self.url,
            self.db,
            self.username,
            password,
            config.http_headers,
        )
        detected = await _detection.detect(
            credentials,
            partial(
                exchange,
                self.runner,
                repeatable=True,
                retry=config.retry_config,
                timeout_seconds=config.timeout,
            ),
        )
        transport = self._transport_of(detected.protocol)
        transport._adopt(detected.login, detected.credentials)
        return transport

    def _transport_of(self, protocol: str) -> HTTPTransport:
        transport: HTTPTransport = self.transport_classes[protocol](
            self.url,
            self.db,
            self.username,
            self.config.password,
            timeout=self.config.timeout,
            retry=self.config.retry_config,
            extra_headers=self.config.http_headers,
            runner=self.runner,
        )
        return transport

    async def _received(self, model: str, records: Records) -> Records:
        """Replace ``False`` by ``None`` in all fields but booleans."""
        suspects = fields_with_false(records)
        if not suspects:
            return records
        if not suspects <= self._field_types.get(model, {}).keys():
            async with self._field_types_lock:
                await self._learn_types(model, suspects)
        types = self._field_types[model]
        booleans = [name for name in suspects if types.get(name) == "boolean"]
        return false_to_none(records, booleans)

    async def _learn_types(self, model: str, names: Iterable[str]) -> None:
        types = self._field_types.setdefault(model, {})
        if types.keys() >= set(names):
            return
        call = Call(model, "fields_get", [[]], {"attributes": ["type"]})
        fields = definitions_in(await self._call(call), call)
        types.update(dict.fromkeys(names, ""))
        types.update({name: field.get("type", "") for name, field in fields.items()})


class AsyncOperations(BulkWrites, BaseClient):
    """The operations that clients have beside those of every model."""

    async def get_uid(self) -> int:
        """Return the id of the user whose password or key this is."""
        transport = await self._ready_transport()
        return await awaited(transport.get_uid())

    async def execute(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method of a model and return what the server returns.

        The first positional argument of a method on records is the list of their ids.
        """
        return await self._call(Call(model, method, args, kwargs))

    async def execute_sudo(
        self, model: str, method: str, user_id: int, *args: Any, **kwargs: Any
    ) -> Any:
        """Call with ``sudo_user_id`` in the context.

        Odoo itself does nothing with it; code of yours on the server may.
        """
        context = {**(kwargs.get("context") or {}), "sudo_user_id": user_id}
        call = Call(model, method, args, {**kwargs, "context": context})
        return await self._call(call)

    find_deleted = _paging.find_deleted
