# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A folder of files on a disk, a server or in a bucket, by ``fsspec``.

==================  ==============================================================
``find``            the files to read: no folders, links or unfinished uploads
``look``            size and date of one file now
``fetch``           copies a file to a local one, and compares its version after it
``move``            into another folder; a file there is not overwritten
``write``           a hidden name first, then a rename: no reader sees a part
==================  ==============================================================

All operations can be repeated after a lost connection (``connection.py``): a move whose
answer was lost finds its file at the target.
"""

from __future__ import annotations

import contextlib
import posixpath
import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timezone
from fnmatch import fnmatchcase
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from .connection import Connection
from .errors import ChangedFile, FileError, FileExists, MissingFile
from .filesystem import checksum, copy_file, exists, fresh, rename, write_file
from .info import FileInfo, info_of, is_file, is_finished, is_plain, name_of

#: bytes of the largest file that is read
MAX_BYTES = 4 * 1024**3
_OWN_PREFIX = ".connector-"
#: seconds after which the hidden file of a writer that was killed is deleted
STALE_SECONDS = 30 * 24 * 3600


class Folder(Connection):
    """A folder: the operations on its files."""

    @property
    def is_read_only(self) -> bool:
        """Return whether files can only be read: the web has no moves."""
        return urlsplit(self.url).scheme in ("http", "https")

    # -- reading ----------------------------------------------------------------

    def find(self, pattern: str = "*", ready_suffix: str = "") -> list[FileInfo]:
        """Return the finished files whose name matches, by date and name.

        :param ready_suffix: read only the files beside which the sender has put another
            one, with this after its name: ``.ready``
        """
        entries = self._do(lambda fs: self._list(fs))
        names = {info.name for info in entries}
        found = [
            info
            for info in entries
            if fnmatchcase(info.name, pattern)
            and is_finished(info.name)
            and (not ready_suffix or info.name + ready_suffix in names)
            and not (ready_suffix and info.name.endswith(ready_suffix))
        ]
        if self.is_read_only:  # the page lists names only
            found = [info for each in found if (info := self.look(each.path))]
        oldest = datetime.min.replace(tzinfo=timezone.utc)
        return sorted(found, key=lambda info: (info.modified or oldest, info.name))

    def look(self, path: str) -> FileInfo | None:
        """Return the file of a path as it is now, None if it does not exist.

        A link that has replaced a file does not count: it may lead out of the folder.
        """
        try:
            entry = self._do(lambda fs: fresh(fs).info(path))
        except MissingFile:
            return None
        if not is_file(entry):
            return None
        info = info_of(entry)
        if info.modified or info.tag:
            return info
        # a web server without dates: no change of the same size would be noticed
        return replace(info, tag=self._do(lambda fs: checksum(fs, path, MAX_BYTES)))

    def fetch(self, info: FileInfo, target: BinaryIO, max_bytes=MAX_BYTES) -> str:
        """Copy a file into a local one, and return its SHA-256.

        :raise ChangedFile: it is not the version of ``info`` any more
        :raise BrokenFile: it is larger than ``max_bytes``
        """
        digest, size = self._do(lambda fs: copy_file(fs, info, target, max_bytes))
        now = self.look(info.path)
        if now is None or now.version != info.version or size != (now.size or size):
            raise ChangedFile(
                f"{self.label}: {info.name} changed while it was read: "
                f"{info.version} became {now.version if now else 'nothing'}."
            )
        target.seek(0)
        return digest

    # -- writing ------------------------------------------------------------------

    def move(self, old: str, folder: str, new_name: str) -> str:
        """Move a file into a folder below this one, and return its new path.

        A file that an earlier call has moved stays at its new path.

        :param old: its path
        :raise FileExists: both exist; nothing was moved
        :raise MissingFile: neither exists
        """
        new = self.path(folder, new_name)
        if new == old:
            return new

        def act(fs: Any) -> None:
            if not exists(fs, old):
                if exists(fs, new):
                    return
                name = posixpath.basename(old)
                raise MissingFile(f"{self.label}: {name} does not exist any more.")
            parent = posixpath.dirname(new)
            if not exists(fs, parent):
                fs.makedirs(parent, exist_ok=True)
            rename(fs, old, new)

        self._do(act)
        return new

    def write(self, name: str, blocks: Iterable[bytes]) -> str:
        """Write a file of a new name, and return its path.

        :raise FileExists: a file of this name exists
        """
        path = self.path(name)
        if self._do(lambda fs: exists(fs, path)):
            raise FileExists(f"{self.label}: {name} exists already.")
        hidden = self.write_hidden(name, blocks)
        try:
            return self.publish(hidden, name)
        except FileError:
            self.discard(hidden)
            raise

    def write_hidden(self, name: str, blocks: Iterable[bytes]) -> str:
        """Write a file that no reader finds, and return its path for ``publish``."""
        self.path(name)
        hidden = self.path(f"{_OWN_PREFIX}{uuid.uuid4().hex[:12]}-{name}.tmp")
        self._do(lambda fs: exists(fs, hidden))  # opens a closed connection again
        try:
            self._do(lambda fs: write_file(fs, hidden, blocks), repeatable=False)
        except BaseException:
            self.discard(hidden)
            raise
        return hidden

    def publish(self, hidden: str, name: str) -> str:
        """Give a hidden file its name, and return its path.

        :raise FileExists: a file of this name exists
        :raise MissingFile: neither exists
        """
        path = self.path(name)

        def act(fs: Any) -> None:
            if not exists(fs, hidden):
                if exists(fs, path):
                    return  # the answer to the first rename was lost
                raise MissingFile(f"{self.label}: {name} was not written.")
            rename(fs, hidden, path)

        self._do(act)
        return path

    def discard(self, path: str) -> None:
        """Delete a file, as far as possible."""
        with contextlib.suppress(FileError):
            self._do(lambda fs: fs.rm_file(path))

    def remove_stale(self) -> int:
        """Delete the hidden files that killed writers left; return how many."""
        now = datetime.now(timezone.utc)
        stale = [
            info
            for info in self._do(lambda fs: self._list(fs))
            if info.name.startswith(_OWN_PREFIX)
            and info.modified
            and (now - info.modified).total_seconds() > STALE_SECONDS
        ]
        for info in stale:
            with contextlib.suppress(MissingFile):
                self._do(lambda fs, path=info.path: fs.rm_file(path))
        return len(stale)

    def remove(self, name: str) -> None:
        """Delete a file; one that does not exist is deleted already."""
        with contextlib.suppress(MissingFile):
            self._do(lambda fs: fs.rm_file(self.path(name)))

    def path(self, *parts: str) -> str:
        """Return the path of a name in this folder.

        :raise FileError: the name leads out of the folder
        """
        name = parts[-1]
        if not is_plain(name):
            raise FileError(f"{self.label}: {name!r} cannot be the name of a file.")
        self._open()
        return posixpath.normpath(posixpath.join(self._base, *parts)).replace(
            ":/", "://", 1 if "://" in self._base else 0
        )

    def _list(self, fs: Any) -> list[FileInfo]:
        entries = fresh(fs).ls(self._base, detail=True)
        return [
            info_of(entry)
            for entry in entries
            if is_file(entry) and is_plain(name_of(entry))
        ]
