# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The names for authors of connectors, in one place.

::

    from odoo.addons.connector.api import Component, ImportMapper, mapping

Models are inherited by name (``connector.backend.mixin``, ``connector.binding.mixin``,
…), and so are components (``base.importer``, ``generic.importer``, …). ``testing`` and
``tests.common`` hold what tests need. The modules that these names come from may move;
those that connectors have always imported from stay importable.
"""

from odoo.addons.component.core import AbstractComponent, Component, WorkContext
from odoo.addons.component_event import skip_if

from .components.backend_adapter import BackendAdapter, CRUDAdapter
from .components.defaults import (
    FILE_COMPONENTS,
    TWO_WAY_COMPONENTS,
    define_default_components,
)
from .components.exporter.follow import Follow
from .components.exporter.queue import delay_export
from .components.mapper import (
    ExportMapChild,
    ExportMapper,
    ImportMapChild,
    ImportMapChildUpdate,
    ImportMapper,
    Modifier,
    backend_field,
    changed_by,
    concat,
    convert,
    external_to_m2o,
    follow_m2o_relations,
    iso_datetime,
    keep_falsy,
    local_date,
    m2o_to_external,
    mapping,
    modifier,
    none,
    only_create,
    record_by,
    source_fields,
    utc_datetime,
    value_table,
    xmlid,
)
from .components.record_page import RecordPage
from .components.session import Session
from .components.two_way.adapter import Version
from .components.two_way.conflict import Winner
from .components.two_way.references import bound, bound_set, matched, matched_required
from .components.webhook_subscriptions import Subscription
from .database import pg_try_advisory_lock
from .exception import (
    AccessRefused,
    BackendPaused,
    ConnectorException,
    CredentialsRefused,
    DependencyFailed,
    FatalError,
    IDMissingInBackend,
    InvalidDataError,
    JobError,
    ManyIDSInBackend,
    MappingError,
    NetworkRetryableError,
    NoConnectorUnitError,
    NoExternalId,
    PartlyRead,
    PartlyUnreadable,
    RequestBudgetSpent,
    RetryableError,
    RetryableJobError,
    ReusedExternalId,
    SkipError,
    UnreadableAnswer,
)
from .files import CSV, XML, JSONLines
from .http import (
    AllAtOnce,
    ApiKey,
    Basic,
    BearerToken,
    BulkEndpoint,
    Connection,
    CostBudget,
    Cursor,
    LinkHeader,
    NextLink,
    OAuth2AuthorizationCode,
    OAuth2ClientCredentials,
    Offset,
    PageNumber,
    RequestBudget,
    RestRefusal,
    SignedRequest,
)
from .http.webhooks.hmac_scheme import HmacScheme
from .http.webhooks.presets import (
    GitHub,
    Shopify,
    StandardWebhooks,
    Stripe,
    WooCommerce,
)
from .http.webhooks.signatures import Delivery, WebhookScheme, WebhookToken
from .jobs.lifecycle import BULK_PRIORITY, EDIT_PRIORITY, WEBHOOK_PRIORITY
from .models.access import (
    BACKEND_ACCESS,
    BINDING_ACCESS,
    FULL_ACCESS,
    READ_ACCESS,
)
from .outcome import Outcome
from .read_ahead import read_ahead
from .secret_input import secret_input
from .timestamps import format_time, to_utc

__all__ = [
    # components
    "AbstractComponent",
    "BackendAdapter",
    "CRUDAdapter",
    "Component",
    "Session",
    "WorkContext",
    "define_default_components",
    # two-way
    "TWO_WAY_COMPONENTS",
    "Version",
    "bound",
    "bound_set",
    "matched",
    "matched_required",
    # mappers
    "ExportMapChild",
    "ExportMapper",
    "ImportMapChild",
    "ImportMapChildUpdate",
    "ImportMapper",
    "Modifier",
    "backend_field",
    "changed_by",
    "concat",
    "convert",
    "external_to_m2o",
    "follow_m2o_relations",
    "iso_datetime",
    "keep_falsy",
    "local_date",
    "m2o_to_external",
    "mapping",
    "modifier",
    "none",
    "only_create",
    "record_by",
    "source_fields",
    "utc_datetime",
    "value_table",
    "xmlid",
    # imports
    "Outcome",
    "RecordPage",
    "read_ahead",
    # exports
    "Follow",
    "Winner",
    "delay_export",
    "skip_if",
    # models
    "BACKEND_ACCESS",
    "BINDING_ACCESS",
    "FULL_ACCESS",
    "READ_ACCESS",
    "secret_input",
    # HTTP
    "AllAtOnce",
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
    "RequestBudget",
    "RestRefusal",
    "SignedRequest",
    # webhooks
    "Delivery",
    "GitHub",
    "HmacScheme",
    "Shopify",
    "StandardWebhooks",
    "Stripe",
    "Subscription",
    "WebhookScheme",
    "WebhookToken",
    "WooCommerce",
    # files
    "CSV",
    "FILE_COMPONENTS",
    "JSONLines",
    "XML",
    # jobs
    "BULK_PRIORITY",
    "EDIT_PRIORITY",
    "WEBHOOK_PRIORITY",
    "pg_try_advisory_lock",
    # times
    "format_time",
    "to_utc",
    # errors
    "AccessRefused",
    "BackendPaused",
    "ConnectorException",
    "CredentialsRefused",
    "DependencyFailed",
    "FatalError",
    "IDMissingInBackend",
    "InvalidDataError",
    "JobError",
    "ManyIDSInBackend",
    "MappingError",
    "NetworkRetryableError",
    "NoConnectorUnitError",
    "NoExternalId",
    "PartlyRead",
    "PartlyUnreadable",
    "RequestBudgetSpent",
    "RetryableError",
    "RetryableJobError",
    "ReusedExternalId",
    "SkipError",
    "UnreadableAnswer",
]
