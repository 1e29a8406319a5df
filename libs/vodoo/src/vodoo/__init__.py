# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Client of Odoo's external API, sync and async.

The names below are imported when they are first used: ``vodoo --help`` and code that
only names the package do not wait for the HTTP library.
"""

import importlib
import os
from typing import TYPE_CHECKING, Any

from ._release import DISTRIBUTION, VERSION, warn_of_other_distribution

if TYPE_CHECKING:
    from ._answers import check_answer
    from ._bulk import BulkResult, ChunkResult
    from ._client import AsyncOdooClient, OdooClient
    from ._config import OdooConfig, get_config
    from ._errors import (
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
        UnexpectedAnswerError,
        UnknownMethodError,
        UnknownModelError,
        UserNotFoundError,
        ValueEncodingError,
        VodooError,
    )
    from ._retry import RetryConfig
    from ._transport import (
        AsyncJSON2Transport,
        AsyncLegacyTransport,
        AsyncOdooTransport,
        AsyncWebSessionTransport,
        JSON2Transport,
        LegacyTransport,
        OdooTransport,
        WebSessionTransport,
    )
    from ._values import HTML, Cmd, Markdown

__version__ = VERSION
__distribution__ = DISTRIBUTION

warn_of_other_distribution(os.path.dirname(os.path.dirname(__file__)))

#: module: the names that are published here
_HOMES = {
    "_answers": ("check_answer",),
    "_bulk": (
        "BulkResult",
        "ChunkResult",
    ),
    "_client": (
        "AsyncOdooClient",
        "OdooClient",
    ),
    "_config": (
        "OdooConfig",
        "get_config",
    ),
    "_retry": ("RetryConfig",),
    "_transport": (
        "AsyncJSON2Transport",
        "AsyncLegacyTransport",
        "AsyncOdooTransport",
        "AsyncWebSessionTransport",
        "JSON2Transport",
        "LegacyTransport",
        "OdooTransport",
        "WebSessionTransport",
    ),
    "_values": (
        "HTML",
        "Cmd",
        "Markdown",
    ),
}
#: the documented modules
_MODULES = ("aio", "client", "config", "exceptions", "namespaces", "transport")
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f".{name}", __name__)
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = importlib.import_module("." + _HOME_OF.get(name, "_errors"), __name__)
    value = globals()[name] = getattr(home, name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_MODULES})


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
    "UnexpectedAnswerError",
    "UnknownMethodError",
    "UnknownModelError",
    "UserNotFoundError",
    "ValueEncodingError",
    "VodooError",
    "WebSessionTransport",
    "check_answer",
    "get_config",
]
