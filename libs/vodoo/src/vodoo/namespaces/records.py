# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The records of one model, with their messages, tags and files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, TypeAlias, TypeVar

from .._errors import RecordNotFoundError
from .._runners.sync import blocking
from .._values import HTML, Cmd, Domain, Markdown, Record, Records, Values
from .attachments import (
    AsyncAttachmentsNamespace,
    AttachmentsBase,
    AttachmentsNamespace,
)
from .base import RecordName, blocking_by_id, by_record_id

if TYPE_CHECKING:
    from typing_extensions import Unpack

T = TypeVar("T")
Text: TypeAlias = str | Markdown | HTML

MESSAGE_FIELDS = (
    "id date author_id body subject message_type subtype_id email_from".split()
)
#: Before this version a body was HTML, whatever it looked like.
PLAIN_BODY_VERSION = 17


class RecordBase(AttachmentsBase):
    tag_model: ClassVar[str | None] = None
    list_fields: ClassVar[Sequence[str]]
    detail_fields: ClassVar[Sequence[str] | None] = None

    async def _create_record(
        self, values: Values, context: Values | None = None
    ) -> int:
        """Create a record from the values that are not None; tags are given by id."""
        given = {name: value for name, value in values.items() if value is not None}
        if "tag_ids" in given:
            given["tag_ids"] = [Cmd.set(given["tag_ids"])]
        return await self._create(self.model, given, context)

    def _existing_tag_model(self) -> str:
        if self.tag_model is None:
            raise ValueError(f"{self.model} has no tags")
        return self.tag_model

    async def _post(
        self, record_id: int, message: Text, user_id: int | None, subtype: str
    ) -> bool:
        """Post a message in the name of a user."""
        author_id = None
        user_id = user_id or self.client.config.default_user_id
        if user_id:
            users = await self._read("res.users", [user_id], ["partner_id"])
            if not users:
                raise RecordNotFoundError("res.users", user_id)
            author_id = users[0]["partner_id"][0]
        await self._call(
            self.model,
            "message_post",
            ids=[record_id],
            body=message,
            body_is_html=(await self._version()) >= PLAIN_BODY_VERSION or None,
            message_type="comment",
            subtype_xmlid=subtype,
            author_id=author_id,
        )
        return True


class AsyncRecordNamespace(RecordBase, AsyncAttachmentsNamespace):
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
    async def get(
        self,
        record_id: int,
        /,
        fields: Sequence[str] | None = None,
        **record: Unpack[RecordName],
    ) -> Record:
        """Return one record with all its fields, or those given.

        :raises RecordNotFoundError: if it does not exist.
        """
        records = await self._read(
            self.model, [record_id], fields or self.detail_fields
        )
        if not records:
            raise RecordNotFoundError(self.model, record_id)
        return records[0]

    @by_record_id
    async def set(
        self, record_id: int, /, values: Values, **record: Unpack[RecordName]
    ) -> bool:
        """Change fields of a record."""
        return await self._write(self.model, [record_id], values)

    async def fields(self) -> dict[str, Record]:
        """Return the definitions of the model's fields."""
        return await self._fields_get(self.model)

    @by_record_id
    async def comment(
        self,
        record_id: int,
        /,
        message: Text,
        user_id: int | None = None,
        markdown: bool = True,
        **record: Unpack[RecordName],
    ) -> bool:
        """Post a message to all followers.

        The author is the connected user, unless ``user_id`` or the setting
        ``default_user_id`` names another. With ``markdown=False`` the message is HTML.
        """
        body = as_markdown(message) if markdown else message
        return await self._post(record_id, body, user_id, "mail.mt_comment")

    @by_record_id
    async def note(
        self,
        record_id: int,
        /,
        message: Text,
        user_id: int | None = None,
        markdown: bool = True,
        **record: Unpack[RecordName],
    ) -> bool:
        """Post a message for internal users only; see ``comment``."""
        body = as_markdown(message) if markdown else message
        return await self._post(record_id, body, user_id, "mail.mt_note")

    @by_record_id
    async def messages(
        self, record_id: int, /, limit: int | None = None, **record: Unpack[RecordName]
    ) -> Records:
        """Return the messages of a record, the newest first."""
        domain = [["model", "=", self.model], ["res_id", "=", record_id]]
        return await self._search_read(
            "mail.message", domain, MESSAGE_FIELDS, limit, order="date desc, id desc"
        )

    async def tags(self) -> Records:
        """Return all tags of the model.

        :raises ValueError: if the model has no tags.
        """
        return await self._search_read(
            self._existing_tag_model(), [], ["id", "name", "color"], order="name"
        )

    @by_record_id
    async def add_tag(
        self, record_id: int, /, tag_id: int, **record: Unpack[RecordName]
    ) -> bool:
        """Add a tag to a record; adding it twice does no harm.

        :raises ValueError: if the model has no tags.
        """
        self._existing_tag_model()
        values = {"tag_ids": [(4, tag_id, 0)]}
        return await self._write(self.model, [record_id], values, idempotent=True)

    @by_record_id
    async def url(self, record_id: int, /, **record: Unpack[RecordName]) -> str:
        """Return the address of a record in the web client."""
        await self.client._ready_transport()
        if self.client.is_json2:
            return f"{self.client.url}/odoo/{self.model}/{record_id}"
        return f"{self.client.url}/web#id={record_id}&model={self.model}&view_type=form"


class RecordNamespace(RecordBase, AttachmentsNamespace):
    """List, change and discuss the records of one model."""

    list = blocking(AsyncRecordNamespace.list)
    get = blocking_by_id(AsyncRecordNamespace.get)
    set = blocking_by_id(AsyncRecordNamespace.set)
    fields = blocking(AsyncRecordNamespace.fields)
    comment = blocking_by_id(AsyncRecordNamespace.comment)
    note = blocking_by_id(AsyncRecordNamespace.note)
    messages = blocking_by_id(AsyncRecordNamespace.messages)
    tags = blocking(AsyncRecordNamespace.tags)
    add_tag = blocking_by_id(AsyncRecordNamespace.add_tag)
    url = blocking_by_id(AsyncRecordNamespace.url)


def as_markdown(text: T) -> T | Markdown:
    """Return plain text as Markdown, and anything else unchanged."""
    if isinstance(text, str) and not isinstance(text, HTML):
        return Markdown(text)
    return text
