# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Transports: a connection to a server in one protocol, sync or async."""

from __future__ import annotations

from ._base_transport import AsyncOdooTransport, OdooTransport
from ._http_transport import AsyncHTTP, HTTPTransport, SyncHTTP
from ._protocol_transports import JSON2Calls, Legacy, Web
from ._retry import RetryConfig

__all__ = [
    "AsyncJSON2Transport",
    "AsyncLegacyTransport",
    "AsyncOdooTransport",
    "AsyncWebSessionTransport",
    "HTTPTransport",
    "JSON2Transport",
    "LegacyTransport",
    "OdooTransport",
    "RetryConfig",
    "WebSessionTransport",
]


class LegacyTransport(Legacy, SyncHTTP):
    """Speak ``/jsonrpc`` (Odoo 14 to 19), sync."""


class JSON2Transport(JSON2Calls, SyncHTTP):
    """Speak ``/json/2`` (Odoo 19 and later), sync."""


class WebSessionTransport(Web, SyncHTTP):
    """Speak ``/web/dataset/call_kw`` in a session, sync."""


class AsyncLegacyTransport(Legacy, AsyncHTTP):
    """Speak ``/jsonrpc`` (Odoo 14 to 19), async."""


class AsyncJSON2Transport(JSON2Calls, AsyncHTTP):
    """Speak ``/json/2`` (Odoo 19 and later), async."""


class AsyncWebSessionTransport(Web, AsyncHTTP):
    """Speak ``/web/dataset/call_kw`` in a session, async."""
