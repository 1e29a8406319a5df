# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Records of any model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._protocols import Call
from .._runners.sync import blocking
from .._values import Domain, Records, Values
from .base import Namespace


class AsyncGeneric(Namespace):
    """Work with any model."""

    async def create(self, model: str, values: Values) -> int:
        """Create a record and return its id."""
        return await self._create(model, values)

    async def update(self, model: str, record_id: int, values: Values) -> bool:
        """Change a record."""
        return await self._write(model, [record_id], values)

    async def delete(self, model: str, record_id: int) -> bool:
        """Delete a record."""
        return await self._unlink(model, [record_id])

    async def search(
        self,
        model: str,
        domain: Domain | None = None,
        fields: Sequence[str] | None = None,
        limit: int | None = None,
        offset: int = 0,
        order: str | None = None,
    ) -> Records:
        """Return the records that match."""
        return await self._search_read(model, domain, fields, limit, offset, order)

    async def call(
        self,
        model: str,
        method: str,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        *,
        idempotent: bool = False,
    ) -> Any:
        """Call a method; repeat it after a lost answer only if it is ``idempotent``."""
        call = Call(model, method, args or (), kwargs or {}, idempotent)
        return await self.client._call(call)


class Generic(Namespace):
    """Work with any model."""

    create = blocking(AsyncGeneric.create)
    update = blocking(AsyncGeneric.update)
    delete = blocking(AsyncGeneric.delete)
    search = blocking(AsyncGeneric.search)
    call = blocking(AsyncGeneric.call)
