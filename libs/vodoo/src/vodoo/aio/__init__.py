# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The async half of the library, under its documented import path."""

from .client import AsyncOdooClient
from .transport import (
    AsyncJSON2Transport,
    AsyncLegacyTransport,
    AsyncOdooTransport,
    AsyncWebSessionTransport,
)

__all__ = [
    "AsyncJSON2Transport",
    "AsyncLegacyTransport",
    "AsyncOdooClient",
    "AsyncOdooTransport",
    "AsyncWebSessionTransport",
]
