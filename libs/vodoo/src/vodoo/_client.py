# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The two clients: every method returns its result, or is awaited."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from types import TracebackType
from typing import TYPE_CHECKING

import httpx2

from . import _transport as transports
from ._base_client import AsyncOperations, BaseClient, lazy_namespace
from ._bulk import KeysetPages
from ._changes import ChangedPages, Since
from ._config import OdooConfig
from ._records import AsyncRecords, SyncRecords
from ._runners import awaited
from ._runners.anyio import AsyncRunner
from ._runners.sync import SyncRunner, blocking, run
from ._transport import AsyncOdooTransport, OdooTransport
from ._values import Domain, Record, Values

if TYPE_CHECKING:
    from . import namespaces

__all__ = ["AsyncOdooClient", "OdooClient"]


class OdooClient(SyncRecords, BaseClient):
    """Call an Odoo server; every method returns its result.

    ::

        with OdooClient(config) as client:
            partners = client.search_read("res.partner", limit=5)
    """

    runner_class = SyncRunner
    transport_classes = {
        "json2": transports.JSON2Transport,
        "legacy": transports.LegacyTransport,
        "web": transports.WebSessionTransport,
    }

    account_moves: namespaces.AccountMoves = lazy_namespace("AccountMoves")
    activities: namespaces.Activities = lazy_namespace("Activities")
    crm: namespaces.CRM = lazy_namespace("CRM")
    documents: namespaces.Documents = lazy_namespace("Documents")
    generic: namespaces.Generic = lazy_namespace("Generic")
    helpdesk: namespaces.Helpdesk = lazy_namespace("Helpdesk")
    knowledge: namespaces.Knowledge = lazy_namespace("Knowledge")
    projects: namespaces.Projects = lazy_namespace("Projects")
    security: namespaces.Security = lazy_namespace("Security")
    tasks: namespaces.Tasks = lazy_namespace("Tasks")
    timer: namespaces.Timer = lazy_namespace("Timer")

    def __init__(
        self,
        config: OdooConfig,
        *,
        transport: OdooTransport | None = None,
        auto_detect: bool = True,
        http_client: httpx2.Client | None = None,
    ) -> None:
        """Prepare a client; nothing is sent before the first call.

        :param transport: skips the detection of the protocol
        :param auto_detect: False to use the legacy protocol without asking
        :param http_client: a client of your own, which ``close()`` leaves open
        """
        super().__init__(
            config,
            transport=transport,
            auto_detect=auto_detect,
            http_client=http_client,
        )

    get_uid = blocking(AsyncOperations.get_uid)
    execute = blocking(AsyncOperations.execute)
    execute_sudo = blocking(AsyncOperations.execute_sudo)
    create_many = blocking(AsyncOperations.create_many)
    write_many = blocking(AsyncOperations.write_many)
    find_deleted = blocking(AsyncOperations.find_deleted)

    def search_iter(
        self,
        model: str,
        domain: Domain | None = None,
        fields: Sequence[str] | None = None,
        page_size: int = 500,
        context: Values | None = None,
    ) -> Iterator[Record]:
        """Iterate over all records that match, in the order of their ids.

        Pages begin after the last id read: nothing is skipped or seen twice when
        records come and go meanwhile.
        """
        pages = self._pages(model, domain, fields, page_size, context)
        while page := run(pages.next_page()):
            yield from page

    def changes(
        self,
        model: str,
        since: Since = None,
        fields: Sequence[str] | None = None,
        domain: Domain | None = None,
        page_size: int = 500,
        context: Values | None = None,
    ) -> Iterator[Record]:
        """Iterate over the records that changed since a point, by (write_date, id).

        The point is a moment, included, or ``(write_date, id)`` of the last record
        seen, excluded: save it to go on later. Archived records are found, too; for
        deleted ones see ``find_deleted``. A transaction that is still open writes
        earlier dates than those that ended before: begin some minutes before the last
        point to find its records, too.
        """
        pages = self._changed_pages(model, since, fields, domain, page_size, context)
        while page := run(pages.next_page()):
            yield from page

    @property
    def transport(self) -> OdooTransport:
        """Return the transport, found out on first use."""
        return run(self._ready_transport())  # type: ignore[return-value]

    @property
    def is_json2(self) -> bool:
        """Return whether the server is called by JSON-2."""
        return isinstance(self.transport, transports.JSON2Transport)

    @property
    def uid(self) -> int:
        """Return the id of the user whose password or key this is."""
        return self.get_uid()

    def close(self) -> None:
        """Close all connections."""
        if self._transport is not None:
            self._transport.close()
        run(self.runner.close())

    def __enter__(self) -> OdooClient:
        return self

    def __exit__(
        self,
        error_class: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class AsyncOdooClient(AsyncRecords, AsyncOperations):
    """Call an Odoo server; every method is awaited.

    ::

        async with AsyncOdooClient(config) as client:
            partners = await client.search_read("res.partner", limit=5)
    """

    runner_class = AsyncRunner
    transport_classes = {
        "json2": transports.AsyncJSON2Transport,
        "legacy": transports.AsyncLegacyTransport,
        "web": transports.AsyncWebSessionTransport,
    }

    account_moves: namespaces.AsyncAccountMoves = lazy_namespace("AsyncAccountMoves")
    activities: namespaces.AsyncActivities = lazy_namespace("AsyncActivities")
    crm: namespaces.AsyncCRM = lazy_namespace("AsyncCRM")
    documents: namespaces.AsyncDocuments = lazy_namespace("AsyncDocuments")
    generic: namespaces.AsyncGeneric = lazy_namespace("AsyncGeneric")
    helpdesk: namespaces.AsyncHelpdesk = lazy_namespace("AsyncHelpdesk")
    knowledge: namespaces.AsyncKnowledge = lazy_namespace("AsyncKnowledge")
    projects: namespaces.AsyncProjects = lazy_namespace("AsyncProjects")
    security: namespaces.AsyncSecurity = lazy_namespace("AsyncSecurity")
    tasks: namespaces.AsyncTasks = lazy_namespace("AsyncTasks")
    timer: namespaces.AsyncTimer = lazy_namespace("AsyncTimer")

    def __init__(
        self,
        config: OdooConfig,
        *,
        transport: AsyncOdooTransport | None = None,
        auto_detect: bool = True,
        http_client: httpx2.AsyncClient | None = None,
    ) -> None:
        """Prepare a client; nothing is sent before the first call.

        :param transport: skips the detection of the protocol
        :param auto_detect: False to use the legacy protocol without asking
        :param http_client: a client of your own, which ``close()`` leaves open
        """
        super().__init__(
            config,
            transport=transport,
            auto_detect=auto_detect,
            http_client=http_client,
        )

    async def search_iter(
        self,
        model: str,
        domain: Domain | None = None,
        fields: Sequence[str] | None = None,
        page_size: int = 500,
        context: Values | None = None,
    ) -> AsyncIterator[Record]:
        """Iterate over all records that match, in the order of their ids.

        Pages begin after the last id read: nothing is skipped or seen twice when
        records come and go meanwhile.
        """
        pages = self._pages(model, domain, fields, page_size, context)
        async with aclosing(_records_of(self.runner, pages)) as records:
            async for record in records:
                yield record

    async def changes(
        self,
        model: str,
        since: Since = None,
        fields: Sequence[str] | None = None,
        domain: Domain | None = None,
        page_size: int = 500,
        context: Values | None = None,
    ) -> AsyncIterator[Record]:
        """Iterate over the records that changed since a point, by (write_date, id).

        The point is a moment, included, or ``(write_date, id)`` of the last record
        seen, excluded: save it to go on later. Archived records are found, too; for
        deleted ones see ``find_deleted``. A transaction that is still open writes
        earlier dates than those that ended before: begin some minutes before the last
        point to find its records, too.
        """
        pages = self._changed_pages(model, since, fields, domain, page_size, context)
        async with aclosing(_records_of(self.runner, pages)) as records:
            async for record in records:
                yield record

    @property
    def transport(self) -> AsyncOdooTransport:
        """Return the transport.

        :raises RuntimeError: before the first call has found it out.
        """
        if self._transport is None:
            raise RuntimeError("the transport is not known before the first call")
        return self._transport  # type: ignore[return-value]

    @property
    def is_json2(self) -> bool:
        """Return whether the server is called by JSON-2."""
        return isinstance(self.transport, transports.AsyncJSON2Transport)

    @property
    def uid(self) -> int:
        """Return the id of the user whose password or key this is.

        :raises RuntimeError: before the login; ``await client.get_uid()`` logs in.
        """
        uid = self.transport.known_uid
        if uid is None:
            raise RuntimeError("not logged in yet: await client.get_uid()")
        return uid

    async def close(self) -> None:
        """Close all connections."""
        if self._transport is not None:
            await awaited(self._transport.close())
        await self.runner.close()

    async def __aenter__(self) -> AsyncOdooClient:
        return self

    async def __aexit__(
        self,
        error_class: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


async def _records_of(
    runner: AsyncRunner, pages: KeysetPages | ChangedPages
) -> AsyncGenerator[Record, None]:
    async with aclosing(runner.ahead(pages.next_page)) as ahead:
        async for page in ahead:
            if not page:
                return
            for record in page:
                yield record
