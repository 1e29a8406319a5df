# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# ruff: noqa: F403, F405
from ._errors import *
from ._errors import __doc__ as __doc__

__all__ = [
    "ArgumentMappingError", "AuthenticationError", "ConcurrencyError",
    "ConfigurationError", "ConnectionFailedError", "ConnectionLostError",
    "DatabaseLostError", "DatabaseNotFoundError", "DownloadError", "FieldParsingError",
    "InvalidArgumentsError", "OdooAccessDeniedError", "OdooAccessError",
    "OdooMissingError", "OdooServerError", "OdooUserError", "OdooValidationError",
    "Outcome", "OutcomeUnknownError", "ProtocolError", "RecordNotFoundError",
    "RecordOperationError", "RequestTimeoutError", "ServerUnavailableError",
    "SessionExpiredError", "TransportError", "UnexpectedAnswerError",
    "UnknownMethodError", "UnknownModelError", "UserNotFoundError",
    "ValueEncodingError", "VodooError",
]  # fmt: skip
