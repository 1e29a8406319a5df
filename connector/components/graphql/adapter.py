# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Adapter for backends that offer their records by GraphQL.

The author writes the operations as text, and the adapter gives them their variables::

    search_pages   _list_query       $first, $after and the filters, see _paging
    read           _read_query       $id
    read_many      _read_many_query  $ids; or several _read_query in one request
    create         _create_mutation  $input
    write          _update_mutation  $id and $input, or the id in $input
    delete         _delete_mutation  $id, or the id in $input

``http/graphql/client.py`` sends them; ``http/graphql/errors.py`` has the reactions to
errors.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Any

from odoo.tools import split_every

from odoo.addons.component.core import AbstractComponent

from ...exception import (
    IDMissingInBackend,
    PartlyRead,
    PartlyUnreadable,
    RetryableJobError,
    UnreadableAnswer,
)
from ...http.graphql.answer import AnsweredPage, by_ids, identified
from ...http.graphql.document import repeat
from ...http.paging import Answer, Connection, Paging
from ...http.paths import describe_shape, look_up, merge, wrap
from ..external_id import is_external_id
from ..record_page import Page

_logger = logging.getLogger(__name__)


class GraphqlAdapter(AbstractComponent):
    """Adapter of a GraphQL backend; filters are variables of the list query.

    Set the operations and ``_auth``.
    """

    _name = "generic.graphql.adapter"
    _inherit = "generic.graphql.operations"

    _list_query = ""  #: query of a page of records
    _read_query = ""  #: query of one record
    _read_many_query = ""  #: query of several records
    _create_mutation = ""  #: mutation that creates a record
    _update_mutation = ""  #: mutation that writes a record
    _delete_mutation = ""  #: mutation that deletes a record
    _paging: Paging = Connection()  #: how lists are read page by page
    #: dotted path to the list in the data, None for the only field
    _records_path: str | None = None
    #: dotted path to a single record in the data; by default the only field, and the
    #: value with an id in the payload of a mutation
    _record_path: str | None = None
    #: dotted path to the id in an external record
    _id_field = "id"
    #: records that are read in one request by repeating ``_read_query``
    _reads_per_request = 1
    #: number of ids in one request of ``_read_many_query``
    _ids_per_request = 100
    _id_variable = "id"
    _ids_variable = "ids"
    _input_variable = "input"
    _language_hook = "_read_variables"

    def _asks_for_language(self) -> bool:
        own = type(self)._read_variables is not GraphqlAdapter._read_variables
        return super()._asks_for_language() or own

    @property
    def _pages_hold_records(self) -> bool:
        """Return whether the list query reads the fields that a single read does.

        It does by a fragment of both queries, or if there is no query to read records.
        """
        return self._reads_same_fields(self._list_query)

    def _reads_same_fields(self, query: str) -> bool:
        reading = self._read_query or self._read_many_query
        if not (reading and query):
            return not reading
        pages = self._operation(query, "_list_query").definition
        return bool(
            pages.uses & self._operation(reading, "_read_query").definition.uses
        )

    # -- variables --------------------------------------------------------------

    def _list_variables(self, filters: Any) -> dict[str, Any]:
        """Return the variables of the list query; paging adds its own."""
        return dict(filters or {})

    def _read_variables(self, external_id: Any) -> dict[str, Any]:
        """Return the variables of the read query."""
        return {self._id_variable: external_id}

    def _read_many_variables(self, external_ids: list[Any]) -> dict[str, Any]:
        """Return the variables of the query that reads several records."""
        return {self._ids_variable: external_ids}

    def _create_variables(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return the variables of the mutation that creates a record."""
        return {self._input_variable: values}

    def _update_variables(
        self, external_id: Any, values: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the variables of the mutation that updates a record."""
        operation = self._operation(self._update_mutation, "_update_mutation")
        if self._id_variable in operation.variables:
            return {self._id_variable: external_id, self._input_variable: values}
        return {self._input_variable: {self._id_field: external_id, **values}}

    def _delete_variables(self, external_id: Any) -> dict[str, Any]:
        """Return the variables of the mutation that deletes a record."""
        operation = self._operation(self._delete_mutation, "_delete_mutation")
        if self._id_variable in operation.variables:
            return {self._id_variable: external_id}
        return {self._input_variable: {self._id_field: external_id}}

    # -- searching --------------------------------------------------------------

    def _pages(self, filters: Any) -> Iterator[AnsweredPage]:
        """Yield the external records that match, page by page."""
        operation = self._operation(self._list_query, "_list_query")
        variables = self._list_variables(filters)

        def fetch(params: dict[str, Any], url: str | None = None) -> Answer:
            asked = variables
            for path, value in params.items():
                asked = merge(asked, wrap(value, path))
            found, page = self._send(operation, asked).page(self._records_path)
            if page.failures and len(page.failures) == len(page) > 1:
                # an error that all records have is one of the query
                raise page.failures[0]
            return Answer(page, found)

        return self._paging.pages(fetch)

    def search(self, filters: Any = None) -> list[Any]:
        return [
            external_id for page in self.search_pages(filters) for external_id in page
        ]

    def search_pages(self, filters: Any = None) -> Iterator[Page]:
        """Yield the external records, or ids, page by page.

        A record with an error is read alone by its import, which shows the error.
        """
        for page in self._pages(filters):
            records, failed = identified(page, self._id_field)
            if records:
                yield self.make_page(records)
            if failed:
                yield failed

    def search_read(self, filters: Any = None) -> list[dict]:
        found = []
        for page in self._pages(filters):
            records, failed = identified(page, self._id_field)
            found += [*records.values(), *self.read_many(failed).values()]
        return found

    # -- reading ----------------------------------------------------------------

    def read(self, external_id: Any) -> dict[str, Any]:
        # pylint: disable=method-required-super
        if not self._read_query and self._read_many_query:
            record = self._read_by_ids([external_id]).get(external_id)
        else:
            operation = self._operation(self._read_query, "_read_query")
            answer = self._send(operation, self._read_variables(external_id))
            record = answer.value(self._record_path)
        if not record:
            raise IDMissingInBackend(
                f"{self.backend_record.display_name}: {self.model._name} "
                f"{external_id} does not exist."
            )
        return record

    def reads_one_at_a_time(self) -> bool:
        return (
            not self._read_many_query
            and self._reads_per_request == 1
            and type(self).read_many is GraphqlAdapter.read_many
            and not self._is_overridden("find_existing")
        )

    def read_many(
        self, external_ids: Iterable[Any], language: Any = None
    ) -> dict[Any, dict[str, Any]]:
        """Return ``{external id: record}``, read in a language of the backend.

        :raise PartlyUnreadable: some records have an error
        :raise PartlyRead: the backend asks to wait after some of them
        """
        read, size = self._read_by_ids, self._ids_per_request
        if not self._read_many_query:
            read, size = self._read_repeated, self._reads_per_request
        with self._reading_in(language):
            if not self._read_many_query and size == 1:
                return super().read_many(external_ids)
            found, errors = {}, {}
            for ids in split_every(size, external_ids, list):
                try:
                    found.update(read(ids))
                except PartlyUnreadable as error:
                    found.update(error.found)
                    errors.update(error.errors)
                except RetryableJobError as error:
                    if found and error.ignore_retry:
                        raise PartlyRead(found, error) from error
                    raise
        if errors:
            raise PartlyUnreadable(found, errors)
        return found

    def _read_by_ids(self, external_ids: list[Any]) -> dict[Any, Any]:
        """Return ``{external id: record}`` of the ids, read by ``_read_many_query``."""
        operation = self._operation(self._read_many_query, "_read_many_query")
        answer = self._send(operation, self._read_many_variables(external_ids))
        page = answer.whole_page(self._records_path)
        return by_ids(page, external_ids, self._id_field)

    def _read_repeated(self, external_ids: list[Any]) -> dict[Any, Any]:
        """Return ``{external id: record}`` of the ids, by repeating ``_read_query``."""
        one = self._operation(self._read_query, "_read_query")
        try:
            operation = repeat(one, len(external_ids))
        except ValueError as error:
            raise ValueError(
                f"{self._name}: _reads_per_request = {self._reads_per_request}: {error}"
            ) from error
        (name,) = one.variables
        variables = {
            f"{name}_{index}": self._read_variables(external_id)[name]
            for index, external_id in enumerate(external_ids)
        }
        answer = self._send(operation, variables)
        places = [(f"r{index}",) for index in range(len(external_ids))]
        inner = (self._record_path or "").partition(".")[2]
        records = [look_up(answer.data.get(place), inner) for (place,) in places]
        page = answer.split(places, records)
        return by_ids(page, external_ids, self._id_field, in_order=True)

    # -- writing ----------------------------------------------------------------

    # pylint: disable=method-required-super
    def create(self, values: dict[str, Any]) -> Any:
        """Create an external record and return its external id."""
        variables, headers = self._create_variables(values), self.idempotency_headers()
        record = self._mutate("_create_mutation", variables, headers=headers)
        external_id = look_up(record, self._id_field)
        if is_external_id(external_id):
            return external_id
        raise UnreadableAnswer(
            f"{self.backend_record.display_name}: the record was created, but the "
            f"answer has no {self._id_field}; the record is {describe_shape(record)}. "
            f"Add it to _create_mutation of {self._name}, or set _record_path."
        )

    def write(self, external_id: Any, values: dict[str, Any]) -> None:
        self._mutate("_update_mutation", self._update_variables(external_id, values))

    def delete(self, external_id: Any) -> None:
        self._mutate("_delete_mutation", self._delete_variables(external_id))

    def _mutate(self, attribute: str, variables: dict[str, Any], **options: Any) -> Any:
        """Send a mutation and return the record in its answer, None if it has none.

        :raise InvalidDataError: the backend refuses the values
        """
        operation = self._operation(getattr(self, attribute), attribute)
        answer = self._send(operation, variables, **options)
        record = answer.mutated(self._record_path, self._id_field, self._refusals)
        if answer.errors:
            # raised, they would repeat a mutation that has had its effect
            _logger.warning(
                "%s succeeded in %s, but a part of its answer has an error: %s",
                operation.label,
                self.backend_record.display_name,
                answer.describe_errors(),
            )
        return record
