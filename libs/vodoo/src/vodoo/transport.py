# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Transports: a connection to a server in one protocol, sync or async."""

from __future__ import annotations

from .base_transport import AsyncOdooTransport, OdooTransport, Transport
from .http_transport import HTTPTransport
from .operation import Async, Sync
from .protocol_transports import JSON2Calls, Legacy, Web
from .shell import AsyncShell, SyncShell

__all__ = [
    "AsyncJSON2Transport",
    "AsyncLegacyTransport",
    "AsyncOdooTransport",
    "AsyncWebSessionTransport",
    "HTTPTransport",
    "JSON2Transport",
    "LegacyTransport",
    "OdooTransport",
    "Transport",
    "WebSessionTransport",
]


class LegacyTransport(Legacy[Sync], OdooTransport):
    """Speak ``/jsonrpc`` (Odoo 14 to 19), sync."""

    shell_class = SyncShell


class JSON2Transport(JSON2Calls[Sync], OdooTransport):
    """Speak ``/json/2`` (Odoo 19 and later), sync."""

    shell_class = SyncShell


class WebSessionTransport(Web[Sync], OdooTransport):
    """Speak ``/web/dataset/call_kw`` in a session, sync."""

    shell_class = SyncShell


class AsyncLegacyTransport(Legacy[Async], AsyncOdooTransport):
    """Speak ``/jsonrpc`` (Odoo 14 to 19), async."""

    shell_class = AsyncShell


class AsyncJSON2Transport(JSON2Calls[Async], AsyncOdooTransport):
    """Speak ``/json/2`` (Odoo 19 and later), async."""

    shell_class = AsyncShell


class AsyncWebSessionTransport(Web[Async], AsyncOdooTransport):
    """Speak ``/web/dataset/call_kw`` in a session, async."""

    shell_class = AsyncShell
