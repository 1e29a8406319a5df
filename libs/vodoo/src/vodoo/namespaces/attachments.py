# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Files attached to records."""

from __future__ import annotations

import base64
import functools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._answers import records_in
from .._errors import (
    DownloadError,
    OdooServerError,
    ProtocolError,
    RecordNotFoundError,
)
from .._files import (
    Attachment,
    Base64File,
    attachment_batches,
    open_without_overwriting,
    read_file,
    save_attachment,
)
from .._protocols import Call
from .._runners.sync import blocking
from .._values import Records, to_bytes
from .base import Namespace, RecordName, blocking_by_id, by_record_id

if TYPE_CHECKING:
    from typing_extensions import Unpack

AttachmentData = tuple[int, str, bytes]

#: Larger contents are streamed to the disk.
STREAMED_BYTES = 2**20

ATTACHMENT_FIELDS = "id name file_size mimetype create_date".split()


async def named_content(
    runner: Any, file_path: str | Path | None, content: bytes | None, name: str | None
) -> tuple[str, bytes]:
    """Return the name and the content of a file, or the given content.

    :raises ValueError: unless exactly one of file and content is given.
    :raises FileNotFoundError: if the file does not exist.
    """
    if (file_path is None) == (content is None):
        raise ValueError("give either file_path or data")
    if file_path is not None:
        path = Path(file_path)
        content = await runner.offload(lambda: read_file(path))
        name = name or path.name
    if not name:
        raise ValueError("data needs a name")
    assert content is not None
    return name, content


async def save_datas(
    namespace: Namespace, model: str, record_id: int, name: object, folder: Path
) -> Path | None:
    """Stream the field ``datas`` of a record to a new file; None if it is empty."""
    path, file = open_without_overwriting(folder, str(name or ""))
    with file:
        sink = Base64File(file, "datas")
        call = Call(model, "read", [[record_id]], {"fields": ["datas"]}, sink=sink)
        try:
            records = records_in(await namespace.client._call(call), call)
            content = records[0].get("datas") if records else None
            if content:  # from a transport that does not stream
                file.write(base64.b64decode(content, validate=True))
        except BaseException:
            path.unlink()
            raise
    if sink.is_complete or content:
        return path
    path.unlink()
    return None


class AttachmentsBase(Namespace):
    async def _attachments(
        self, record_id: int, extension: str | None = None
    ) -> Records:
        ending = "." + extension.lower().lstrip(".") if extension else ""
        domain = [["res_model", "=", self.model], ["res_id", "=", record_id]]
        found = await self._search_read(
            "ir.attachment", domain, ATTACHMENT_FIELDS, order="id"
        )
        return [one for one in found if str(one["name"]).lower().endswith(ending)]

    async def _read_contents(self, ids: Sequence[int]) -> Records:
        return await self._read("ir.attachment", ids, ["name", "datas"])

    async def _readable_contents(
        self, batch: Sequence[Attachment], failed: dict[int, Exception]
    ) -> Records:
        """Return the contents of a batch; collect those that cannot be read."""
        ids = [attachment["id"] for attachment in batch]
        try:
            records = await self._read_contents(ids)
        except (OdooServerError, ProtocolError) as error:
            if len(batch) == 1:
                failed[ids[0]] = error
                return []
            records = []
            for attachment in batch:
                records += await self._readable_contents([attachment], failed)
        return [record for record in records if record["datas"]]

    async def _contents(self, batch: Sequence[Attachment]) -> Sequence[AttachmentData]:
        records = await self._read_contents([a["id"] for a in batch])
        return [
            (record["id"], record["name"], to_bytes(record["datas"]))
            for record in records
            if record["datas"]
        ]


class AsyncAttachmentsNamespace(AttachmentsBase):
    """Attach files to the records of one model, and save them."""

    @by_record_id
    async def attachments(
        self, record_id: int, /, **record: Unpack[RecordName]
    ) -> Records:
        """Return the attachments of a record, without their contents."""
        return await self._attachments(record_id)

    @by_record_id
    async def attach(
        self,
        record_id: int,
        /,
        file_path: str | Path | None = None,
        *,
        data: bytes | None = None,
        name: str | None = None,
        **record: Unpack[RecordName],
    ) -> int:
        """Attach a file, or data under a name; return the attachment's id.

        :raises ValueError: unless exactly one of file and data is given.
        :raises FileNotFoundError: if the file does not exist.
        """
        name, content = await named_content(self.client.runner, file_path, data, name)
        owner = {"res_model": self.model, "res_id": record_id}
        values = {"name": name, "datas": content, **owner}
        return await self._create("ir.attachment", values)

    async def attachment_data(self, attachment_id: int) -> bytes:
        """Return the content of an attachment.

        :raises RecordNotFoundError: if it does not exist or is empty.
        """
        records = await self._read_contents([attachment_id])
        if not records or not records[0]["datas"]:
            raise RecordNotFoundError(
                "ir.attachment",
                attachment_id,
                f"no content in ir.attachment({attachment_id})",
            )
        return to_bytes(records[0]["datas"])

    @by_record_id
    async def all_attachment_data(
        self, record_id: int, /, **record: Unpack[RecordName]
    ) -> Sequence[AttachmentData]:
        """Return id, name and content of all attachments of a record.

        Links, which have no content, are left out.
        """
        collected: Sequence[AttachmentData] = []
        for batch in attachment_batches(await self._attachments(record_id)):
            collected = [*collected, *(await self._contents(batch))]
        return collected

    @by_record_id
    async def download(
        self,
        record_id: int,
        /,
        output_dir: str | Path | None = None,
        extension: str | None = None,
        **record: Unpack[RecordName],
    ) -> Sequence[Path]:
        """Save the attachments of a record, by default in the working directory.

        Nothing is overwritten: a second file with the same name gets a number.

        :raises DownloadError: if some could not be saved; the others were
        """
        folder = Path(output_dir or ".")
        saved: Any = []
        failed: Any = {}
        attachments = await self._attachments(record_id, extension)
        large = [a for a in attachments if (a["file_size"] or 0) > STREAMED_BYTES]
        small = [a for a in attachments if a not in large]
        for attachment in large:
            try:
                path = await save_datas(
                    self, "ir.attachment", attachment["id"], attachment["name"], folder
                )
                saved += [path] if path else []
            except (OdooServerError, ProtocolError, OSError, ValueError) as error:
                failed[attachment["id"]] = error
        for batch in attachment_batches(small):
            for content in await self._readable_contents(batch, failed):
                save = functools.partial(save_attachment, folder, content)
                try:
                    saved.append(await self.client.runner.offload(save))
                except (OSError, ValueError) as error:
                    failed[content["id"]] = error
        if failed:
            raise DownloadError(self.model, record_id, saved, failed)
        return list(saved)


class AttachmentsNamespace(AttachmentsBase):
    """Attach files to the records of one model, and save them."""

    attachments = blocking_by_id(AsyncAttachmentsNamespace.attachments)
    attach = blocking_by_id(AsyncAttachmentsNamespace.attach)
    attachment_data = blocking(AsyncAttachmentsNamespace.attachment_data)
    all_attachment_data = blocking_by_id(AsyncAttachmentsNamespace.all_attachment_data)
    download = blocking_by_id(AsyncAttachmentsNamespace.download)
