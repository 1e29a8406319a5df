# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The two clients: every method returns its result, or is awaited."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from . import transport as transports
from .base_client import Client
from .base_transport import Transport
from .operation import Async, Sync
from .shell import AsyncShell, SyncShell

__all__ = ["AsyncOdooClient", "Client", "OdooClient"]


class OdooClient(Client[Sync]):
    """Call an Odoo server; every method returns its result.

    ::

        with OdooClient(config) as client:
            partners = client.search_read("res.partner", limit=5)
    """

    shell_class = SyncShell
    transport_classes = {
        "json2": transports.JSON2Transport,
        "legacy": transports.LegacyTransport,
        "web": transports.WebSessionTransport,
    }
    shell: SyncShell

    @property
    def transport(self) -> Transport[Sync]:
        """Return the transport, found out on first use."""
        return self.shell.run(self.transport_steps())

    @property
    def is_json2(self) -> bool:
        """Tell whether the server is called by JSON-2."""
        return isinstance(self.transport, transports.JSON2Transport)

    @property
    def uid(self) -> int:
        """Return the id of the user whose password or key this is."""
        return self.get_uid()

    def close(self) -> None:
        """Close all connections."""
        if self._transport is not None:
            self._transport.close()
        self.shell.close()

    def __enter__(self) -> OdooClient:
        return self

    def __exit__(
        self,
        error_class: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class AsyncOdooClient(Client[Async]):
    """Call an Odoo server; every method is awaited.

    ::

        async with AsyncOdooClient(config) as client:
            partners = await client.search_read("res.partner", limit=5)
    """

    shell_class = AsyncShell
    transport_classes = {
        "json2": transports.AsyncJSON2Transport,
        "legacy": transports.AsyncLegacyTransport,
        "web": transports.AsyncWebSessionTransport,
    }
    shell: AsyncShell

    @property
    def transport(self) -> Transport[Async]:
        """Return the transport.

        :raises RuntimeError: before the first call has found it out.
        """
        if self._transport is None:
            raise RuntimeError("the transport is not known before the first call")
        return self._transport

    @property
    def is_json2(self) -> bool:
        """Tell whether the server is called by JSON-2."""
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
            await _awaited(self._transport.close())
        await self.shell.close()

    async def __aenter__(self) -> AsyncOdooClient:
        return self

    async def __aexit__(
        self,
        error_class: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


async def _awaited(value: Any) -> Any:
    return await value if hasattr(value, "__await__") else value
