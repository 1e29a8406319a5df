# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The methods that every model has, for clients and transports alike."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from .errors import OdooValidationError
from .operation import Bound, Mode, Operation, operation
from .values import Domain, Record, Records
from .wire import Call

Values = Mapping[str, Any]


class Crud(Bound[Mode]):
    """Search, read, create, write and unlink records of any model."""

    @abstractmethod
    def call_steps(self, call: Call) -> Operation[Any]:
        """Carry out the call."""

    def received_steps(self, model: str, records: Records) -> Operation[Records]:
        """Return records as they are handed to the caller."""
        yield from ()
        return records

    @operation
    def search(
        self,
        model: str,
        domain: Domain | None = None,
        limit: int | None = None,
        offset: int = 0,
        order: str | None = None,
        context: Values | None = None,
    ) -> Operation[list[int]]:
        """Return the ids of the records that match."""
        kwargs = _given(
            limit=limit, offset=offset or None, order=order, context=context
        )
        call = Call(model, "search", [_domain(domain)], kwargs)
        ids: list[int] = yield from self.call_steps(call)
        return ids

    @operation
    def read(
        self,
        model: str,
        ids: int | Sequence[int],
        fields: Sequence[str] | None = None,
        context: Values | None = None,
    ) -> Operation[Records]:
        """Return the records with these ids; those that are gone are left out."""
        kwargs = _given(fields=_fields(fields), context=context)
        records = yield from self.call_steps(Call(model, "read", [_ids(ids)], kwargs))
        return (yield from self.received_steps(model, records))

    @operation
    def search_read(
        self,
        model: str,
        domain: Domain | None = None,
        fields: Sequence[str] | None = None,
        limit: int | None = None,
        offset: int = 0,
        order: str | None = None,
        context: Values | None = None,
    ) -> Operation[Records]:
        """Return the records that match."""
        kwargs = _given(
            fields=_fields(fields),
            limit=limit,
            offset=offset or None,
            order=order,
            context=context,
        )
        call = Call(model, "search_read", [_domain(domain)], kwargs)
        records = yield from self.call_steps(call)
        return (yield from self.received_steps(model, records))

    @operation
    def create(
        self,
        model: str,
        values: Values | Sequence[Values],
        context: Values | None = None,
        *,
        idempotent: bool = False,
    ) -> Operation[Any]:
        """Create one record from a dict, or several from a list of dicts.

        Return the id, or the list of ids. ``idempotent`` allows to send the call
        again when its answer was lost.
        """
        vals_list = values if isinstance(values, Mapping) else list(values)
        call = Call(model, "create", [vals_list], _given(context=context), idempotent)
        return (yield from self.call_steps(call))

    @operation
    def load(
        self,
        model: str,
        fields: Sequence[str],
        rows: Sequence[Sequence[str]],
        context: Values | None = None,
    ) -> Operation[list[int]]:
        """Create or update records as Odoo's import does; all or none.

        Return their ids. With the field ``id``, an external id, each row is sent
        again when its answer was lost: it updates what it created.

        :raises OdooValidationError: Odoo refuses a row
        """
        args = [list(fields), [list(row) for row in rows]]
        call = Call(model, "load", args, _given(context=context), "id" in fields)
        outcome = yield from self.call_steps(call)
        if not outcome["ids"]:
            messages = [message["message"] for message in outcome["messages"]]
            raise OdooValidationError("\n".join(messages), model=model, method="load")
        return list(outcome["ids"])

    @operation
    def write(
        self,
        model: str,
        ids: int | Sequence[int],
        values: Values,
        context: Values | None = None,
        *,
        idempotent: bool = False,
    ) -> Operation[bool]:
        """Change the records; all or none."""
        args = [_ids(ids), values]
        call = Call(model, "write", args, _given(context=context), idempotent)
        return bool((yield from self.call_steps(call)))

    @operation
    def unlink(
        self,
        model: str,
        ids: int | Sequence[int],
        context: Values | None = None,
        *,
        idempotent: bool = False,
    ) -> Operation[bool]:
        """Delete the records; all or none."""
        call = Call(model, "unlink", [_ids(ids)], _given(context=context), idempotent)
        return bool((yield from self.call_steps(call)))

    @operation
    def fields_get(
        self,
        model: str,
        fields: Sequence[str] | None = None,
        attributes: Sequence[str] | None = None,
    ) -> Operation[dict[str, Record]]:
        """Return the definitions of the fields, or of all fields."""
        kwargs = _given(attributes=_fields(attributes))
        call = Call(model, "fields_get", [list(fields or [])], kwargs)
        definitions: dict[str, Record] = yield from self.call_steps(call)
        return definitions

    @operation
    def name_search(
        self,
        model: str,
        name: str = "",
        domain: Domain | None = None,
        limit: int = 7,
    ) -> Operation[list[tuple[int, str]]]:
        """Return ids and display names of records whose name matches."""
        args = [name, _domain(domain), "ilike", limit]
        pairs = yield from self.call_steps(Call(model, "name_search", args))
        return [(record_id, label) for record_id, label in pairs]


def _given(**arguments: Any) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}


def _domain(domain: Domain | None) -> list[Any]:
    return list(domain or [])


def _fields(fields: Sequence[str] | None) -> list[str] | None:
    return None if fields is None else list(fields)


def _ids(ids: int | Sequence[int]) -> list[int]:
    return [ids] if isinstance(ids, int) else list(ids)
