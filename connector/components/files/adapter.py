# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Adapter for records in the files of a folder.

``connector/files`` has the formats and folders, ``importer.py`` the order of the
steps by which a file is imported, ``models/file.py`` the list of files.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from odoo.addons.component.core import AbstractComponent

from ...exception import (
    AccessRefused,
    BackendUnreachable,
    CredentialsRefused,
    InvalidDataError,
    NetworkRetryableError,
)
from ...files import errors
from ...files.filesystem import protocol_of
from ...files.folder import MAX_BYTES, Folder
from ...files.formats import Format
from ...files.info import FileInfo, passwords_of
from ...files.records import FileRecords
from ...http.paths import look_up
from ...http.secrets import Redactor, redacted_logs
from ..external_id import can_be_stored, is_external_id
from ..record_page import RecordPage
from ..session import Session

#: filter of a search: the records of one file, by the id of its ``connector.file``
FILE = "file"
#: options that may be shown
_PUBLIC_OPTIONS = {"username", "host_key", "port", "timeout", "endpoint_url"}
_LOGGERS = ("fsspec", "fsspec.http", "fsspec.sftp", "paramiko.transport", "s3fs")
#: latest files in which single records are sought
_SEARCHED_FILES = 20

_REACTIONS: dict[type[errors.FileError], type[Exception]] = {
    errors.ConnectionLost: BackendUnreachable,
    errors.LoginRefused: CredentialsRefused,
    errors.AccessDenied: AccessRefused,
}
#: errors of a file, which the caller handles
_OF_ONE_FILE = (
    errors.MissingFile,
    errors.BrokenFile,
    errors.ChangedFile,
    errors.FileExists,
)


@contextmanager
def own_errors() -> Iterator[None]:
    """Turn errors of the connection into those by which jobs react."""
    try:
        yield
    except _OF_ONE_FILE:
        raise
    except errors.FileError as error:
        reaction = _REACTIONS.get(type(error), InvalidDataError)
        raise reaction(str(error)) from None


