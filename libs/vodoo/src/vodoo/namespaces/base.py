# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the namespaces have in common."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from ..crud import Crud, Values
from ..errors import InvalidArgumentsError, RecordNotFoundError
from ..files import (
    Attachment,
    attachment_batches,
    read_file,
    save_without_overwriting,
)
from ..operation import Bound, Mode, Offload, Operation, operation
from ..transport import JSON2Calls
from ..values import HTML, Domain, Markdown, Record, Records, to_bytes
from ..wire import Call

if TYPE_CHECKING:
    from ..client import Client

F = TypeVar("F", bound=Callable[..., Any])
AttachmentData = tuple[int, str, bytes]

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
ATTACHMENT_FIELDS = ("id", "name", "file_size", "mimetype", "create_date")

#: Before this version a body was HTML, whatever it looked like.
PLAIN_BODY_VERSION = 17


class Namespace(Bound[Mode]):
    """Give methods for one part of Odoo."""

    def __init__(self, client: Client[Mode]) -> None:
        self.client = client
        self.shell = client.shell

    def call(
        self, model: str, method: str, *args: Any, **kwargs: Any
    ) -> Operation[Any]:
        """Call a method of a model."""
        given = {name: value for name, value in kwargs.items() if value is not None}
        return (yield from self.client.call_steps(Call(model, method, args, given)))

    def version_steps(self) -> Operation[int]:
        """Return the major version of the server."""
        transport = yield from self.client.transport_steps()
        return (yield from transport.version_steps())

    def search_existing(
        self, model: str, domain: Domain, fields: Sequence[str], **options: Any
    ) -> Operation[Records]:
        """Search and read the fields that this version of Odoo has."""
        try:
            return (
                yield from Crud.search_read(
                    self.client, model, domain, fields, **options
                )
            )
        except InvalidArgumentsError:
            known = yield from Crud.fields_get(self.client, model, attributes=["type"])
            existing = [name for name in fields if name in known]
            if existing == list(fields):
                raise
        return (
            yield from Crud.search_read(self.client, model, domain, existing, **options)
        )


def by_record_id(steps: F) -> F:
    """Accept the record under the name that the namespace gives it (``ticket_id``)."""

    @functools.wraps(steps)
    def renamed(self: RecordNamespace[Any], *args: Any, **kwargs: Any) -> Any:
        if self.id_name in kwargs:
            kwargs["record_id"] = kwargs.pop(self.id_name)
        return steps(self, *args, **kwargs)

    return renamed  # type: ignore[return-value]


