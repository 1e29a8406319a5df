# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Take records out of a GraphQL answer, of which a part may have errors.

An error whose path leads to a record is the failure of that record; the others are
usable. A record that has a failure but no id raises it: it would be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ...exception import (
    CredentialsRefused,
    IDMissingInBackend,
    InvalidDataError,
    PartlyUnreadable,
    UnreadableAnswer,
)
from ..paths import describe_shape, look_up
from .document import Operation
from .errors import GraphqlError, split_errors

#: keys below which a list has its records, and the record in each element
_LISTS = (("nodes", None), ("edges", "node"), ("items", None))


class AnsweredPage(list):
    """Records of one page, some of which cannot be used.

    :param records: the records, None where the backend has none at that place
    :param failures: ``{index of the record: its error}``
    """

    def __init__(self, records: Iterable[Any], failures: Mapping[int, Exception]):
        super().__init__(records)
        self.failures = dict(failures)


class GraphqlAnswer:
    """Data of an answer, and the errors of parts of it."""

    def __init__(
        self,
        operation: Operation,
        data: Mapping[str, Any],
        errors: list[GraphqlError],
        failure: Callable[..., Exception],
    ) -> None:
        self.operation = operation
        self.data = data
        self.errors = errors
        self._failure = failure

    def keys(self, path: str | None) -> tuple[str, ...]:
        """Return a dotted path as keys; that of the only field by default.

        The default is also that of an operation without the first field of the path:
        an adapter has one path for several operations.
        """
        keys = tuple(path.split(".")) if path else ()
        if keys and keys[0] in self.data:
            return keys
        if len(self.data) != 1:
            raise InvalidDataError(
                f"{self.operation.label} has several fields: {', '.join(self.data)}. "
                "Set _records_path or _record_path."
            )
        return tuple(self.data)

    def raise_errors(self) -> None:
        """Raise the errors, if there are any: no part of the answer is usable."""
        if self.errors:
            raise self._failure(self.errors)

    def value(self, path: str | None = None) -> Any:
        """Return the value at a path, and raise the errors of the answer."""
        self.raise_errors()
        return look_up(self.data, ".".join(self.keys(path)))

    def describe_errors(self) -> str:
        """Return the errors as text, for a log line."""
        return str(self._failure(self.errors))

    def mutated(
        self,
        path: str | None,
        id_path: str,
        read_refusals: Callable[[Any], list[GraphqlError]],
    ) -> Any:
        """Return the record in the answer to a mutation, None if it is not clear.

        Errors below the payload stay in the answer: the mutation has had its effect.

        :raise Exception: it was not executed, or the backend refuses the values
        """
        payloads = list(self.data.values())
        if None in payloads or any(map(_prevents_effect, self.errors)):
            self.raise_errors()
        if None in payloads or {} in payloads:
            raise UnreadableAnswer(
                f"{self.operation.label}: the backend answers null or an empty result "
                "without an error. If the result may be an error, ask for it, as in "
                "... on ErrorResult { errorCode message }."
            )
        refusals = [error for each in payloads for error in read_refusals(each)]
        if refusals:
            raise self._failure(refusals, InvalidDataError)
        if path and path.partition(".")[0] in self.data:
            return look_up(self.data, path)
        return _find_identified(payloads[0], id_path) if len(payloads) == 1 else None

    def find_list(self, path: str | None) -> tuple[Any, list[tuple], list[Any]]:
        """Return a list or connection, and the path of each record and the record."""
        keys = self.keys(path)
        found = look_up(self.data, ".".join(keys))
        if isinstance(found, list):
            return found, [(*keys, index) for index in range(len(found))], found
        for name, inner in _LISTS if isinstance(found, Mapping) else ():
            records = found.get(name)
            if isinstance(records, list):
                places = [(*keys, name, index) for index in range(len(records))]
                if inner:
                    records = [look_up(record, inner) for record in records]
                return found, places, records
        self.raise_errors()
        raise InvalidDataError(
            f"{self.operation.label}: expected a list, or nodes, edges or items, at "
            f"{'.'.join(keys)} of the answer, found {describe_shape(found)}."
        )

    def page(self, path: str | None) -> tuple[Any, AnsweredPage]:
        """Return a list or connection, and its records with their failures."""
        found, places, records = self.find_list(path)
        return found, self.split(places, records)

    def whole_page(self, path: str | None) -> AnsweredPage:
        """Return the records of a list, which must not have further pages.

        :raise InvalidDataError: others would be taken for deleted records
        """
        found, page = self.page(path)
        total = look_up(found, "totalItems")
        is_cut = look_up(found, "pageInfo.hasNextPage") is True
        if is_cut or (type(total) is int and total > len(page)):
            raise InvalidDataError(
                f"{self.operation.label}: the answer has {len(page)} of the records "
                "that were asked for. Ask for fewer ids: set _ids_per_request."
            )
        return page

    def split(self, places: list[tuple], records: Iterable[Any]) -> AnsweredPage:
        """Return the records at some places of the answer, with their failures.

        :raise Exception: an error is not that of a single record
        """
        of_request, of_records = split_errors(self.errors, places)
        if of_request:
            raise self._failure(of_request)
        failures = {index: self._failure(each) for index, each in of_records.items()}
        for failure in failures.values():
            if isinstance(failure, CredentialsRefused):
                raise failure
        return AnsweredPage(records, failures)


