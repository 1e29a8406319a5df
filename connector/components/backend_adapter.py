# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Operations that importers and exporters ask of a backend adapter."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from odoo.addons.component.core import AbstractComponent

from ..exception import (
    IDMissingInBackend,
    InvalidDataError,
    PartlyRead,
    PartlyUnreadable,
    RetryableJobError,
)
from ..http.paths import look_up
from .record_page import Page, RecordPage

_logger = logging.getLogger(__name__)


def sends_keys(adapter: Any) -> bool:
    """Return whether an adapter, of any base, sends idempotency keys."""
    sends_idempotency_keys = getattr(adapter, "sends_idempotency_keys", None)
    return sends_idempotency_keys is not None and sends_idempotency_keys()


class BackendAdapter(AbstractComponent):
    """Adapter that speaks the protocol of the backend; no other component knows it."""

    _name = "base.backend.adapter"
    _inherit = "base.connector"
    _usage = "backend.adapter"

    #: dotted path to the idempotency key in the values of a new record
    _idempotency_field: str | None = None
    #: header with the idempotency key, of adapters over HTTP
    _idempotency_header: str | None = None
    #: hours for which the backend remembers a key
    _idempotency_hours: float = 24
    #: idempotency key of the creation that is being sent
    creation_key: str | None = None
    _has_read_key = False

    def sends_idempotency_keys(self) -> bool:
        """Return whether exports send an idempotency key with each new record.

        Override it if ``create`` sends ``creation_key`` in another way.
        """
        return bool(self._idempotency_header or self._idempotency_field)

    @contextmanager
    def creating_under(self, key: str | None) -> Iterator[None]:
        """Let ``create`` send an idempotency key; log an error if it does not."""
        previous, self.creation_key = self.creation_key, key
        self._has_read_key = False
        try:
            yield
            if key and self._idempotency_header and not self._has_read_key:
                _logger.error(
                    "%s declares _idempotency_header, and its create has sent no key: "
                    "pass headers=self.idempotency_headers() to the request",
                    self._name,
                )
        finally:
            self.creation_key = previous

    def idempotency_headers(self) -> dict[str, str]:
        """Return the header with the key of the creation that is being sent."""
        if not (self._idempotency_header and self.creation_key):
            return {}
        self._has_read_key = True
        return {self._idempotency_header: self.creation_key}

    def idempotency_key(self, *parts: Any) -> str:
        """Return a key for another request: equal parts give an equal key.

        Nothing is stored. The parts say what must not happen twice:
        ``self.idempotency_key("capture", payment_id, amount)``.
        """
        parameters = self.env["ir.config_parameter"].sudo()
        names = (
            parameters.get_param("database.uuid"),
            self.env.cr.dbname,
            self.backend_record._name,
            self.backend_record.id,
        )
        return str(uuid5(NAMESPACE_URL, repr((*names, *map(str, parts)))))

    def add_idempotency_field(self, values: dict[str, Any], key: str) -> dict[str, Any]:
        """Return the values of a new record with its key at ``_idempotency_field``.

        :raise InvalidDataError: the mapper gives another value there
        """
        if not self._idempotency_field:
            return values
        *path, name = self._idempotency_field.split(".")
        values = inner = dict(values)
        for step in path:
            known = inner.get(step) or {}
            if not isinstance(known, dict):
                break
            inner[step] = dict(known)
            inner = inner[step]
        else:
            if not inner.get(name):
                inner[name] = key
                return values
        raise InvalidDataError(
            f"{self._name}._idempotency_field is {self._idempotency_field!r}, and the "
            f"mapper of {self.model._name} gives a value there. Remove it from the "
            "mapper, or name another field."
        )


