# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Names and versions of files, as file systems of fsspec describe them."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

#: ends of the names of uploads that are not finished
UNFINISHED = (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload")


@dataclass(frozen=True)
class FileInfo:
    """A file as the system describes it."""

    name: str
    path: str
    size: int | None = None
    modified: datetime | None = None
    #: text that stands for the date: an ETag, or a checksum if the system gives neither
    tag: str = ""

    @property
    def version(self) -> str:
        """Return a text that differs when the file was written again."""
        modified = self.modified.isoformat() if self.modified else ""
        return f"{self.size} {self.tag or modified}".strip()


def is_plain(name: str) -> bool:
    """Return whether a name is one of a file, and leads to no other folder."""
    return bool(name) and name not in (".", "..") and not set(name) & set("/\\\0")


def is_file(entry: Mapping[str, Any]) -> bool:
    """Return whether an entry of fsspec is a file: no folder, link or pipe."""
    return entry["type"] == "file" and not entry.get("islink")


def is_finished(name: str) -> bool:
    """Return whether a name is not that of an upload that goes on, or hidden."""
    return not name.startswith(".") and not name.lower().endswith(UNFINISHED)


def without_password(url: str) -> str:
    """Return an address without its password and query string."""
    parts = urlsplit(url)
    if not parts.scheme:
        return url
    user, at, host = parts.netloc.rpartition("@")
    user = user.partition(":")[0]
    return urlunsplit((parts.scheme, f"{user}{at}{host}", parts.path, "", ""))


def passwords_of(url: str) -> set[str]:
    """Return the password of an address, as it is written and as it is meant."""
    password = urlsplit(url).password or ""
    return {password, unquote(password)} - {""}


def name_of(entry: Mapping[str, Any]) -> str:
    """Return the name of a file that a listing of fsspec describes."""
    path = str(entry["name"])
    if path.startswith(("http://", "https://")):
        path = unquote(urlsplit(path).path)
    return posixpath.basename(path)


def info_of(entry: Mapping[str, Any]) -> FileInfo:
    """Return the description of a file; the keys depend on the file system."""
    modified = entry.get("mtime") or entry.get("LastModified") or entry.get("modified")
    if isinstance(modified, (int, float)):
        modified = datetime.fromtimestamp(modified, timezone.utc)
    return FileInfo(
        name=name_of(entry),
        path=str(entry["name"]),
        size=entry.get("size"),
        modified=modified if isinstance(modified, datetime) else None,
        tag=str(entry.get("ETag") or entry.get("Last-Modified") or ""),
    )