def _prevents_effect(error: GraphqlError) -> bool:
    """Return whether an error of a mutation says that it was not executed.

    An error in the list of refusals hides them.
    """
    return len(error.path) < 2 or str(error.path[1]).lower().endswith("errors")


def _find_identified(payload: Any, id_path: str) -> Any:
    """Return the record in the payload of a mutation, None if it is not clear.

    The payload itself, or the only value in it that has an id.
    """
    if not isinstance(payload, Mapping) or look_up(payload, id_path) is not None:
        return payload
    values = [each for each in payload.values() if look_up(each, id_path) is not None]
    return values[0] if len(values) == 1 else None


def identified(page: AnsweredPage, id_path: str) -> tuple[dict[Any, Any], list[Any]]:
    """Return ``{external id: record}`` of a page, and the ids of failed records.

    :raise InvalidDataError: a record has no id
    :raise Exception: the failure of a record without an id
    """
    records, failed = {}, []
    for index, record in enumerate(page):
        failure = page.failures.get(index)
        if record is None and failure is None:
            continue
        external_id = look_up(record, id_path)
        if external_id is None or external_id == "":
            raise failure or InvalidDataError(
                f"a record has no {id_path}, it is {describe_shape(record)}. Add it "
                "to the query, or set _id_field."
            )
        if failure is None:
            records[external_id] = record
        else:
            failed.append(external_id)
    return records, failed


def by_ids(
    page: AnsweredPage,
    external_ids: Sequence[Any],
    id_path: str,
    in_order: bool = False,
) -> dict[Any, Any]:
    """Return ``{external id: record}`` of those that exist.

    A null record is that of the id at the same place.

    :param in_order: whether each record is that of the id at the same place
    :raise PartlyUnreadable: some of them have a failure
    :raise Exception: the failure of all of them, or of an unknown record
    """
    wanted = {str(external_id): external_id for external_id in external_ids}
    has_places = len(page) == len(external_ids)
    found, errors = {}, {}
    for index, record in enumerate(page):
        failure = page.failures.get(index)
        key = wanted.get(str(look_up(record, id_path)))
        if in_order or (key is None and has_places and failure is not None):
            key = external_ids[index]
        if failure is None:
            if key is not None and record:
                found[key] = record
        elif key is None:
            raise failure
        elif not isinstance(failure, IDMissingInBackend):
            errors[key] = failure
    if errors and len(errors) == len(external_ids):
        raise next(iter(errors.values()))
    if errors:
        raise PartlyUnreadable(found, errors)
    return found