class CRUDAdapter(AbstractComponent):
    """Adapter whose operations have the names that importers and exporters call.

    An adapter implements the operations of its backend, with the arguments that suit
    its protocol.
    """

    _name = "base.backend.adapter.crud"
    _inherit = "base.backend.adapter"
    _usage = "backend.adapter"

    #: number of records that ``create_many`` and ``write_many`` get at most
    _records_per_bulk = 100
    #: whether the pages of a search hold whole records, the same as ``read`` returns:
    #: then an import sends one request for each page, and none for each record
    _pages_hold_records = False
    #: dotted path to the time of the last change of an external record; a search
    #: then passes over unchanged records
    _updated_at_path: str | None = None

    def search(self, *args, **kwargs):
        """Return the external ids that match the filters."""
        raise NotImplementedError

    def search_pages(self, filters=None):
        """Yield the external ids that match the filters, page by page.

        A page may be a dict ``{external id: time of the last change}``: records
        without a change since their import are then not read. It may be a
        ``RecordPage``, which holds the records. Override it if the protocol has pages;
        by default the result of ``search`` is one page.
        """
        yield list(self.search(filters))

    def make_page(
        self, records: Mapping[Any, Any], read_at: datetime | None = None
    ) -> Page:
        """Return the page of a search that found ``{external id: external record}``.

        It holds the records if ``_pages_hold_records`` is set, and their times of
        change if ``_updated_at_path`` is.

        :param read_at: time (UTC, naive) before the page was requested, for an adapter
            that reads pages ahead
        """
        updated_at = None
        if self._updated_at_path:
            updated_at = {key: self.updated_at_of(records[key]) for key in records}
        page = RecordPage(records, updated_at, read_at)
        return page if self._pages_hold_records else page.without_records()

    def updated_at_of(self, record: Any) -> Any:
        """Return the time of the last change of an external record, None if unknown.

        Used where the importer does not override ``_external_updated_at``.
        """
        return look_up(record, self._updated_at_path) if self._updated_at_path else None

    def read(self, *args, **kwargs):
        """Return one external record."""
        raise NotImplementedError

    def read_many(self, external_ids):
        """Return ``{external id: external record}`` of those that exist.

        Override it if the protocol reads several records with one request.

        :raise PartlyRead: the backend asks to wait after some of them
        :raise PartlyUnreadable: some of them have an error
        """
        found = {}
        for external_id in external_ids:
            try:
                external_record = self.read(external_id)
            except IDMissingInBackend:
                continue
            except RetryableJobError as error:
                if found and error.ignore_retry:
                    raise PartlyRead(found, error) from error
                raise
            if external_record:
                found[external_id] = external_record
        return found

    def find_existing(self, external_ids):
        """Return the set of the external ids that exist.

        Override it if the backend can answer without sending the records.
        """
        try:
            return set(self.read_many(external_ids))
        except PartlyUnreadable as error:
            return {*error.found, *error.errors}

    def reads_one_at_a_time(self) -> bool:
        """Return whether ``find_existing`` needs a request for each record."""
        return not (
            self._is_overridden("find_existing") or self._is_overridden("read_many")
        )

    def _is_overridden(self, name: str) -> bool:
        return getattr(type(self), name) is not getattr(CRUDAdapter, name)

    def search_read(self, *args, **kwargs):
        """Return the external records that match the filters."""
        raise NotImplementedError

    def create(self, *args, **kwargs):
        """Create an external record and return its external id."""
        raise NotImplementedError

    def create_many(self, values: list[dict[str, Any]]) -> list[Any]:
        """Create several external records with one request.

        Return, for each of them in their order, its external id, or an exception if it
        was not created. Batch exports use it if an adapter overrides it.
        """
        raise NotImplementedError

    def write(self, *args, **kwargs):
        """Update an external record."""
        raise NotImplementedError

    def write_many(
        self, values: dict[Any, dict[str, Any]]
    ) -> dict[Any, Exception | None]:
        """Update several external records, ``{external id: values}``, with one request.

        Return, for each external id, None or an exception. Batch exports use it if an
        adapter overrides it.
        """
        raise NotImplementedError

    def bulk_operations(self) -> frozenset[str]:
        """Return which of ``create_many`` and ``write_many`` batch exports use."""
        names = ("create_many", "write_many")
        return frozenset(name for name in names if self._is_overridden(name))

    def delete(self, *args, **kwargs):
        """Delete an external record."""
        raise NotImplementedError


def updated_at_by_adapter(importer: Any) -> Any:
    """Return the time of the last change of the external record of an importer.

    None if its adapter does not know it, or if it has none.
    """
    usage = importer._base_backend_adapter_usage
    if importer._backend_adapter is None and not importer.many_components(usage=usage):
        return None
    updated_at_of = getattr(importer.backend_adapter, "updated_at_of", None)
    return updated_at_of and updated_at_of(importer.external_record)
