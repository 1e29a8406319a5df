# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""HTTP and JSON, without Odoo models: sessions, authentication, paging, errors."""

from .auth import ApiKey, Basic, BearerToken, SignedRequest
from .errors import RestRefusal
from .paging import (
    AllAtOnce,
    Answer,
    Connection,
    Cursor,
    LinkHeader,
    NextLink,
    Offset,
    PageNumber,
    Paging,
)
from .paths import id_in_address
from .session import RestSession

__all__ = [
    "AllAtOnce",
    "Answer",
    "ApiKey",
    "Basic",
    "BearerToken",
    "Connection",
    "Cursor",
    "LinkHeader",
    "NextLink",
    "Offset",
    "PageNumber",
    "Paging",
    "RestRefusal",
    "RestSession",
    "SignedRequest",
    "id_in_address",
]
