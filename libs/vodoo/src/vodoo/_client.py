# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The two clients: every method returns its result, or is awaited.

An operation is written once, as ``async def``: those of every model in
``AsyncRecords``, the others in ``AsyncOperations``. ``AsyncOdooClient`` inherits them.
``OdooClient`` has the same ones, each run to its end by ``blocking``, so that
signatures, types and documentation cannot differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _paging, _session
from ._base_client import AsyncOperations, BaseClient, lazy_namespace
from ._config import OdooConfig
from ._records import AsyncRecords, SyncRecords
from ._runners import awaited
from ._runners.anyio import AsyncRunner
from ._runners.sync import SyncRunner, blocking, run
from ._transport import AsyncOdooTransport, OdooTransport

if TYPE_CHECKING:
    import httpx2

    from . import namespaces


class OdooClient(SyncRecords, BaseClient):
    """Call an Odoo server; every method returns its result.

    ::

        with OdooClient(config) as client:
            partners = client.search_read("res.partner", limit=5)
    """

    runner_class = SyncRunner
    transport_classes = {
        "json2": _session.JSON2Transport,
        "legacy": _session.LegacyTransport,
        "web": _session.WebSessionTransport,
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
        :param http_client: your client, which ``close()`` leaves open. Its timeouts
            bound each wait for the headers of an answer, the deadline its body.
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
    search_iter = _paging.iterated(_paging.search_iter)
    changes = _paging.iterated(_paging.changes)

    @property
    def transport(self) -> OdooTransport:
        """Return the transport; on first use the protocol is detected."""
        return run(self._ready_transport())  # type: ignore[return-value]

    @property
    def is_json2(self) -> bool:
        """Return whether the server is called over JSON-2."""
        return isinstance(self.transport, _session.JSON2Transport)

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

    def __exit__(self, *exception: object) -> None:
        self.close()


class AsyncOdooClient(AsyncRecords, AsyncOperations):
    """Call an Odoo server; every method is awaited.

    ::

        async with AsyncOdooClient(config) as client:
            partners = await client.search_read("res.partner", limit=5)
    """

    runner_class = AsyncRunner
    transport_classes = {
        "json2": _session.AsyncJSON2Transport,
        "legacy": _session.AsyncLegacyTransport,
        "web": _session.AsyncWebSessionTransport,
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
        :param http_client: your client, which ``close()`` leaves open
        """
        super().__init__(
            config,
            transport=transport,
            auto_detect=auto_detect,
            http_client=http_client,
        )

    search_iter = _paging.async_iterated(_paging.search_iter)
    changes = _paging.async_iterated(_paging.changes)

    @property
    def transport(self) -> AsyncOdooTransport:
        """Return the transport.

        :raises RuntimeError: before the first call, which detects the protocol
        """
        if self._transport is None:
            raise RuntimeError("the transport is not known before the first call")
        return self._transport  # type: ignore[return-value]

    @property
    def is_json2(self) -> bool:
        """Return whether the server is called over JSON-2."""
        return isinstance(self.transport, _session.AsyncJSON2Transport)

    @property
    def uid(self) -> int:
        """Return the id of the user whose password or key this is.

        :raises RuntimeError: before the login; ``await client.get_uid()`` logs in
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

    async def __aexit__(self, *exception: object) -> None:
        await self.close()
