# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""HTTP and JSON, without Odoo models: sessions, authentication, paging, errors."""

from .auth.declarations import ApiKey, Basic, BearerToken, SignedRequest
from .bulk import BulkEndpoint
from .budget.costs import CostBudget
from .auth.oauth import OAuth2AuthorizationCode, OAuth2ClientCredentials
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
from .budget.calls import RequestBudget
from .session import RestSession

__all__ = [
    "AllAtOnce",
    "Answer",
    "ApiKey",
    "Basic",
    "BearerToken",
    "BulkEndpoint",
    "Connection",
    "CostBudget",
    "Cursor",
    "LinkHeader",
    "NextLink",
    "OAuth2AuthorizationCode",
    "OAuth2ClientCredentials",
    "Offset",
    "PageNumber",
    "Paging",
    "RequestBudget",
    "RestRefusal",
    "RestSession",
    "SignedRequest",
    "id_in_address",
]
