# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is said about a record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypedDict, overload

from .._errors import RecordNotFoundError
from .._runners.sync import blocking
from .._values import HTML, Markdown, Records
from .base import Namespace, by_record_id

if TYPE_CHECKING:
    from typing_extensions import Unpack

Text: TypeAlias = str | Markdown | HTML


class RecordName(TypedDict, total=False):
    """The names under which a namespace takes a record: ``note(ticket_id=42, …)``."""

    article_id: int
    lead_id: int
    move_id: int
    project_id: int
    task_id: int
    ticket_id: int


MESSAGE_FIELDS = (
    "id",
    "date",
    "author_id",
    "body",
    "subject",
    "message_type",
    "subtype_id",
    "email_from",
)

#: Before this version a body was HTML, whatever it looked like.
PLAIN_BODY_VERSION = 17


class ChatterBase(Namespace):
    """What both kinds of this namespace have."""

    model: ClassVar[str]

    async def _post(
        self,
        record_id: int,
        message: Text,
        user_id: int | None,
        markdown: bool,
        message_type: str,
        subtype: str,
    ) -> bool:
        if isinstance(message, str) and markdown and not isinstance(message, HTML):
            message = Markdown(message)
        author_id = None
        user_id = user_id or self.client.config.default_user_id
        if user_id:
            users = await self._read("res.users", [user_id], ["partner_id"])
            if not users:
                raise RecordNotFoundError("res.users", user_id)
            author_id = users[0]["partner_id"][0]
        version = await self._version()
        await self._call(
            self.model,
            "message_post",
            ids=[record_id],
            body=message,
            body_is_html=True if version >= PLAIN_BODY_VERSION else None,
            message_type=message_type,
            subtype_xmlid=subtype,
            author_id=author_id,
        )
        return True


class AsyncChatterNamespace(ChatterBase):
    """Read and post messages on the records of one model."""

    @overload
    async def comment(
        self,
        record_id: int,
        message: Text,
        user_id: int | None = None,
        markdown: bool = True,
    ) -> bool: ...

    @overload
    async def comment(
        self,
        *,
        message: Text,
        user_id: int | None = None,
        markdown: bool = True,
        **record: Unpack[RecordName],
    ) -> bool: ...

    @by_record_id  # type: ignore[misc]  # it takes those names
    async def comment(
        self,
        record_id: int,
        message: Text,
        user_id: int | None = None,
        markdown: bool = True,
    ) -> bool:
        """Post a message that all followers get.

        Written by the user who is logged in, unless ``user_id`` or the setting
        ``default_user_id`` names another. With ``markdown=False`` the message is HTML.
        """
        return await self._post(
            record_id, message, user_id, markdown, "comment", "mail.mt_comment"
        )

    @overload
    async def note(
        self,
        record_id: int,
        message: Text,
        user_id: int | None = None,
        markdown: bool = True,
    ) -> bool: ...

    @overload
    async def note(
        self,
        *,
        message: Text,
        user_id: int | None = None,
        markdown: bool = True,
        **record: Unpack[RecordName],
    ) -> bool: ...

    @by_record_id  # type: ignore[misc]  # it takes those names
    async def note(
        self,
        record_id: int,
        message: Text,
        user_id: int | None = None,
        markdown: bool = True,
    ) -> bool:
        """Post a message for internal users only."""
        return await self._post(
            record_id, message, user_id, markdown, "comment", "mail.mt_note"
        )

    @by_record_id
    async def messages(self, record_id: int, limit: int | None = None) -> Records:
        """Return the messages of a record, the newest first."""
        domain = [["model", "=", self.model], ["res_id", "=", record_id]]
        return await self._search_read(
            "mail.message",
            domain,
            MESSAGE_FIELDS,
            limit,
            order="date desc, id desc",
        )


class ChatterNamespace(ChatterBase):
    """Read and post messages on the records of one model."""

    messages = blocking(AsyncChatterNamespace.messages)

    if TYPE_CHECKING:  # the overloads would be lost

        @overload
        def comment(
            self,
            record_id: int,
            message: Text,
            user_id: int | None = None,
            markdown: bool = True,
        ) -> bool: ...

        @overload
        def comment(
            self,
            *,
            message: Text,
            user_id: int | None = None,
            markdown: bool = True,
            **record: Unpack[RecordName],
        ) -> bool: ...

        def comment(self, *args: Any, **kwargs: Any) -> bool: ...

        @overload
        def note(
            self,
            record_id: int,
            message: Text,
            user_id: int | None = None,
            markdown: bool = True,
        ) -> bool: ...

        @overload
        def note(
            self,
            *,
            message: Text,
            user_id: int | None = None,
            markdown: bool = True,
            **record: Unpack[RecordName],
        ) -> bool: ...

        def note(self, *args: Any, **kwargs: Any) -> bool: ...

    else:
        comment = blocking(AsyncChatterNamespace.comment)
        note = blocking(AsyncChatterNamespace.note)
