# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from ..crud import Crud
from ..errors import RecordNotFoundError
from ..files import save_without_overwriting
from ..operation import Mode, Offload, Operation, operation
from ..values import Domain, Records, to_bytes
from .attachments import named_content
from .base import Namespace

FIELDS = ("id", "name", "folder_id", "owner_id", "mimetype", "file_size", "create_date")

#: Since this version folders are documents.
FOLDERS_ARE_DOCUMENTS_VERSION = 18


class Documents(Namespace[Mode]):
    """Work with the files of Documents (Odoo Enterprise)."""

    model = "documents.document"

    @operation
    def list(
        self,
        folder: int | str | None = None,
        *,
        domain: Domain | None = None,
        limit: int | None = 50,
    ) -> Operation[Records]:
        """Return documents, all or those of a folder."""
        where: Any = [*(domain or [])]
        if folder is not None:
            folder_id = yield from Documents.resolve_folder(self, folder)
            where.append(["folder_id", "=", folder_id])
        if (yield from self._folders_are_documents()):
            where.append(["type", "!=", "folder"])
        return (
            yield from self.search_existing(
                self.model, where, FIELDS, limit=limit, order="create_date desc"
            )
        )

    @operation
    def folders(self) -> Operation[Records]:
        """Return all folders."""
        if (yield from self._folders_are_documents()):
            model, domain, parent = self.model, [["type", "=", "folder"]], "folder_id"
        else:
            model, domain, parent = "documents.folder", [], "parent_folder_id"
        return (
            yield from Crud.search_read(
                self.client, model, domain, ["id", "name", parent], order="name"
            )
        )

    @operation
    def resolve_folder(self, folder: int | str) -> Operation[int]:
        """Return the id of a folder given by its name; an id stays as it is.

        :raises RecordNotFoundError: unless exactly one folder has the name.
        """
        if isinstance(folder, int):
            return folder
        found = yield from Documents.folders(self)
        ids: Any = [record["id"] for record in found if record["name"] == folder]
        if len(ids) != 1:
            names = ", ".join(sorted(str(record["name"]) for record in found))
            raise RecordNotFoundError(
                self.model,
                message=f"{len(ids)} folders are named {folder!r}; there are: {names}",
            )
        folder_id: int = ids[0]
        return folder_id

    @operation
    def upload(
        self,
        /,
        file_path: str | Path | None = None,
        *,
        data: bytes | None = None,
        name: str | None = None,
        folder: int | str | None = None,
        **extra: Any,
    ) -> Operation[int]:
        """Create a document from a file, or from data under a name; return its id."""
        name, content = yield from named_content(file_path, data, name)
        values = {"name": name, "datas": content, **extra}
        if folder is not None:
            values["folder_id"] = yield from Documents.resolve_folder(self, folder)
        document_id: int = yield from Crud.create(self.client, self.model, values)
        return document_id

    @operation
    def download_file(
        self, document_id: int, output_dir: str | Path | None = None
    ) -> Operation[Path]:
        """Save a document, by default in the working directory; overwrite nothing."""
        records = yield from Crud.read(
            self.client, self.model, [document_id], ["name", "datas"]
        )
        if not records or not records[0]["datas"]:
            raise RecordNotFoundError(
                self.model, document_id, f"no file in {self.model}({document_id})"
            )
        content = to_bytes(records[0]["datas"])
        save = functools.partial(
            save_without_overwriting,
            Path(output_dir or "."),
            records[0]["name"],
            content,
        )
        saved: Path = yield Offload(save)
        return saved

    def _folders_are_documents(self) -> Operation[bool]:
        version = yield from self.version_steps()
        return version >= FOLDERS_ARE_DOCUMENTS_VERSION
