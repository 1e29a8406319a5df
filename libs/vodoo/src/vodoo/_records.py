# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The methods that every model has, for clients and transports.

They are written once, in ``AsyncRecords``; ``SyncRecords`` has the same ones, each run
to its end by ``blocking``. A method builds a ``Call``, passes it to ``_call``, checks
the answer (``_answers.py``) and hands records to ``_received``, where a client
replaces ``False`` by ``None``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, overload

from . import _answers as answers
from ._bulk import have_external_ids
from ._errors import OdooAccessError, OdooValidationError
from ._protocols import Call
from ._runners.sync import blocking
from ._values import Domain, Record, Records, Values, as_list


class Calls:
    """Base of clients and transports: it carries out calls."""

    async def _call(self, call: Call) -> Any:
        """Return the result of a call."""
        raise NotImplementedError

    async def _received(self, model: str, records: Records) -> Records:
        """Return records as they are handed to the caller."""
        return records

    async def _fetch(self, call: Call) -> Any:
        """Return the answer of a call that reads.

        Odoo refuses to read "all fields" if a computed one takes its value from a field
        of a group that the user is not in. Then only the others are read.
        """
        known = vars(self).setdefault("_readable_fields", {})
        readable = known.get(call.model)
        if readable is None:
            try:
                return await self._call(call)
            except OdooAccessError:
                readable = await self._find_readable(call)
                if not readable:
                    raise
            known[call.model] = readable
        return await self._call(with_fields(call, readable))

    async def _find_readable(self, call: Call) -> list[str]:
        """Return the fields that may be read of the records of a call, by bisection."""
        model, context = call.model, _given(context=call.kwargs.get("context"))

        async def tried(fields: list[str]) -> list[str]:
            try:
                await self._call(with_fields(call, fields))
            except OdooAccessError:
                middle = len(fields) // 2
                if not middle:
                    return []
                return await tried(fields[:middle]) + await tried(fields[middle:])
            return fields

        if not await tried(["id"]):
            return []
        definitions = Call(
            model, "fields_get", [[]], {"attributes": ["type"], **context}
        )
        found = await self._call(definitions)
        return await tried(list(answers.definitions_in(found, definitions)))


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
        call = Call(model, "search", [as_list(domain)], kwargs)
        return answers.ids_in(await self._call(call), call)

    async def read(
        self,
        model: str,
        ids: int | Sequence[int],
        fields: Sequence[str] | None = None,
        context: Values | None = None,
    ) -> Records:
        """Return the records with these ids, without ``fields`` all that may be read.

        Records that do not exist are left out.
        """
        kwargs = _given(fields=_fields(fields), context=context)
        call = Call(model, "read", [_ids(ids)], kwargs)
        fetch = self._call if fields else self._fetch
        records = answers.records_in(await fetch(call), call)
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
        """Return the records that match, without ``fields`` all that may be read."""
        kwargs = _given(
            fields=_fields(fields),
            limit=limit,
            offset=offset or None,
            order=order,
            context=context,
        )
        call = Call(model, "search_read", [as_list(domain)], kwargs)
        fetch = self._call if fields else self._fetch
        records = answers.records_in(await fetch(call), call)
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
        """Create one record from a dict, or several from a list; return their ids.

        ``idempotent`` allows to send the call again when its answer was lost.
        """
        vals_list = values if isinstance(values, Mapping) else list(values)
        call = Call(model, "create", [vals_list], _given(context=context), idempotent)
        answer = await self._call(call)
        return answers.created_in(answer, call, vals_list)  # type: ignore[no-any-return]

    async def load(
        self,
        model: str,
        fields: Sequence[str],
        rows: Sequence[Sequence[str]],
        context: Values | None = None,
    ) -> list[int]:
        """Create or update records as Odoo's import does; all or none.

        Return their ids. When the answer was lost, the rows are sent again only if
        each has an external id: then they update what they created.

        :raises OdooValidationError: Odoo refuses a row
        """
        idempotent = have_external_ids(fields, rows)
        args = [list(fields), [list(row) for row in rows]]
        call = Call(model, "load", args, _given(context=context), idempotent)
        ids, messages = answers.loaded_in(await self._call(call), call)
        if not ids and rows:
            reason = "\n".join(messages) or "Odoo imported nothing and gave no reason"
            raise OdooValidationError(reason, model=model, method="load")
        return ids

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
        return answers.truth_in(await self._call(call), call)

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
        return answers.truth_in(await self._call(call), call)

    async def fields_get(
        self,
        model: str,
        fields: Sequence[str] | None = None,
        attributes: Sequence[str] | None = None,
    ) -> dict[str, Record]:
        """Return the definitions of the fields, or of all fields."""
        kwargs = _given(attributes=_fields(attributes))
        call = Call(model, "fields_get", [list(fields or [])], kwargs)
        return answers.definitions_in(await self._call(call), call)

    async def name_search(
        self,
        model: str,
        name: str,
        domain: Domain | None = None,
        limit: int = 7,
    ) -> list[tuple[int, str]]:
        """Return ids and display names of records whose name matches."""
        args = [name, as_list(domain), "ilike", limit]
        call = Call(model, "name_search", args)
        return answers.names_in(await self._call(call), call)


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


def with_fields(call: Call, fields: Sequence[str]) -> Call:
    """Return the call that reads these fields."""
    return replace(call, kwargs={**call.kwargs, "fields": list(fields)})


def _given(**arguments: Any) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}


def _fields(fields: Sequence[str] | None) -> list[str] | None:
    return None if fields is None else list(fields)


def _ids(ids: int | Sequence[int]) -> list[int]:
    return [ids] if isinstance(ids, int) else list(ids)
