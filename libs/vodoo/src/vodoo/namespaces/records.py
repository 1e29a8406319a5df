# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The records of one model, with their messages and files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from ..crud import Crud, Values
from ..errors import RecordNotFoundError
from ..operation import Mode, Operation, operation
from ..transport import JSON2Calls
from ..values import Domain, Record, Records
from .attachments import AttachmentsNamespace
from .base import by_record_id
from .chatter import ChatterNamespace


class RecordNamespace(ChatterNamespace[Mode], AttachmentsNamespace[Mode]):
    """List, change and discuss the records of one model."""

    model: ClassVar[str]
    tag_model: ClassVar[str | None] = None
    list_fields: ClassVar[Sequence[str]]
    detail_fields: ClassVar[Sequence[str] | None] = None

    @operation
    def list(
        self,
        domain: Domain | None = None,
        limit: int | None = 50,
        fields: Sequence[str] | None = None,
        order: str = "create_date desc",
    ) -> Operation[Records]:
        """Return records, the newest first."""
        if fields is None:
            return (
                yield from self.search_existing(
                    self.model, domain or [], self.list_fields, limit=limit, order=order
                )
            )
        return (
            yield from Crud.search_read(
                self.client, self.model, domain, fields, limit, order=order
            )
        )

    @operation
    @by_record_id
    def get(
        self, record_id: int, fields: Sequence[str] | None = None
    ) -> Operation[Record]:
        """Return one record with all its fields, or those given.

        :raises RecordNotFoundError: if there is none.
        """
        records = yield from Crud.read(
            self.client, self.model, [record_id], fields or self.detail_fields
        )
        if not records:
            raise RecordNotFoundError(self.model, record_id)
        return records[0]

    @operation
    @by_record_id
    def set(self, record_id: int, values: Values) -> Operation[bool]:
        """Change fields of a record."""
        return (yield from Crud.write(self.client, self.model, [record_id], values))

    @operation
    def fields(self) -> Operation[dict[str, Record]]:
        """Return the definitions of the model's fields."""
        return (yield from Crud.fields_get(self.client, self.model))

    @operation
    def tags(self) -> Operation[Records]:
        """Return all tags that there are for the model.

        :raises ValueError: if the model has no tags.
        """
        if self.tag_model is None:
            raise ValueError(f"{self.model} has no tags")
        return (
            yield from Crud.search_read(
                self.client, self.tag_model, [], ["id", "name", "color"], order="name"
            )
        )

    @operation
    @by_record_id
    def add_tag(self, record_id: int, tag_id: int) -> Operation[bool]:
        """Add a tag to a record; one that it has already does no harm."""
        if self.tag_model is None:
            raise ValueError(f"{self.model} has no tags")
        values = {"tag_ids": [(4, tag_id, 0)]}
        return (
            yield from Crud.write(
                self.client, self.model, [record_id], values, idempotent=True
            )
        )

    @operation
    @by_record_id
    def url(self, record_id: int) -> Operation[str]:
        """Return the address of a record in the web client."""
        transport = yield from self.client.transport_steps()
        if isinstance(transport, JSON2Calls):
            return f"{self.client.url}/odoo/{self.model}/{record_id}"
        return f"{self.client.url}/web#id={record_id}&model={self.model}&view_type=form"

    def create_record(self, values: Values, **options: Any) -> Operation[int]:
        """Create a record from the values that are given (not None)."""
        given = {name: value for name, value in values.items() if value is not None}
        record_id: int = yield from Crud.create(
            self.client, self.model, given, **options
        )
        return record_id
