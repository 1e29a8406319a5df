# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The client, written once; OdooClient and AsyncOdooClient differ in their shell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic

import httpx2

from . import bulk, detection
from .base_transport import Transport
from .config import OdooConfig
from .crud import Crud, Values
from .errors import VodooError
from .exchange import exchange
from .http_client import HTTPOptions
from .http_transport import HTTPTransport
from .operation import (
    Gather,
    Lock,
    Mode,
    Operation,
    locked,
    operation,
    paged,
)
from .secret import Secret
from .shell import Shell
from .values import Domain, Records, false_to_none, fields_with_false
from .wire import Call, Credentials

if TYPE_CHECKING:
    from . import namespaces


class Client(Crud[Mode], Generic[Mode]):
    """Call an Odoo server."""

    shell_class: ClassVar[type[Shell]]
    transport_classes: ClassVar[Mapping[str, type[HTTPTransport[Any]]]]

    account_moves: namespaces.AccountMoves[Mode]
    activities: namespaces.Activities[Mode]
    crm: namespaces.CRM[Mode]
    documents: namespaces.Documents[Mode]
    generic: namespaces.Generic[Mode]
    helpdesk: namespaces.Helpdesk[Mode]
    knowledge: namespaces.Knowledge[Mode]
    projects: namespaces.Projects[Mode]
    security: namespaces.Security[Mode]
    tasks: namespaces.Tasks[Mode]
    timer: namespaces.Timer[Mode]

    def __init__(
        self,
        config: OdooConfig,
        *,
        transport: Transport[Mode] | None = None,
        auto_detect: bool = True,
        http_client: httpx2.Client | httpx2.AsyncClient | None = None,
    ) -> None:
        self.config = config
        self.url = config.url
        self.db = config.database
        self.username = config.username
        self.password = config.password
        self.shell = getattr(transport, "shell", None) or self.shell_class(
            HTTPOptions(  # type: ignore[call-arg]
                timeout=config.timeout,
                verify=config.verify,
                proxy=config.proxy,
                max_concurrency=config.max_concurrency,
                keepalive_seconds=config.keepalive_seconds,
            ),
            http_client,
        )
        self._transport: Transport[Mode] | None = transport
        self._protocol = config.protocol
        if not auto_detect and self._protocol == "auto":
            self._protocol = "legacy"
        self._detection_lock: Lock = self.shell.lock()
        self._field_types: dict[str, dict[str, str]] = {}
        self._field_types_lock: Lock = self.shell.lock()

    if not TYPE_CHECKING:  # else any misspelt attribute would be one

        def __getattr__(self, name: str) -> Any:
            # Made on first use: to import them takes a third of the import of vodoo.
            if not name.startswith("_"):
                from .namespaces import NAMESPACES

                if name in NAMESPACES:
                    namespace = NAMESPACES[name](self)
                    setattr(self, name, namespace)
                    return namespace
            raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}")

    def __dir__(self) -> list[str]:
        from .namespaces import NAMESPACES

        return sorted({*super().__dir__(), *NAMESPACES})

    @operation
    def get_uid(self) -> Operation[int]:
        """Return the id of the user whose password or key this is."""
        transport = yield from self.transport_steps()
        return (yield from transport.uid_steps())

    @operation
    def execute(
        self, model: str, method: str, *args: Any, **kwargs: Any
    ) -> Operation[Any]:
        """Call a method of a model and return what the server returns.

        The first positional argument of a method on records is the list of their ids.
        """
        return (yield from self.call_steps(Call(model, method, args, kwargs)))

    @operation
    def execute_sudo(
        self, model: str, method: str, user_id: int, *args: Any, **kwargs: Any
    ) -> Operation[Any]:
        """Call with ``sudo_user_id`` in the context.

        Odoo by itself does nothing with it; code of yours on the server may.
        """
        context = {**(kwargs.get("context") or {}), "sudo_user_id": user_id}
        call = Call(model, method, args, {**kwargs, "context": context})
        return (yield from self.call_steps(call))

    @paged
    def search_iter(
        self,
        model: str,
        domain: Domain | None = None,
        fields: Sequence[str] | None = None,
        page_size: int = 500,
        context: Values | None = None,
    ) -> bulk.KeysetPages:
        """Iterate over all records that match, in the order of their ids.

        Pages begin after the last id read: nothing is skipped or seen twice when
        records come and go meanwhile.
        """
        if fields is not None and "id" not in fields:
            fields = ["id", *fields]

        def read_page(domain: list[Any]) -> Operation[Records]:
            return Crud.search_read(
                self, model, domain, fields, page_size, order="id", context=context
            )

        return bulk.KeysetPages(read_page, domain or [], page_size)

    @operation
    def create_many(
        self,
        model: str,
        values_list: Iterable[Values],
        chunk_size: int = 250,
        concurrency: int = 4,
        context: Values | None = None,
    ) -> Operation[bulk.BulkResult]:
        """Create records in chunks, some at once; each chunk is created whole or not.

        A chunk that fails does not stop the others: see ``BulkResult.errors``.
        """
        parts = bulk.chunks(list(values_list), chunk_size)
        creations = [Crud.create(self, model, part, context) for _start, part in parts]
        spans = [(start, start + len(part)) for start, part in parts]
        outcomes = yield Gather(creations, concurrency)
        return bulk.bulk_result(spans, outcomes)

    @operation
    def write_many(
        self,
        model: str,
        updates: bulk.Updates,
        chunk_size: int = 250,
        concurrency: int = 4,
        context: Values | None = None,
    ) -> Operation[bulk.BulkResult]:
        """Write ``{id: values}`` in chunks, some at once.

        Records that get the same values are written together; the results follow
        these groups. ``[(ids, values), …]`` is taken too.
        """
        writes, spans, position = [], [], 0
        for ids, values in bulk.grouped_updates(updates):
            for _start, part in bulk.chunks(ids, chunk_size):
                writes.append(self._write_chunk(model, part, values, context))
                spans.append((position, position + len(part)))
                position += len(part)
        outcomes = yield Gather(writes, concurrency)
        return bulk.bulk_result(spans, outcomes)

    def call_steps(self, call: Call) -> Operation[Any]:
        transport = self._transport
        if transport is None:
            try:
                transport = yield from self.transport_steps()
            except VodooError as error:
                error.model, error.method = call.model, call.method
                raise
        return (yield from transport.call_steps(call))

    def transport_steps(self) -> Operation[Transport[Mode]]:
        """Return the transport; find it out once for all that wait for it."""
        if self._transport is None:
            yield from locked(self._detection_lock, self._detect())
        assert self._transport is not None
        return self._transport

    def received_steps(self, model: str, records: Records) -> Operation[Records]:
        """Replace ``False`` by ``None`` in all fields but booleans."""
        suspects = fields_with_false(records)
        if not suspects:
            return records
        if not suspects <= self._field_types.get(model, {}).keys():
            yield from locked(self._field_types_lock, self._learn(model, suspects))
        types = self._field_types[model]
        booleans = [name for name in suspects if types.get(name) == "boolean"]
        return false_to_none(records, booleans)

    def _write_chunk(
        self, model: str, ids: Sequence[int], values: Values, context: Values | None
    ) -> Operation[Sequence[int]]:
        yield from Crud.write(self, model, ids, values, context)
        return ids

    def _detect(self) -> Operation[None]:
        if self._transport is not None:
            return
        if self._protocol != "auto":
            self._transport = self._make_transport(self._protocol)
            return
        credentials = Credentials(
            self.url,
            self.db,
            self.username,
            Secret(self.config.password),
            self.config.http_headers,
        )
        detected = yield from detection.detect(
            credentials,
            lambda request, read: exchange(
                request,
                read,
                repeatable=True,
                retry=self.config.retry_config,
                timeout_seconds=self.config.timeout,
            ),
        )
        self._transport = self._make_transport(detected.protocol, detected.login)

    def _make_transport(self, protocol: str, login: Any = None) -> HTTPTransport[Any]:
        return self.transport_classes[protocol](
            self.url,
            self.db,
            self.username,
            self.config.password,
            timeout=self.config.timeout,
            retry=self.config.retry_config,
            extra_headers=self.config.http_headers,
            shell=self.shell,
            login=login,
        )

    def _learn(self, model: str, names: Iterable[str]) -> Operation[None]:
        types = self._field_types.setdefault(model, {})
        if types.keys() >= set(names):
            return
        fields = yield from Crud.fields_get(self, model, attributes=["type"])
        types.update(dict.fromkeys(names, ""))
        types.update({name: field.get("type", "") for name, field in fields.items()})
