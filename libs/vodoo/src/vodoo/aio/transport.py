# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .._transport import (
    AsyncJSON2Transport,
    AsyncLegacyTransport,
    AsyncOdooTransport,
    AsyncWebSessionTransport,
)

__all__ = [
    "AsyncJSON2Transport",
    "AsyncLegacyTransport",
    "AsyncOdooTransport",
    "AsyncWebSessionTransport",
]
