# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the namespaces have in common.

A namespace is written once, as a class whose operations are ``async def``; the sync one
beside it has the same operations, each run to its end. Both share a base of private
methods, which call the public methods of the client: an override of those takes effect.
"""

from __future__ import annotations

import base64
import functools
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from .._answers import records_in
from .._errors import InvalidArgumentsError
from .._files import Base64File, open_without_overwriting
from .._protocols import Call
from .._runners import awaited
from .._values import Domain, Record, Records, Values

F = TypeVar("F", bound=Callable[..., Coroutine[Any, Any, Any]])


class Namespace:
    """Methods for one part of Odoo."""

    #: the name that the namespace gives a record's id, like ``ticket_id``
    id_name: ClassVar[str]

    def __init__(self, client: Any) -> None:
        self.client = client

    async def _call(self, model: str, method: str, **kwargs: Any) -> Any:
        """Call a method of a model; arguments that are None are left out."""
        given = {name: value for name, value in kwargs.items() if value is not None}
        return await self.client._call(Call(model, method, (), given))

    async def _version(self) -> int:
        """Return the major version of the server."""
        transport = await self.client._ready_transport()
        return int(await transport._version())

    async def _search(self, *args: Any, **kwargs: Any) -> list[int]:
        return await awaited(self.client.search(*args, **kwargs))

    async def _read(self, *args: Any, **kwargs: Any) -> Records:
        return await awaited(self.client.read(*args, **kwargs))

    async def _search_read(self, *args: Any, **kwargs: Any) -> Records:
        return await awaited(self.client.search_read(*args, **kwargs))

    async def _create(self, model: str, values: Values, *args: Any) -> int:
        return int(await awaited(self.client.create(model, values, *args)))

    async def _write(self, *args: Any, **kwargs: Any) -> bool:
        return bool(await awaited(self.client.write(*args, **kwargs)))

    async def _unlink(self, *args: Any, **kwargs: Any) -> bool:
        return bool(await awaited(self.client.unlink(*args, **kwargs)))

    async def _fields_get(self, *args: Any, **kwargs: Any) -> dict[str, Record]:
        return await awaited(self.client.fields_get(*args, **kwargs))

    async def _stream(
        self, model: str, record_id: int, name: Any, folder: Path
    ) -> Path | None:
        """Save the field ``datas`` of a record, as it comes in; None if it is empty."""
        path, file = open_without_overwriting(folder, str(name or ""))
        with file:
            sink = Base64File(file, "datas")
            call = Call(model, "read", [[record_id]], {"fields": ["datas"]}, sink=sink)
            try:
                records = records_in(await self.client._call(call), call)
                content = records[0].get("datas") if records else None
                if content:  # a transport that knows no sinks
                    file.write(base64.b64decode(content, validate=True))
            except BaseException:
                path.unlink()
                raise
        if sink.is_complete or content:
            return path
        path.unlink()
        return None

    async def _search_existing(
        self, model: str, domain: Domain, fields: Sequence[str], **options: Any
    ) -> Records:
        """Search and read the fields that this version of Odoo has."""
        try:
            return await self._search_read(model, domain, fields, **options)
        except InvalidArgumentsError:
            known = await self._fields_get(model, attributes=["type"])
            existing = [name for name in fields if name in known]
            if existing == list(fields):
                raise
        return await self._search_read(model, domain, existing, **options)


def by_record_id(operation: F) -> F:
    """Accept the record under the name that the namespace gives it (``ticket_id``)."""

    @functools.wraps(operation)
    async def renamed(self: Namespace, *args: Any, **kwargs: Any) -> Any:
        if self.id_name in kwargs:
            kwargs["record_id"] = kwargs.pop(self.id_name)
        return await operation(self, *args, **kwargs)

    return renamed  # type: ignore[return-value]
