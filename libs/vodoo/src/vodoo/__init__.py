# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Client of Odoo's external API, sync and async."""

import os

from .bulk import BulkResult, ChunkResult
from .client import AsyncOdooClient, OdooClient
from .config import OdooConfig, get_config
from .errors import (
    ArgumentMappingError,
    AuthenticationError,
    ConcurrencyError,
    ConfigurationError,
    ConnectionFailedError,
    ConnectionLostError,
    DatabaseLostError,
    DatabaseNotFoundError,
    DownloadError,
    FieldParsingError,
    InvalidArgumentsError,
    OdooAccessDeniedError,
    OdooAccessError,
    OdooMissingError,
    OdooServerError,
    OdooUserError,
    OdooValidationError,
    Outcome,
    OutcomeUnknownError,
    ProtocolError,
    RecordNotFoundError,
    RecordOperationError,
    RequestTimeoutError,
    ServerUnavailableError,
    SessionExpiredError,
    TransportError,
    UnknownMethodError,
    UnknownModelError,
    UserNotFoundError,
    ValueEncodingError,
    VodooError,
)
from .release import DISTRIBUTION, VERSION, warn_of_other_distribution
from .retry import RetryConfig
from .transport import (
    AsyncJSON2Transport,
    AsyncLegacyTransport,
    AsyncOdooTransport,
    AsyncWebSessionTransport,
    JSON2Transport,
    LegacyTransport,
    OdooTransport,
    WebSessionTransport,
)
from .values import HTML, Cmd, Markdown

__version__ = VERSION
__distribution__ = DISTRIBUTION

warn_of_other_distribution(os.path.dirname(os.path.dirname(__file__)))

__all__ = [
    "HTML",
    "ArgumentMappingError",
    "AsyncJSON2Transport",
    "AsyncLegacyTransport",
    "AsyncOdooClient",
    "AsyncOdooTransport",
    "AsyncWebSessionTransport",
    "AuthenticationError",
    "BulkResult",
    "ChunkResult",
    "Cmd",
    "ConcurrencyError",
    "ConfigurationError",
    "ConnectionFailedError",
    "ConnectionLostError",
    "DatabaseLostError",
    "DatabaseNotFoundError",
    "DownloadError",
    "FieldParsingError",
    "InvalidArgumentsError",
    "JSON2Transport",
    "LegacyTransport",
    "Markdown",
    "OdooAccessDeniedError",
    "OdooAccessError",
    "OdooClient",
    "OdooConfig",
    "OdooMissingError",
    "OdooServerError",
    "OdooTransport",
    "OdooUserError",
    "OdooValidationError",
    "Outcome",
    "OutcomeUnknownError",
    "ProtocolError",
    "RecordNotFoundError",
    "RecordOperationError",
    "RequestTimeoutError",
    "RetryConfig",
    "ServerUnavailableError",
    "SessionExpiredError",
    "TransportError",
    "UnknownMethodError",
    "UnknownModelError",
    "UserNotFoundError",
    "ValueEncodingError",
    "VodooError",
    "WebSessionTransport",
    "get_config",
]
