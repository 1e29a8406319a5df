# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Endpoints that create or update several records with one request.

::

    POST /products/batch   {"create": [{…}, {…}]}
                           {"create": [{"id": 7, …}, {"id": 0, "error": {…}}]}

Each item of the answer is a record or an error. Items are in the order of the request,
unless they repeat a field by which they are matched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..exception import InvalidDataError, UnreadableAnswer
from .paths import describe_shape, look_up, wrap


class BulkEndpoint(NamedTuple):
    """Endpoint that creates or updates several records with one request."""

    #: path below the address of the backend
    path: str
    #: dotted path to new records in the request and the answer, ``""`` for the whole
    #: body; None if the endpoint does not create records
    create: str | None = "create"
    #: the same for changed records
    update: str | None = "update"
    #: dotted path to the records in the answer, if it is another one
    answer: str | None = None
    #: dotted path to the error in an item of the answer
    error: str = "error"
    #: field that the answer repeats, if its items may be in another order
    match: str | None = None
    method: str = "POST"

    def request(self, path: str | None, records: list[Any]) -> Any:
        """Return the body of a request."""
        return wrap(records, path)

    def items(self, path: str | None, body: Any) -> list[Any]:
        """Return the items of an answer.

        :raise UnreadableAnswer: there is no list
        """
        path = path if self.answer is None else self.answer
        items = look_up(body, path)
        if not isinstance(items, list):
            raise UnreadableAnswer(
                f"Expected a list at {path or 'the top'} of the answer of {self.path}; "
                f"the answer is {describe_shape(body)}. Set create, update or answer "
                "of _bulk."
            )
        return items

    def error_of(self, item: Any, redact: Callable[[str], str]) -> Exception | None:
        """Return the error of an item, None for a record."""
        found = look_up(item, self.error)
        if not found:
            return None
        message = found.get("message") if isinstance(found, Mapping) else None
        return InvalidDataError(f"{self.path}: {redact(str(message or found))}")

    def in_order(
        self,
        sent: list[Mapping[str, Any]],
        items: list[Any],
        repeated_field: str | None,
    ) -> list[Any]:
        """Return the items in the order of the sent values.

        An item without the field by which they are matched is an error of one of the
        remaining records; each of these gets it.

        :param repeated_field: the field to match by if ``match`` is not set and all
            items have this field
        :raise UnreadableAnswer: an item cannot be matched
        """
        if len(items) != len(sent):
            raise UnreadableAnswer(
                f"{self.path} was sent {len(sent)} records and has answered "
                f"{len(items)}."
            )
        field = self.match
        if field is None:
            keys = [look_up(item, repeated_field) for item in items]
            if not repeated_field or not all(keys):
                return items
            field = repeated_field
        keyed = [(look_up(item, field), item) for item in items]
        by_key = {str(key): item for key, item in keyed if key is not None}
        others = [item for key, item in keyed if key is None]
        wanted = [str(look_up(values, field)) for values in sent]
        is_matched = by_key.keys() <= set(wanted) and len(set(wanted)) == len(sent)
        are_errors = all(look_up(item, self.error) for item in others)
        if not (is_matched and are_errors and len(by_key) + len(others) == len(sent)):
            raise UnreadableAnswer(
                f"{self.path} was sent records with {field} {', '.join(wanted[:5])}, "
                f"and has answered {', '.join(list(by_key)[:5])}."
            )
        return [by_key.get(key) or others[0] for key in wanted]