class FileAdapter(AbstractComponent):
    """Adapter of a folder whose files hold the records.

    Set ``_format``, ``_id_field`` and ``_pattern``.
    """

    _name = "generic.file.adapter"
    _inherit = "base.backend.adapter.crud"

    #: address of the folder: ``sftp://host/in``, ``s3://bucket/in``, ``https://host/in``
    #: or a local path; None for the field ``_url_field`` of the backend
    _url: str | None = None
    _url_field = "url"  #: field of the backend with the address
    #: options of the connection, by the fields of the backend that hold them:
    #: ``{"username": "login", "password": "password", "host_key": "host_key"}``
    _credentials: Mapping[str, str] = {}
    #: local folders that the address of a backend may lead to
    _local_folders: Collection[str] = ()
    #: names of the files, as in ``orders_*.csv``
    _pattern = "*"
    _format: Format | None = None  #: how files are read: ``CSV(…)``, ``XML(…)`` …
    #: field of a record that contains its id, a dotted path
    _id_field = "id"
    #: folders below the inbox; None leaves the files where they are
    _done_folder: str | None = "done"
    _failed_folder: str | None = "failed"  #: for files that cannot be read
    #: seconds for which size and date of a file must stay the same before it is read
    _settle_seconds = 10
    #: a file is complete when one with this after its name is beside it: ``.ready``
    _ready_suffix = ""
    #: leave out a file that has the name and content of one that was imported
    _skip_same_content = True
    _max_file_bytes = MAX_BYTES  #: larger files are an error
    #: records of a page
    _page_size = 200
    _pages_hold_records = True
    _folder: Folder | None = None

    # -- the folder ---------------------------------------------------------------

    def _base_url(self) -> str:
        """Return the address of the folder."""
        if self._url:
            return self._url
        backend = self.backend_record
        url = getattr(backend, self._url_field, None)
        if not url:
            raise CredentialsRefused(
                f"{backend.display_name}: it has no address. Fill in its field "
                f"{self._url_field}, or set _url of {self._name}."
            )
        self._check_local(url)
        return url

    def _check_local(self, url: str) -> None:
        """Raise an error if a user has entered a local folder that is not allowed."""
        with own_errors():
            if protocol_of(url) != "file":
                return
        path = url.removeprefix("file://").rstrip("/") + "/"
        allowed = [folder.rstrip("/") + "/" for folder in self._local_folders]
        if "/../" in path or not path.startswith(tuple(allowed)):
            raise AccessRefused(
                f"{self.backend_record.display_name}: the local folder {path} is not "
                f"below one of {self._name}._local_folders: "
                f"{', '.join(allowed) or 'none is allowed'}."
            )

    def _storage_options(self) -> dict[str, Any]:
        """Return the options of the connection, passed to fsspec."""
        backend, options = self.backend_record.sudo(), {}
        for option, field in self._credentials.items():
            if field not in backend._fields:
                raise ValueError(
                    f"{self._name}._credentials names the field {field!r}, which "
                    f"{backend._name} does not have."
                )
            if backend[field]:
                options[option] = backend[field]
        return options

    @property
    def folder(self) -> Folder:
        """Return the folder, whose connection ends with the job."""
        if self._folder is None:
            url, options = self._base_url(), self._storage_options()
            redact, shared = Redactor(), Session.of(self.work)
            redact.add(*passwords_of(url), *_secrets(options))
            shared.enter(redacted_logs(redact, _LOGGERS))
            self._folder = shared.enter(Folder(url, options, redact))
        return self._folder

    def find_files(self) -> list[FileInfo]:
        """Return the finished files of the folder whose name matches."""
        with own_errors():
            try:
                return self.folder.find(self._pattern, self._ready_suffix)
            except errors.MissingFile as error:
                raise InvalidDataError(
                    f"{self.backend_record.display_name}: the folder of {self._name} "
                    f"does not exist. {error}"
                ) from None

    @contextmanager
    def reading(self, info: FileInfo) -> Iterator[FileRecords]:
        """Yield the records of a file, from a local copy that ends with the block.

        :raise BrokenFile: it does not have the format
        :raise ChangedFile: it is not the version of ``info`` any more
        """
        if self._format is None:
            raise ValueError(
                f"{self._name} does not say which format its files have: set _format, "
                "as in _format = CSV(delimiter=';')."
            )
        with tempfile.TemporaryFile(prefix="connector-") as copy:
            with own_errors():
                checksum = self.folder.fetch(info, copy, self._max_file_bytes)
            yield FileRecords(
                self._format, copy, info.name, self._external_id, checksum
            )

    def _external_id(self, record: dict[str, Any]) -> Any:
        """Return the id of a record; raise ``ValueError`` if it has none."""
        external_id = look_up(record, self._id_field)
        if isinstance(external_id, str):
            external_id = external_id.strip()
        if not is_external_id(external_id):
            raise ValueError(
                f"it has no {self._id_field}; its fields are {', '.join(record)}"
            )
        if not isinstance(external_id, (str, int)) or not can_be_stored(
            str(external_id)
        ):
            raise ValueError(f"{external_id!r} cannot be its {self._id_field}")
        return external_id

    # -- operations of importers ------------------------------------------------------

    def search(self, filters: Any = None) -> list[Any]:
        return [each for page in self.search_pages(filters) for each in page]

    def search_pages(self, filters: Any = None) -> Iterator[RecordPage]:
        """Yield the records of all files in the folder, or of ``{"file": id}``."""
        for info in self._infos(filters):
            try:
                with self.reading(info) as records:
                    for page in records.pages(self._page_size):
                        yield RecordPage(page)
            except (errors.BrokenFile, errors.MissingFile) as error:
                raise InvalidDataError(str(error)) from None
            except errors.ChangedFile as error:
                raise NetworkRetryableError(str(error)) from None

    def _infos(self, filters: Any) -> list[FileInfo]:
        if not (filters or {}).get(FILE):
            return self.find_files()
        with own_errors():
            path = self.env["connector.file"].browse(filters[FILE]).sudo().path
            return [info for info in [self.folder.look(path)] if info]

    def read(self, external_id: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        # pylint: disable=method-required-super
        return self.read_many([external_id])[external_id]

    def read_many(self, external_ids: Iterable[Any]) -> dict[Any, dict[str, Any]]:
        """Return ``{external id: record}``, each from the latest file that has it.

        :raise InvalidDataError: no recent file has a record; it may still exist
        """
        wanted = {str(external_id): external_id for external_id in external_ids}
        found: dict[Any, dict[str, Any]] = {}
        files = self.env["connector.file"].sudo()
        for file in files._last_read(
            self.backend_record, self.model._name, _SEARCHED_FILES
        ):
            if not wanted:
                break
            for page in self.search_pages({FILE: file.id}):
                for key in [key for key in page if str(key) in wanted]:
                    found[wanted.pop(str(key))] = page.records[key]
        if wanted:
            raise InvalidDataError(
                f"{self.backend_record.display_name}: the last {_SEARCHED_FILES} files "
                f"of {self.model._name} have no record {', '.join(wanted)}. Put a file "
                "with it into the folder again."
            )
        return found

    def find_existing(self, external_ids: Iterable[Any]) -> set[Any]:
        raise InvalidDataError(
            f"{self._name}: a folder does not say which records were deleted. Set "
            "the interval of the deletion checks to 0."
        )


def _secrets(options: Mapping[str, Any]) -> Iterator[str]:
    for name, value in options.items():
        if isinstance(value, Mapping):
            yield from _secrets(value)
        elif isinstance(value, str) and name not in _PUBLIC_OPTIONS:
            yield value
