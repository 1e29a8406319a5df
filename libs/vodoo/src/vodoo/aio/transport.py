# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The async transports, under their documented import path."""

from .._retry import RetryConfig
from .._session import (
    AsyncJSON2Transport,
    AsyncLegacyTransport,
    AsyncWebSessionTransport,
)
from .._transport import AsyncOdooTransport

__all__ = [
    "AsyncJSON2Transport",
    "AsyncLegacyTransport",
    "AsyncOdooTransport",
    "AsyncWebSessionTransport",
    "RetryConfig",
]
