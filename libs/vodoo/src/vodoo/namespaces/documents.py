# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Files of Documents (Odoo Enterprise)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .._errors import RecordNotFoundError
from .._runners import awaited
from .._runners.sync import blocking
from .._values import Domain, Records, as_list
from .attachments import named_content, save_datas
from .base import Namespace

FIELDS = "id name folder_id owner_id mimetype file_size create_date".split()

#: Since this version folders are documents.
FOLDERS_ARE_DOCUMENTS_VERSION = 18


class DocumentsBase(Namespace):
    model = "documents.document"

    async def _folders_are_documents(self) -> bool:
        return (await self._version()) >= FOLDERS_ARE_DOCUMENTS_VERSION


class AsyncDocuments(DocumentsBase):
    """Work with the files of Documents (Odoo Enterprise)."""

    async def list(
        self,
        folder: int | str | None = None,
        *,
        domain: Domain | None = None,
        limit: int | None = 50,
    ) -> Records:
        """Return documents, all or those of a folder."""
        where = as_list(domain)
        if folder is not None:
            folder_id = await awaited(self.resolve_folder(folder))
            where.append(["folder_id", "=", folder_id])
        if await self._folders_are_documents():
            where.append(["type", "!=", "folder"])
        return await self._search_existing(
            self.model, where, FIELDS, limit=limit, order="create_date desc"
        )

    async def folders(self) -> Records:
        """Return all folders."""
        if await self._folders_are_documents():
            model, domain, parent = self.model, [["type", "=", "folder"]], "folder_id"
        else:
            model, domain, parent = "documents.folder", [], "parent_folder_id"
        return await self._search_read(
            model, domain, ["id", "name", parent], order="name"
        )

    async def resolve_folder(self, folder: int | str) -> int:
        """Return the id of the folder with a name; an id is returned unchanged.

        :raises RecordNotFoundError: unless exactly one folder has the name.
        """
        if isinstance(folder, int):
            return folder
        found = await awaited(self.folders())
        ids = [int(record["id"]) for record in found if record["name"] == folder]
        if len(ids) != 1:
            names = ", ".join(sorted(str(record["name"]) for record in found))
            raise RecordNotFoundError(
                self.model,
                message=f"{len(ids)} folders are named {folder!r}; there are {names}",
            )
        return ids[0]

    async def upload(
        self,
        /,
        file_path: str | Path | None = None,
        *,
        data: bytes | None = None,
        name: str | None = None,
        folder: int | str | None = None,
        **extra: Any,
    ) -> int:
        """Create a document from a file, or from data under a name; return its id."""
        name, content = await named_content(self.client.runner, file_path, data, name)
        values = {"name": name, "datas": content, **extra}
        if folder is not None:
            values["folder_id"] = await awaited(self.resolve_folder(folder))
        return await self._create(self.model, values)

    async def download_file(
        self, document_id: int, output_dir: str | Path | None = None
    ) -> Path:
        """Save a document, by default in the working directory; overwrite nothing."""
        records = await self._read(self.model, [document_id], ["name"])
        folder, name = Path(output_dir or "."), records and records[0]["name"]
        saved = records and await save_datas(
            self, self.model, document_id, name, folder
        )
        if not saved:
            raise RecordNotFoundError(
                self.model, document_id, f"no file in {self.model}({document_id})"
            )
        return saved


class Documents(DocumentsBase):
    """Work with the files of Documents (Odoo Enterprise)."""

    list = blocking(AsyncDocuments.list)
    folders = blocking(AsyncDocuments.folders)
    resolve_folder = blocking(AsyncDocuments.resolve_folder)
    upload = blocking(AsyncDocuments.upload)
    download_file = blocking(AsyncDocuments.download_file)
