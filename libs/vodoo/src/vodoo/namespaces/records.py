# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The records of one model, with their messages and files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from .._errors import RecordNotFoundError
from .._runners.sync import blocking
from .._values import Domain, Record, Records, Values
from .attachments import (
    AsyncAttachmentsNamespace,
    AttachmentsBase,
    AttachmentsNamespace,
)
from .base import by_record_id
from .chatter import AsyncChatterNamespace, ChatterBase, ChatterNamespace


class RecordBase(ChatterBase, AttachmentsBase):
    """What both kinds of this namespace have."""

    model: ClassVar[str]
    tag_model: ClassVar[str | None] = None
    list_fields: ClassVar[Sequence[str]]
    detail_fields: ClassVar[Sequence[str] | None] = None

    async def _create_record(
        self, values: Values, context: Values | None = None
    ) -> int:
        """Create a record from the values that are given (not None)."""
        given = {name: value for name, value in values.items() if value is not None}
        return await self._create(self.model, given, context)


class AsyncRecordNamespace(
    RecordBase, AsyncChatterNamespace, AsyncAttachmentsNamespace
):
    """List, change and discuss the records of one model."""

    async def list(
        self,
        domain: Domain | None = None,
        limit: int | None = 50,
        fields: Sequence[str] | None = None,
        order: str = "create_date desc",
    ) -> Records:
        """Return records, the newest first."""
        if fields is None:
            return await self._search_existing(
                self.model, domain or [], self.list_fields, limit=limit, order=order
            )
        return await self._search_read(self.model, domain, fields, limit, order=order)

    @by_record_id
    async def get(self, record_id: int, fields: Sequence[str] | None = None) -> Record:
        """Return one record with all its fields, or those given.

        :raises RecordNotFoundError: if there is none.
        """
        records = await self._read(
            self.model, [record_id], fields or self.detail_fields
        )
        if not records:
            raise RecordNotFoundError(self.model, record_id)
        return records[0]

    @by_record_id
    async def set(self, record_id: int, values: Values) -> bool:
        """Change fields of a record."""
        return await self._write(self.model, [record_id], values)

    async def fields(self) -> dict[str, Record]:
        """Return the definitions of the model's fields."""
        return await self._fields_get(self.model)

    async def tags(self) -> Records:
        """Return all tags that there are for the model.

        :raises ValueError: if the model has no tags.
        """
        if self.tag_model is None:
            raise ValueError(f"{self.model} has no tags")
        return await self._search_read(
            self.tag_model, [], ["id", "name", "color"], order="name"
        )

    @by_record_id
    async def add_tag(self, record_id: int, tag_id: int) -> bool:
        """Add a tag to a record; one that it has already does no harm."""
        if self.tag_model is None:
            raise ValueError(f"{self.model} has no tags")
        values = {"tag_ids": [(4, tag_id, 0)]}
        return await self._write(self.model, [record_id], values, idempotent=True)

    @by_record_id
    async def url(self, record_id: int) -> str:
        """Return the address of a record in the web client."""
        await self.client._ready_transport()
        if self.client.is_json2:
            return f"{self.client.url}/odoo/{self.model}/{record_id}"
        return f"{self.client.url}/web#id={record_id}&model={self.model}&view_type=form"


class RecordNamespace(RecordBase, ChatterNamespace, AttachmentsNamespace):
    """List, change and discuss the records of one model."""

    list = blocking(AsyncRecordNamespace.list)
    get = blocking(AsyncRecordNamespace.get)
    set = blocking(AsyncRecordNamespace.set)
    fields = blocking(AsyncRecordNamespace.fields)
    tags = blocking(AsyncRecordNamespace.tags)
    add_tag = blocking(AsyncRecordNamespace.add_tag)
    url = blocking(AsyncRecordNamespace.url)