class RecordNamespace(Namespace[Mode]):
    """List, change and discuss the records of one model."""

    model: ClassVar[str]
    id_name: ClassVar[str]
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
    @by_record_id
    def comment(
        self,
        record_id: int,
        message: str | Markdown | HTML,
        user_id: int | None = None,
        markdown: bool = True,
    ) -> Operation[bool]:
        """Post a message that all followers get.

        Written by the user who is logged in, unless ``user_id`` or the setting
        ``default_user_id`` names another. With ``markdown=False`` the message is HTML.
        """
        return (
            yield from self._post(
                record_id, message, user_id, markdown, "comment", "mail.mt_comment"
            )
        )

    @operation
    @by_record_id
    def note(
        self,
        record_id: int,
        message: str | Markdown | HTML,
        user_id: int | None = None,
        markdown: bool = True,
    ) -> Operation[bool]:
        """Post a message for internal users only."""
        return (
            yield from self._post(
                record_id, message, user_id, markdown, "comment", "mail.mt_note"
            )
        )

    @operation
    @by_record_id
    def messages(self, record_id: int, limit: int | None = None) -> Operation[Records]:
        """Return the messages of a record, the newest first."""
        domain = [["model", "=", self.model], ["res_id", "=", record_id]]
        return (
            yield from Crud.search_read(
                self.client,
                "mail.message",
                domain,
                MESSAGE_FIELDS,
                limit,
                order="date desc, id desc",
            )
        )

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
    def attachments(self, record_id: int) -> Operation[Records]:
        """Return the attachments of a record, without their contents."""
        return (yield from self._attachments(record_id))

    @operation
    @by_record_id
    def attach(
        self,
        record_id: int,
        file_path: str | Path | None = None,
        *,
        data: bytes | None = None,
        name: str | None = None,
    ) -> Operation[int]:
        """Attach a file, or data under a name; return the attachment's id.

        :raises ValueError: unless exactly one of both is given.
        :raises FileNotFoundError: if there is no such file.
        """
        if (file_path is None) == (data is None):
            raise ValueError("give either file_path or data")
        if file_path is not None:
            path = Path(file_path)
            data = yield Offload(lambda: read_file(path))
            name = name or path.name
        if not name:
            raise ValueError("data needs a name")
        attachment_id: int = yield from Crud.create(
            self.client,
            "ir.attachment",
            {"name": name, "datas": data, "res_model": self.model, "res_id": record_id},
        )
        return attachment_id

    @operation
    def attachment_data(self, attachment_id: int) -> Operation[bytes]:
        """Return the content of an attachment.

        :raises RecordNotFoundError: if there is none, or it is empty.
        """
        records = yield from self._read_contents([attachment_id])
        if not records or not records[0]["datas"]:
            raise RecordNotFoundError(
                "ir.attachment",
                attachment_id,
                f"no content in ir.attachment({attachment_id})",
            )
        return to_bytes(records[0]["datas"])

    @operation
    @by_record_id
    def all_attachment_data(
        self, record_id: int
    ) -> Operation[Sequence[AttachmentData]]:
        """Return id, name and content of all attachments of a record.

        Links without a content are left out.
        """
        collected: Sequence[AttachmentData] = []
        for batch in attachment_batches((yield from self._attachments(record_id))):
            collected = [*collected, *(yield from self._contents(batch))]
        return collected

    @operation
    @by_record_id
    def download(
        self,
        record_id: int,
        output_dir: str | Path | None = None,
        extension: str | None = None,
    ) -> Operation[Sequence[Path]]:
        """Save the attachments of a record, by default in the working directory.

        No name leads out of the directory, and no file is overwritten: a second one
        of the same name gets a number.
        """
        folder = Path(output_dir or ".")
        saved: Sequence[Path] = []
        attachments = yield from self._attachments(record_id)
        if extension:
            ending = "." + extension.lower().lstrip(".")
            attachments = [a for a in attachments if a["name"].lower().endswith(ending)]
        for batch in attachment_batches(attachments):
            contents = yield from self._contents(batch)
            for _attachment_id, name, content in contents:
                save = functools.partial(
                    save_without_overwriting, folder, name, content
                )
                saved = [*saved, (yield Offload(save))]
        return saved

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

    def _post(
        self,
        record_id: int,
        message: str | Markdown | HTML,
        user_id: int | None,
        markdown: bool,
        message_type: str,
        subtype: str,
    ) -> Operation[bool]:
        if isinstance(message, str) and markdown and not isinstance(message, HTML):
            message = Markdown(message)
        author_id = None
        user_id = user_id or self.client.config.default_user_id
        if user_id:
            users = yield from Crud.read(
                self.client, "res.users", [user_id], ["partner_id"]
            )
            if not users:
                raise RecordNotFoundError("res.users", user_id)
            author_id = users[0]["partner_id"][0]
        version = yield from self.version_steps()
        yield from self.call(
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

    def _attachments(self, record_id: int) -> Operation[Records]:
        domain = [["res_model", "=", self.model], ["res_id", "=", record_id]]
        return (
            yield from Crud.search_read(
                self.client, "ir.attachment", domain, ATTACHMENT_FIELDS, order="id"
            )
        )

    def _read_contents(self, ids: Sequence[int]) -> Operation[Records]:
        return (
            yield from Crud.read(self.client, "ir.attachment", ids, ["name", "datas"])
        )

    def _contents(
        self, batch: Sequence[Attachment]
    ) -> Operation[Sequence[AttachmentData]]:
        records = yield from self._read_contents([a["id"] for a in batch])
        return [
            (record["id"], record["name"], to_bytes(record["datas"]))
            for record in records
            if record["datas"]
        ]
