# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What both clients have: settings, the transport, the types of fields.

``AsyncOperations`` is where the operations of clients are written, beside those of
``AsyncRecords``. Both classes of client provide the private methods that they await.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, ClassVar, Literal

from . import _bulk, _detection
from ._base_transport import BaseTransport
from ._changes import ChangedPages, Since
from ._config import OdooConfig
from ._errors import VodooError
from ._exchange import exchange
from ._http_client import HTTPOptions
from ._protocols import Call, Credentials
from ._records import Calls
from ._runners import awaited
from ._runners.anyio import AsyncRunner
from ._runners.sync import SyncRunner
from ._secret import Secret
from ._values import Domain, Records, Values, as_list, false_to_none, fields_with_false

ProtocolName = Literal["json2", "legacy", "web"]


class LazyNamespace:
    """A namespace of a client, made on first use.

    To import them all takes a third of the import of vodoo.
    """

    def __init__(self, class_name: str) -> None:
        self._class_name = class_name

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, client: BaseClient | None, owner: type) -> Any:
        if client is None:
            return self
        from . import namespaces

        namespace = getattr(namespaces, self._class_name)(client)
        client.__dict__[self._name] = namespace
        return namespace


def lazy_namespace(class_name: str) -> Any:
    """Return the descriptor; the annotation beside it says what it gives."""
    return LazyNamespace(class_name)


class BaseClient(Calls):
    """Calls of one user on one database, over a transport found out on first use."""

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
            HTTPOptions(
                timeout=config.timeout,
                verify=config.verify,
                proxy=config.proxy,
                max_concurrency=config.max_concurrency,
                keepalive_seconds=config.keepalive_seconds,
                max_answer_bytes=config.max_answer_bytes,
                trust_env=config.trust_env,
            ),
            http_client,
        )
        self._transport = transport
        self._protocol = config.protocol
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
        """Return the transport; find it out once for all that wait for it."""
        if self._transport is None:
            async with self._detection_lock:
                if self._transport is None:
                    self._transport = await self._detect()
        return self._transport

    async def _received(self, model: str, records: Records) -> Records:
        """Replace ``False`` by ``None`` in all fields but booleans."""
        suspects = fields_with_false(records)
        if not suspects:
            return records
        if not suspects <= self._field_types.get(model, {}).keys():
            async with self._field_types_lock:
                await self._learn(model, suspects)
        types = self._field_types[model]
        booleans = [name for name in suspects if types.get(name) == "boolean"]
        return false_to_none(records, booleans)

    async def _learn(self, model: str, names: Iterable[str]) -> None:
        types = self._field_types.setdefault(model, {})
        if types.keys() >= set(names):
            return
        call = Call(model, "fields_get", [[]], {"attributes": ["type"]})
        fields = await self._call(call)
        types.update(dict.fromkeys(names, ""))
        types.update({name: field.get("type", "") for name, field in fields.items()})

    def _pages(
        self,
        model: str,
        domain: Domain | None,
        fields: Sequence[str] | None,
        page_size: int,
        context: Values | None,
    ) -> _bulk.KeysetPages:
        if fields is not None and "id" not in fields:
            fields = ["id", *fields]

        async def read_page(domain: list[Any]) -> Records:
            read = self.search_read  # type: ignore[attr-defined]
            page: Records = await awaited(
                read(model, domain, fields, page_size, order="id", context=context)
            )
            return page

        return _bulk.KeysetPages(read_page, as_list(domain), page_size, model)

    def _changed_pages(
        self,
        model: str,
        since: Since,
        fields: Sequence[str] | None,
        domain: Domain | None,
        page_size: int,
        context: Values | None,
    ) -> ChangedPages:
        if fields is not None:
            fields = list(dict.fromkeys(["id", "write_date", *fields]))
        # A record that is archived has changed.
        context = {"active_test": False, **(context or {})}

        async def read_page(domain: list[Any], order: str) -> Records:
            read = self.search_read  # type: ignore[attr-defined]
            page: Records = await awaited(
                read(model, domain, fields, page_size, order=order, context=context)
            )
            return page

        return ChangedPages(read_page, as_list(domain), since, model)

    async def _detect(self) -> BaseTransport:
        if self._protocol != "auto":
            return self._make_transport(self._protocol)
        credentials = Credentials(
            self.url,
            self.db,
            self.username,
            Secret(self.config.password),
            self.config.http_headers,
        )
        detected = await _detection.detect(
            credentials,
            partial(
                exchange,
                self.runner,
                repeatable=True,
                retry=self.config.retry_config,
                timeout_seconds=self.config.timeout,
            ),
        )
        transport: Any = self._make_transport(detected.protocol, detected.login)
        transport.protocol.credentials = detected.credentials
        return transport  # type: ignore[no-any-return]

    def _make_transport(self, protocol: str, login: Any = None) -> BaseTransport:
        transport: BaseTransport = self.transport_classes[protocol](
            self.url,
            self.db,
            self.username,
            self.config.password,
            timeout=self.config.timeout,
            retry=self.config.retry_config,
            extra_headers=self.config.http_headers,
            runner=self.runner,
            login=login,
        )
        return transport


class AsyncOperations(BaseClient):
    """The operations that clients have beside those of all models."""

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

    async def find_deleted(
        self, model: str, ids: Iterable[int], chunk_size: int = 1000
    ) -> list[int]:
        """Return which of these ids no longer exist, or not for this user.

        Odoo keeps no list of deleted records: only who knows the ids can ask.
        """
        known = list(dict.fromkeys(ids))
        found: set[int] = set()
        for _start, part in _bulk.chunks(known, chunk_size):
            domain = [["id", "in", list(part)]]
            context = {"active_test": False}
            found.update(
                await awaited(self.search(model, domain, context=context))  # type: ignore[attr-defined]
            )
        return [record_id for record_id in known if record_id not in found]

    async def create_many(
        self,
        model: str,
        values_list: Iterable[Values],
        chunk_size: int = 250,
        concurrency: int = 4,
        context: Values | None = None,
    ) -> _bulk.BulkResult:
        """Create records in chunks, several side by side; each chunk whole or not.

        A chunk that fails does not stop the others: see ``BulkResult.errors``.
        """

        async def create(part: Sequence[Values]) -> Any:
            return await awaited(self.create(model, part, context))  # type: ignore[attr-defined]

        parts = _bulk.chunks(list(values_list), chunk_size)
        spans = [(start, start + len(part)) for start, part in parts]
        outcomes = await self.runner.gather(
            [partial(create, part) for _start, part in parts], concurrency
        )
        return _bulk.bulk_result(spans, outcomes)

    async def write_many(
        self,
        model: str,
        updates: _bulk.Updates,
        chunk_size: int = 250,
        concurrency: int = 4,
        context: Values | None = None,
    ) -> _bulk.BulkResult:
        """Write ``{id: values}`` in chunks, several side by side.

        Records that get the same values are written together; the results follow
        these groups. ``[(ids, values), …]`` is taken too.
        """

        async def write(ids: Sequence[int], values: Values) -> Sequence[int]:
            await awaited(self.write(model, ids, values, context))  # type: ignore[attr-defined]
            return ids

        writes, spans, position = [], [], 0
        for ids, values in _bulk.grouped_updates(updates):
            for _start, part in _bulk.chunks(ids, chunk_size):
                writes.append(partial(write, part, values))
                spans.append((position, position + len(part)))
                position += len(part)
        outcomes = await self.runner.gather(writes, concurrency)
        return _bulk.bulk_result(spans, outcomes)
