# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Client of Odoo's external API, sync and async.

Names are imported when they are first used: ``vodoo --help``, and code that only names
the package, do not wait for the HTTP library.
"""

import importlib
import os
from typing import TYPE_CHECKING, Any

from . import exceptions
from ._release import DISTRIBUTION, VERSION, warn_of_other_distribution
from .exceptions import *  # noqa: F403

if TYPE_CHECKING:
    from ._answers import check_answer
    from ._bulk import BulkResult, ChunkResult
    from ._client import AsyncOdooClient, OdooClient
    from ._config import OdooConfig, get_config
    from ._retry import RetryConfig
    from ._session import (
        AsyncJSON2Transport,
        AsyncLegacyTransport,
        AsyncWebSessionTransport,
        JSON2Transport,
        LegacyTransport,
        WebSessionTransport,
    )
    from ._transport import AsyncOdooTransport, OdooTransport
    from ._values import HTML, Cmd, Markdown

__version__ = VERSION
__distribution__ = DISTRIBUTION

__all__ = [
    "HTML",
    "AsyncJSON2Transport",
    "AsyncLegacyTransport",
    "AsyncOdooClient",
    "AsyncOdooTransport",
    "AsyncWebSessionTransport",
    "BulkResult",
    "ChunkResult",
    "Cmd",
    "JSON2Transport",
    "LegacyTransport",
    "Markdown",
    "OdooClient",
    "OdooConfig",
    "OdooTransport",
    "RetryConfig",
    "WebSessionTransport",
    "check_answer",
    "get_config",
]
__all__ += exceptions.__all__

#: module: the names it defines that are published here
_LAZY = {
    "_answers": "check_answer",
    "_bulk": "BulkResult ChunkResult",
    "_client": "AsyncOdooClient OdooClient",
    "_config": "OdooConfig get_config",
    "_retry": "RetryConfig",
    "_session": "AsyncJSON2Transport AsyncLegacyTransport AsyncWebSessionTransport "
    "JSON2Transport LegacyTransport WebSessionTransport",
    "_transport": "AsyncOdooTransport OdooTransport",
    "_values": "HTML Cmd Markdown",
}
_MODULE_OF = {name: module for module, names in _LAZY.items() for name in names.split()}
#: the documented modules
_MODULES = ("aio", "client", "config", "exceptions", "namespaces", "transport")

warn_of_other_distribution(os.path.dirname(os.path.dirname(__file__)))


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f".{name}", __name__)
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module("." + _MODULE_OF[name], __name__)
    value = globals()[name] = getattr(module, name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_MODULES})
