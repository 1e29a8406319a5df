# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The methods that every model has, for clients and transports alike.

``AsyncRecords`` is where they are written; ``SyncRecords`` has the same ones, each run
to its end. They ask their object for two things: ``_call``, and ``_received``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from ._runners.sync import blocking
from .errors import OdooValidationError
from .values import Domain, Record, Records
from .wire import Call

Values = Mapping[str, Any]


class Calls:
    """What carries out calls: a client, or a transport."""

    async def _call(self, call: Call) -> Any:
        """Return the result of a call."""
        raise NotImplementedError

    async def _received(self, model: str, records: Records) -> Records:
        """Return records as they are handed to the caller."""
        return records


class AsyncRecords(Calls):
    """Search, read, create, write and unlink records of any model."""

    async def search(
        self,
        model: str,
        domain: Domain | None = None,
        limit: int | None = None,
        offset: int = 0,
        order: str | None = None,
        context: Values | None = None,
    ) -> list[int]:
        """Return the ids of the records that match."""
        kwargs = _given(
            limit=limit, offset=offset or None, order=order, context=context
        )
        call = Call(model, "search", [_domain(domain)], kwargs)
        ids: list[int] = await self._call(call)
        return ids

    async def read(
        self,
        model: str,
        ids: int | Sequence[int],
        fields: Sequence[str] | None = None,
        context: Values | None = None,
    ) -> Records:
        """Return the records with these ids; those that are gone are left out."""
        kwargs = _given(fields=_fields(fields), context=context)
        records = await self._call(Call(model, "read", [_ids(ids)], kwargs))
        return await self._received(model, records)

    async def search_read(
        self,
        model: str,
        domain: Domain | None = None,
        fields: Sequence[str] | None = None,
        limit: int | None = None,
        offset: int = 0,
        order: str | None = None,
        context: Values | None = None,
    ) -> Records:
        """Return the records that match."""
        kwargs = _given(
            fields=_fields(fields),
            limit=limit,
            offset=offset or None,
            order=order,
            context=context,
        )
        call = Call(model, "search_read", [_domain(domain)], kwargs)
        records = await self._call(call)
        return await self._received(model, records)

    @overload
    async def create(
        self,
        model: str,
        values: Values,
        context: Values | None = None,
        *,
        idempotent: bool = False,
    ) -> int: ...

    @overload
    async def create(
        self,
        model: str,
        values: Sequence[Values],
        context: Values | None = None,
        *,
        idempotent: bool = False,
    ) -> list[int]: ...

    async def create(
        self,
        model: str,
        values: Values | Sequence[Values],
        context: Values | None = None,
        *,
        idempotent: bool = False,
    ) -> int | list[int]:
        """Create one record from a dict, or several from a list of dicts.

        Return the id, or the list of ids. ``idempotent`` allows to send the call
        again when its answer was lost.
        """
        vals_list = values if isinstance(values, Mapping) else list(values)
        call = Call(model, "create", [vals_list], _given(context=context), idempotent)
        created: int | list[int] = await self._call(call)
        return created

    async def load(
        self,
        model: str,
        fields: Sequence[str],
        rows: Sequence[Sequence[str]],
        context: Values | None = None,
    ) -> list[int]:
        """Create or update records as Odoo's import does; all or none.

        Return their ids. With the field ``id``, an external id, each row is sent
        again when its answer was lost: it updates what it created.

        :raises OdooValidationError: Odoo refuses a row
        """
        args = [list(fields), [list(row) for row in rows]]
        call = Call(model, "load", args, _given(context=context), "id" in fields)
        outcome = await self._call(call)
        if not outcome["ids"]:
            messages = [message["message"] for message in outcome["messages"]]
            raise OdooValidationError("\n".join(messages), model=model, method="load")
        return list(outcome["ids"])

    async def write(
        self,
        model: str,
        ids: int | Sequence[int],
        values: Values,
        context: Values | None = None,
        *,
        idempotent: bool = False,
    ) -> bool:
        """Change the records; all or none."""
        args = [_ids(ids), values]
        call = Call(model, "write", args, _given(context=context), idempotent)
        return bool(await self._call(call))

    async def unlink(
        self,
        model: str,
        ids: int | Sequence[int],
        context: Values | None = None,
        *,
        idempotent: bool = False,
    ) -> bool:
        """Delete the records; all or none."""
        call = Call(model, "unlink", [_ids(ids)], _given(context=context), idempotent)
        return bool(await self._call(call))

    async def fields_get(
        self,
        model: str,
        fields: Sequence[str] | None = None,
        attributes: Sequence[str] | None = None,
    ) -> dict[str, Record]:
        """Return the definitions of the fields, or of all fields."""
        kwargs = _given(attributes=_fields(attributes))
        call = Call(model, "fields_get", [list(fields or [])], kwargs)
        definitions: dict[str, Record] = await self._call(call)
        return definitions

    async def name_search(
        self,
        model: str,
        name: str = "",
        domain: Domain | None = None,
        limit: int = 7,
    ) -> list[tuple[int, str]]:
        """Return ids and display names of records whose name matches."""
        args = [name, _domain(domain), "ilike", limit]
        pairs = await self._call(Call(model, "name_search", args))
        return [(record_id, label) for record_id, label in pairs]


class SyncRecords(Calls):
    """Search, read, create, write and unlink records of any model."""

    search = blocking(AsyncRecords.search)
    read = blocking(AsyncRecords.read)
    search_read = blocking(AsyncRecords.search_read)
    load = blocking(AsyncRecords.load)
    write = blocking(AsyncRecords.write)
    unlink = blocking(AsyncRecords.unlink)
    fields_get = blocking(AsyncRecords.fields_get)
    name_search = blocking(AsyncRecords.name_search)

    if TYPE_CHECKING:  # the overloads would be lost

        @overload
        def create(
            self,
            model: str,
            values: Values,
            context: Values | None = None,
            *,
            idempotent: bool = False,
        ) -> int: ...

        @overload
        def create(
            self,
            model: str,
            values: Sequence[Values],
            context: Values | None = None,
            *,
            idempotent: bool = False,
        ) -> list[int]: ...

        def create(self, *args: Any, **kwargs: Any) -> Any: ...

    else:
        create = blocking(AsyncRecords.create)


def _given(**arguments: Any) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}


def _domain(domain: Domain | None) -> list[Any]:
    return list(domain or [])


def _fields(fields: Sequence[str] | None) -> list[str] | None:
    return None if fields is None else list(fields)


def _ids(ids: int | Sequence[int]) -> list[int]:
    return [ids] if isinstance(ids, int) else list(ids)
