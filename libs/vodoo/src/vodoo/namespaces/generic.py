# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..crud import Crud, Values
from ..operation import Mode, Operation, operation
from ..values import Domain, Records
from ..wire import Call
from .base import Namespace


class Generic(Namespace[Mode]):
    """Work with any model."""

    @operation
    def create(self, model: str, values: Values) -> Operation[int]:
        """Create a record and return its id."""
        record_id: int = yield from Crud.create(self.client, model, values)
        return record_id

    @operation
    def update(self, model: str, record_id: int, values: Values) -> Operation[bool]:
        """Change a record."""
        return (yield from Crud.write(self.client, model, [record_id], values))

    @operation
    def delete(self, model: str, record_id: int) -> Operation[bool]:
        """Delete a record."""
        return (yield from Crud.unlink(self.client, model, [record_id]))

    @operation
    def search(
        self,
        model: str,
        domain: Domain | None = None,
        fields: Sequence[str] | None = None,
        limit: int | None = None,
        offset: int = 0,
        order: str | None = None,
    ) -> Operation[Records]:
        """Return the records that match."""
        return (
            yield from Crud.search_read(
                self.client, model, domain, fields, limit, offset, order
            )
        )

    @operation
    def call(
        self,
        model: str,
        method: str,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        *,
        idempotent: bool = False,
    ) -> Operation[Any]:
        """Call a method, again if the answer is lost and it is ``idempotent``."""
        call = Call(model, method, args or (), kwargs or {}, idempotent)
        return (yield from self.client.call_steps(call))
