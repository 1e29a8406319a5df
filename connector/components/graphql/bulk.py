# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Adapter of a GraphQL backend that searches by bulk operations.

A search for all records starts an operation in the backend, and its job is postponed
until the result is ready: no worker waits. The result is a file of records, which come
out in pages as those of any other search::

    search_pages ─► start ─► id is committed ─► RetryableJobError
    search_pages ─► poll: running ────────────► RetryableJobError
    search_pages ─► poll: completed ─► download to a temporary file ─► pages

The state is in ``connector.bulk.operation``. A search for changes is read by pages, as
it finds few records. The author may set other operations than those of Shopify.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from odoo import fields
from odoo.tools import split_every

from odoo.addons.component.core import AbstractComponent

from ...exception import InvalidDataError, NetworkRetryableError, RetryableJobError
from ...http.download import download_to
from ...http.errors import RestRefusal
from ...http.graphql.bulk import read_bulk_records
from ...http.paths import look_up
from ..record_page import Page, RecordPage

#: largest result, and seconds of its download
MAX_BYTES = 20 * 1024**3
MAX_SECONDS = 600
_RUNNING = ("CREATED", "RUNNING", "CANCELING")
#: the refusal to start, as older versions of Shopify word it
_IN_PROGRESS = "already in progress"


class GraphqlBulkAdapter(AbstractComponent):
    """Adapter whose searches for all records are bulk operations.

    Set ``_bulk_query`` and, if records have children, ``_bulk_children``.
    """

    _name = "generic.graphql.bulk.adapter"
    _inherit = "generic.graphql.adapter"

    #: the query of all records, without variables; empty searches by pages
    _bulk_query = ""
    #: ``{type of a child: dotted path to the list in its parent}``; the path is that
    #: of the list query, as in {"ProductVariant": "variants.nodes"}
    _bulk_children: Mapping[str, str] = {}
    #: records of one page
    _bulk_page_size = 200
    #: hours after which an operation that still runs is an error
    _bulk_hours = 24
    #: mutation that starts an operation
    _bulk_start_mutation = """
        mutation BulkStart($query: String!) {
          bulkOperationRunQuery(query: $query) {
            bulkOperation { id }
            userErrors { field message code }
          }
        }"""
    #: query of the state of an operation
    _bulk_poll_query = """
        query BulkStatus($id: ID!) {
          node(id: $id) {
            ... on BulkOperation {
              id status errorCode objectCount url partialDataUrl
            }
          }
        }"""
    #: local time (UTC) of the state that the last search found, None for the present
    search_began_at: datetime | None = None

    @property
    def _pages_hold_records(self) -> bool:
        return self._reads_same_fields(self._bulk_query or self._list_query)

    def _uses_bulk(self, filters: Any) -> bool:
        """Return whether a search is a bulk operation: one without filters."""
        return bool(self._bulk_query) and not filters

    def _bulk_text(self, filters: Any) -> str:
        """Return the query that the backend runs."""
        return self._operation(self._bulk_query, "_bulk_query").text

    def search_pages(self, filters: Any = None) -> Iterator[Page]:
        """Yield the external records, page by page.

        :raise RetryableJobError: the backend has not found all of them yet
        """
        self.search_began_at = None
        if not self._uses_bulk(filters):
            yield from super().search_pages(filters)
            return
        known = self.env["connector.bulk.operation"]._find(
            self.backend_record, self.model._name
        )
        if not known:
            raise self._still_running(self._start_bulk(filters), timedelta())
        operation = self._poll_bulk(known)
        self.search_began_at = known.started_at
        yield from self._bulk_pages(operation)
        known._end()

    def _start_bulk(self, filters: Any) -> str:
        """Start an operation, and commit its id.

        :raise RetryableJobError: the backend runs another one
        """
        started_at = fields.Datetime.now()
        text, variables = "_bulk_start_mutation", {"query": self._bulk_text(filters)}
        try:
            record = self._mutate(text, variables)
        except InvalidDataError as error:
            if _IN_PROGRESS not in str(error):
                raise
            raise RetryableJobError(str(error), seconds=60, ignore_retry=True) from None
        except RetryableJobError as error:
            error.ignore_retry = error.ignore_retry or "IN_PROGRESS" in str(error)
            raise
        operation_id = look_up(record, "id")
        if not operation_id:
            raise InvalidDataError(
                f"{self.backend_record.display_name}: the bulk operation was started, "
                "but the answer has no id. Correct _bulk_start_mutation of "
                f"{self._name}."
            )
        self.env["connector.bulk.operation"]._keep(
            self.backend_record, self.model._name, str(operation_id), started_at
        )
        return str(operation_id)

    def _poll_bulk(self, known: Any) -> dict[str, Any]:
        """Return the completed operation.

        :raise RetryableJobError: it is running, or another one must be started
        :raise RestRefusal: it failed
        """
        query = self._operation(self._bulk_poll_query, "_bulk_poll_query")
        answer = self._send(query, {"id": known.external_id})
        operation = answer.value() or {}
        status = operation.get("status")
        if status == "COMPLETED":
            return operation
        age = fields.Datetime.now() - known.started_at
        if status in _RUNNING and age < timedelta(hours=self._bulk_hours):
            count = operation.get("objectCount") or 0
            raise self._still_running(known.external_id, age, count)
        described = (
            f"{self.backend_record.display_name}: the bulk operation "
            f"{known.external_id} of {self.model._name}"
        )
        known._forget()
        if not operation or status == "EXPIRED":
            raise RetryableJobError(f"{described} has expired; a new one is started.")
        reason = operation.get("errorCode") or ""
        if status in _RUNNING:
            reason = f"after {self._bulk_hours} hours"
        partial = ""
        if operation.get("partialDataUrl"):
            partial = " Its partial result is not imported."
        raise RestRefusal(
            f"{described} is {status} {reason}.{partial} Run the job again to start a "
            "new one."
        )

    def _still_running(
        self, operation_id: str, age: timedelta, count: Any = 0
    ) -> RetryableJobError:
        """Return the error that postpones the job: the longer, the older it is."""
        return RetryableJobError(
            f"{self.backend_record.display_name} runs the bulk operation "
            f"{operation_id} of {self.model._name}: {count} objects so far.",
            seconds=min(max(10, round(age.total_seconds() / 10)), 300),
            ignore_retry=True,
        )

    def _bulk_pages(self, operation: dict[str, Any]) -> Iterator[Page]:
        """Yield the records of a completed operation, page by page."""
        url, count = operation.get("url"), operation.get("objectCount")
        count = int(count) if str(count or "").isdigit() else None
        if not url:
            if count:
                raise RetryableJobError(f"{operation['id']} has no result yet.")
            return
        with tempfile.TemporaryFile() as lines:
            self._download_result(url, lines.write)
            lines.seek(0)
            records = read_bulk_records(
                lines, self._bulk_children, count, self._id_field
            )
            for chunk in split_every(self._bulk_page_size, records, list):
                page = self.make_page(
                    {look_up(record, self._id_field): record for record in chunk}
                )
                if isinstance(page, RecordPage):
                    page.read_at = self.search_began_at
                yield page

    def _download_result(self, url: str, write: Any) -> None:
        """Download the result; other servers get no credentials.

        :raise NetworkRetryableError: it failed; the next try asks for the address again
        """
        try:
            download_to(
                write,
                self.session,
                url,
                MAX_BYTES,
                max_seconds=MAX_SECONDS,
                is_given_by_backend=True,
            )
        except InvalidDataError as error:
            # the query string of the address is its signature
            reason = str(error).replace(url, url.partition("?")[0])
        else:
            return
        raise NetworkRetryableError(
            f"{self.backend_record.display_name}: the result of a bulk operation was "
            f"not downloaded: {reason}"
        )
