# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Adapter for backends that offer their records as JSON over HTTP.

The adapter knows the addresses and the form of the records. ``http_adapter.py`` has the
session and its credentials, ``http/`` the errors and paging strategies.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urljoin

from odoo.tools import split_every

from odoo.addons.component.core import AbstractComponent

from ..exception import IDMissingInBackend, InvalidDataError, UnreadableAnswer
from ..http.bulk import BulkEndpoint
from ..http.paging import Answer, PageNumber, Paging
from ..http.paths import (
    describe_shape,
    find_records,
    id_in_address,
    leads_to_null,
    look_up,
    record_path,
)
from ..timestamps import precise_now
from .external_id import can_be_external_id, is_external_id
from .record_page import Page


class RestAdapter(AbstractComponent):
    """Adapter of a REST backend; filters are parameters of the query string.

    Set ``_endpoint``, ``_paging`` and ``_auth``.
    """

    _name = "generic.rest.adapter"
    _inherit = "generic.http.adapter"

    #: path of the records below the address of the backend: ``/orders``
    _endpoint = ""
    #: whether addresses end with a slash: ``/orders/`` and ``/orders/42/``
    _trailing_slash = False
    #: field of an external record that contains its id
    _id_field = "id"
    #: whether that field contains the address of the record, which ends with the id
    _id_is_address = False
    #: dotted path to the records in the answer to a search, None for the answer itself
    _records_path: str | None = None
    #: dotted path to the record in the answer to a read or create
    _record_path: str | None = None
    #: parameter for several ids, separated by commas; None reads one at a time
    _ids_param: str | None = None
    _ids_per_request = 100  #: ids in one request with ``_ids_param``
    _update_method = "PATCH"  #: HTTP method of ``write``
    _paging: Paging = PageNumber()  #: how lists are read page by page
    #: endpoint that creates or updates several records with one request
    _bulk: BulkEndpoint | None = None

    def _external_id(self, record: dict[str, Any]) -> Any:
        """Return the id of an external record."""
        try:
            value = record[self._id_field]
        except (KeyError, TypeError) as error:
            raise InvalidDataError(
                f"{self._name}: a record of {self._path()} has no field "
                f"{self._id_field!r}, it is {describe_shape(record)}. Set _id_field."
            ) from error
        if not self._id_is_address:
            return value
        external_id = id_in_address(value) if isinstance(value, str) else ""
        if not external_id:
            raise InvalidDataError(
                f"{self._name}: the field {self._id_field!r} of a record of "
                f"{self._path()} must be an address that ends with the id, found "
                f"{value!r}. Set _id_is_address = False if it is the id itself."
            )
        return external_id

    def _listed_id(self, record: dict[str, Any]) -> Any:
        """Return the id of a record of a page.

        :raise InvalidDataError: it is null, empty, true, or not a single value
        """
        external_id = self._external_id(record)
        if can_be_external_id(external_id) and is_external_id(external_id):
            return external_id
        raise InvalidDataError(
            f"{self._name}: the field {self._id_field!r} of a record of {self._path()} "
            f"must be an id, found {reprlib.repr(external_id)}; the record is "
            f"{describe_shape(record)}. Correct it in the backend, or set _id_field."
        )

    def _asks_for_language(self) -> bool:
        return super()._asks_for_language() or type(self)._path is not RestAdapter._path

    def _path(self, external_id: Any = None) -> str:
        """Return the path of all records, or of one."""
        if not self._endpoint:
            raise ValueError(
                f"{self._name} does not say where the records of {self.model._name} "
                'are: set _endpoint, as in _endpoint = "/orders".'
            )
        if external_id is None and not self._trailing_slash:
            return self._endpoint
        return record_path(self._endpoint, external_id, self._trailing_slash)

    def _pages(self, params: dict[str, Any] | None) -> Iterator[list[dict[str, Any]]]:
        """Yield the external records that match, page by page."""
        # once: the fields of the backend may have to be read again for each page
        session, first = self.session, self._path()

        def fetch(page_params: dict[str, Any], url: str | None = None) -> Answer:
            # the address of a next page contains the parameters already
            asked = page_params if url else {**(params or {}), **page_params}
            path = urljoin(f"{session.base_url}/", url) if url else first
            response = session.call(
                "GET", path, **self._localized(path, {"params": asked})
            )
            body = session.decode(response)
            links = {name: link["url"] for name, link in response.links.items()}
            return Answer(self._found_records(body), body, links)

        return self._paging.pages(fetch)

    def _found_records(self, body: Any) -> list[dict[str, Any]]:
        """Return the records in the answer to a search."""
        try:
            return find_records(body, self._records_path)
        except InvalidDataError as error:
            raise InvalidDataError(
                f"{self._name}: {self._path()}: {error} Set _records_path."
            ) from None

    def search(self, filters: dict[str, Any] | None = None) -> list[Any]:
        return [
            external_id for page in self.search_pages(filters) for external_id in page
        ]

    def search_pages(self, filters: dict[str, Any] | None = None) -> Iterator[Page]:
        """Yield the external ids, page by page.

        With their times of change by ``_updated_at_path``, and with the records by
        ``_pages_hold_records``.
        """
        asked_at = precise_now()
        for records in self._pages(filters):
            found = {self._listed_id(record): record for record in records}
            yield self.make_page(found, asked_at)
            asked_at = precise_now()

    def search_read(self, filters: dict[str, Any] | None = None) -> list[dict]:
        return [record for records in self._pages(filters) for record in records]

    def read(self, external_id: Any, **params: Any) -> dict[str, Any]:
        # pylint: disable=method-required-super
        body = self.call("GET", self._path(external_id), params=params)
        record = look_up(body, self._record_path)
        if record is None and body and not leads_to_null(body, self._record_path):
            raise InvalidDataError(
                f"{self._name}: expected a record at {self._record_path} of the answer "
                f"of {self._path(external_id)}. Set _record_path; the answer is "
                f"{describe_shape(body)}."
            )
        if not record:
            raise IDMissingInBackend(
                f"{self.backend_record.display_name}: {self._path(external_id)} has no "
                f"record at {self._record_path or 'the top'} of the answer."
            )
        return record

    def reads_one_at_a_time(self) -> bool:
        if type(self).read_many is not RestAdapter.read_many:
            return False
        return self._ids_param is None and not self._is_overridden("find_existing")

    def read_many(
        self, external_ids: Iterable[Any], language: Any = None
    ) -> dict[Any, dict[str, Any]]:
        """Return ``{external id: record}``, read in a language of the backend."""
        with self._reading_in(language):
            if self._ids_param is None:
                return super().read_many(external_ids)
            wanted = {str(external_id): external_id for external_id in external_ids}
            # a comma separates the ids of one request
            alone = [wanted.pop(text) for text in list(wanted) if "," in text]
            found = super().read_many(alone) if alone else {}
            return {**found, **self._read_by_ids(wanted)}

    def _read_by_ids(self, wanted: dict[str, Any]) -> dict[Any, dict[str, Any]]:
        """Return ``{external id: record}`` of the ids in ``{text: external id}``."""
        found = {}
        for texts in split_every(self._ids_per_request, wanted):
            for records in self._pages({self._ids_param: ",".join(texts)}):
                for record in records:
                    external_id = wanted.get(str(self._external_id(record)))
                    if external_id is not None:
                        found[external_id] = record
        return found

    # pylint: disable=method-required-super
    def create(self, values: dict[str, Any]) -> Any:
        """Create an external record and return its external id.

        Taken from the record in the answer, or from the header ``Location``.
        """
        headers = self.idempotency_headers()
        response = self.session.call("POST", self._path(), json=values, headers=headers)
        record = look_up(self.session.decode(response), self._record_path)
        external_id = None
        if isinstance(record, dict) and record:
            with suppress(InvalidDataError, LookupError, TypeError, AttributeError):
                external_id = self._external_id(record)
        if not is_external_id(external_id):
            external_id = id_in_address(response.headers.get("Location", ""))
        if is_external_id(external_id):
            return external_id
        raise UnreadableAnswer(
            f"{self.backend_record.display_name}: POST {self._path()} succeeded, but "
            f"its answer has neither a field {self._id_field!r} nor a header Location. "
            "Set _record_path and _id_field."
        )

    def write(self, external_id: Any, values: dict[str, Any]) -> None:
        self.call(self._update_method, self._path(external_id), json=values)

    def bulk_operations(self) -> frozenset[str]:
        own = {
            "create_many": self._bulk and self._bulk.create is not None,
            "write_many": self._bulk and self._bulk.update is not None,
        }
        return frozenset(
            name
            for name, is_declared in own.items()
            if is_declared
            or getattr(type(self), name) is not getattr(RestAdapter, name)
        )

    def create_many(self, values: list[dict[str, Any]]) -> list[Any]:
        """Create external records by ``_bulk``; return external ids or errors."""
        bulk = self._bulk
        items = self._call_bulk(bulk.create, values)
        items = bulk.in_order(values, items, self._idempotency_field)
        answers = []
        for item in items:
            error = bulk.error_of(item, self.session.redact)
            answers.append(error or self._external_id_in(item))
        return answers

    def write_many(
        self, values: dict[Any, dict[str, Any]]
    ) -> dict[Any, Exception | None]:
        """Update external records by ``_bulk``; return an error or None for each."""
        bulk, sent = self._bulk, list(values)
        records = [{**values[key], self._id_field: key} for key in sent]
        items = self._call_bulk(bulk.update, records)
        answers = {}
        for position, item in enumerate(items):
            found = look_up(item, self._id_field)
            if found in (None, "", 0) and len(items) == len(sent):
                found = sent[position]
            answers[found] = bulk.error_of(item, self.session.redact)
        return answers

    def _call_bulk(self, path: str | None, records: list[Any]) -> list[Any]:
        """Return the items in the answer of ``_bulk``."""
        bulk, body = self._bulk, self._bulk.request(path, records)
        headers = self.idempotency_headers()
        answer = self.call(bulk.method, bulk.path, json=body, headers=headers)
        return bulk.items(path, answer)

    def _external_id_in(self, item: Any) -> Any:
        try:
            return self._external_id(item)
        except InvalidDataError as error:
            raise UnreadableAnswer(str(error)) from error

    def delete(self, external_id: Any) -> None:
        self.call("DELETE", self._path(external_id))
