# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Files attached to records."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from .._errors import DownloadError, OdooServerError, RecordNotFoundError
from .._files import (
    Attachment,
    attachment_batches,
    read_file,
    save_attachment,
)
from .._runners.sync import blocking
from .._values import Records, to_bytes
from .base import Namespace, by_record_id

AttachmentData = tuple[int, str, bytes]

#: larger contents go to the disk as they come in
STREAMED_BYTES = 2**20

ATTACHMENT_FIELDS = ("id", "name", "file_size", "mimetype", "create_date")


async def named_content(
    runner: Any, file_path: str | Path | None, content: bytes | None, name: str | None
) -> tuple[str, bytes]:
    """Return the name and the content of a file, or of what is given under a name.

    :raises ValueError: unless exactly one of both is given.
    :raises FileNotFoundError: if there is no such file.
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


class AttachmentsBase(Namespace):
    """What both kinds of this namespace have."""

    model: ClassVar[str]

    async def _attachments(self, record_id: int) -> Records:
        domain = [["res_model", "=", self.model], ["res_id", "=", record_id]]
        return await self._search_read(
            "ir.attachment", domain, ATTACHMENT_FIELDS, order="id"
        )

    async def _read_contents(self, ids: Sequence[int]) -> Records:
        return await self._read("ir.attachment", ids, ["name", "datas"])

    async def _readable_contents(
        self, batch: Sequence[Attachment], failed: dict[int, Exception]
    ) -> Records:
        """Return the contents of a batch; one that the server fails on fails alone."""
        ids = [attachment["id"] for attachment in batch]
        try:
            records = await self._read_contents(ids)
        except OdooServerError as error:
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
    async def attachments(self, record_id: int) -> Records:
        """Return the attachments of a record, without their contents."""
        return await self._attachments(record_id)

    @by_record_id
    async def attach(
        self,
        record_id: int,
        file_path: str | Path | None = None,
        *,
        data: bytes | None = None,
        name: str | None = None,
    ) -> int:
        """Attach a file, or data under a name; return the attachment's id.

        :raises ValueError: unless exactly one of both is given.
        :raises FileNotFoundError: if there is no such file.
        """
        name, content = await named_content(self.client.runner, file_path, data, name)
        attachment_id: int = await self._create(
            "ir.attachment",
            {
                "name": name,
                "datas": content,
                "res_model": self.model,
                "res_id": record_id,
            },
        )
        return attachment_id

    async def attachment_data(self, attachment_id: int) -> bytes:
        """Return the content of an attachment.

        :raises RecordNotFoundError: if there is none, or it is empty.
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
    async def all_attachment_data(self, record_id: int) -> Sequence[AttachmentData]:
        """Return id, name and content of all attachments of a record.

        Links without a content are left out.
        """
        collected: Sequence[AttachmentData] = []
        for batch in attachment_batches(await self._attachments(record_id)):
            collected = [*collected, *(await self._contents(batch))]
        return collected

    @by_record_id
    async def download(
        self,
        record_id: int,
        output_dir: str | Path | None = None,
        extension: str | None = None,
    ) -> Sequence[Path]:
        """Save the attachments of a record, by default in the working directory.

        No name leads out of the directory, and no file is overwritten: a second one
        of the same name gets a number.

        :raises DownloadError: some could not be saved; the others were
        """
        folder = Path(output_dir or ".")
        saved: Any = []
        failed: Any = {}
        attachments = await self._attachments(record_id)
        if extension:
            ending = "." + extension.lower().lstrip(".")
            attachments = [a for a in attachments if a["name"].lower().endswith(ending)]
        large = [a for a in attachments if (a["file_size"] or 0) > STREAMED_BYTES]
        small = [a for a in attachments if a not in large]
        for attachment in large:
            try:
                path = await self._stream(
                    "ir.attachment", attachment["id"], attachment["name"], folder
                )
                saved += [path] if path else []
            except (OdooServerError, OSError, ValueError) as error:
                failed[attachment["id"]] = error
        for batch in attachment_batches(small):
            for record in await self._readable_contents(batch, failed):
                save = functools.partial(save_attachment, folder, record)
                try:
                    saved.append(await self.client.runner.offload(save))
                except (OSError, ValueError) as error:
                    failed[record["id"]] = error
        if failed:
            raise DownloadError(self.model, record_id, saved, failed)
        return list(saved)


class AttachmentsNamespace(AttachmentsBase):
    """Attach files to the records of one model, and save them."""

    attachments = blocking(AsyncAttachmentsNamespace.attachments)
    attach = blocking(AsyncAttachmentsNamespace.attach)
    attachment_data = blocking(AsyncAttachmentsNamespace.attachment_data)
    all_attachment_data = blocking(AsyncAttachmentsNamespace.all_attachment_data)
    download = blocking(AsyncAttachmentsNamespace.download)
