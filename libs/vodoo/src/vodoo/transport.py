# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The sync transports, under their documented import path."""

from ._retry import RetryConfig
from ._session import JSON2Transport, LegacyTransport, WebSessionTransport
from ._transport import OdooTransport

__all__ = [
    "JSON2Transport",
    "LegacyTransport",
    "OdooTransport",
    "RetryConfig",
    "WebSessionTransport",
]
