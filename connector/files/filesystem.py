# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""File systems of fsspec: which protocols, how they open, close and rename.

fsspec keeps its file systems for the life of a process, with their credentials and
connections. Here each folder has its own, which ends with the job.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from .errors import BrokenFile, FileError, FileExists, MissingLibrary
from .info import FileInfo

BLOCK_BYTES = 1024 * 1024
#: bytes of one answer of an SFTP server, and requests that are sent ahead
_SFTP_BYTES = 32 * 1024
_SFTP_WINDOW = 64

#: protocol → Python packages that it needs besides fsspec
PROTOCOLS = {
    "file": "",
    "sftp": "paramiko",
    "s3": "s3fs",
    "http": "aiohttp",
    "https": "aiohttp",
}


def protocol_of(url: str) -> str:
    """Return the protocol of an address; that of a path is ``file``.

    :raise FileError: no such protocol is supported
    """
    scheme = urlsplit(url).scheme.lower()
    protocol = {"": "file", "ssh": "sftp"}.get(scheme, scheme)
    if protocol not in PROTOCOLS or "::" in url:
        raise FileError(
            f"The address of a folder must begin with {', '.join(PROTOCOLS)} and ://, "
            f"as in sftp://host/in; found: {scheme or url.partition('::')[0]}."
        )
    return protocol


def open_filesystem(url: str, options: Mapping[str, Any]) -> tuple[Any, str]:
    """Return a new file system of fsspec, and the path of the folder in it."""
    protocol = protocol_of(url)
    needed = PROTOCOLS[protocol]
    try:
        import fsspec  # noqa: PLC0415

        if needed:
            import_module(needed)
        if protocol == "sftp":
            from .sftp import open_sftp  # noqa: PLC0415

            return open_sftp(url, options)
    except ImportError as error:
        raise MissingLibrary(
            f"{protocol}:// needs the Python packages fsspec {needed}: "
            f"pip install fsspec {needed} ({error})"
        ) from None
    known: dict[str, Any] = dict(options)
    if protocol in ("http", "https"):
        known.setdefault("use_listings_cache", False)
    fs = fsspec.filesystem(protocol, skip_instance_cache=True, **known)
    path = str(fs._strip_protocol(url))
    return fs, path if path == "/" else path.rstrip("/")


def close_filesystem(fs: Any) -> None:
    """Close the connections of a file system."""
    close = getattr(fs, "close", None)
    if callable(close):
        close()
        return
    close_session, session = getattr(fs, "close_session", None), None
    if close_session is not None:
        session = getattr(fs, "_session", None) or getattr(fs, "_s3", None)
    if session is not None:
        close_session(fs.loop, session)


def fresh(fs: Any) -> Any:
    """Return the file system without its memory of listings."""
    fs.invalidate_cache()
    return fs


def exists(fs: Any, path: str) -> bool:
    """Return whether a file exists; fsspec takes each error for a missing file."""
    try:
        fresh(fs).info(path)
    except FileNotFoundError:
        return False
    return True


def rename(fs: Any, old: str, new: str) -> None:
    """Rename a file, never over another one.

    :raise FileExists: a file of the new name exists
    """
    if exists(fs, new):
        raise FileExists(f"{posixpath.basename(new)} exists already.")
    if getattr(fs, "local_file", False):
        _rename_local(old, new)
    else:
        fs.mv(old, new)


def _rename_local(old: str, new: str) -> None:
    """Rename a file of the disk; a plain rename would replace another one."""
    try:
        os.link(old, new)
    except FileExistsError:
        raise FileExists(f"{posixpath.basename(new)} exists already.") from None
    except OSError:  # another disk, or one without links
        os.replace(old, new)
    else:
        os.unlink(old)


def copy_file(
    fs: Any, info: FileInfo, target: BinaryIO, max_bytes: int
) -> tuple[str, int]:
    """Copy a file; return its SHA-256 and its size."""
    target.seek(0)
    target.truncate()
    digest, size = hashlib.sha256(), 0
    with fs.open(info.path, "rb") as source:
        for block in _read_blocks(source):
            size += len(block)
            if size > max_bytes:
                raise BrokenFile(
                    f"{info.name}: it has more than {max_bytes} bytes. Set "
                    "_max_file_bytes to read larger files."
                )
            digest.update(block)
            target.write(block)
    return digest.hexdigest(), size


def checksum(fs: Any, path: str, max_bytes: int) -> str:
    """Return the SHA-256 of a file, or of its beginning if it is larger."""
    digest, size = hashlib.sha256(), 0
    with fs.open(path, "rb") as source:
        for block in _read_blocks(source):
            digest.update(block)
            size += len(block)
            if size > max_bytes:
                break
    return digest.hexdigest()


def _read_blocks(source: Any) -> Iterator[bytes]:
    """Yield the content of a file.

    SFTP answers a request with 32 KiB, so that many are sent before their answers are
    read. ``prefetch`` of paramiko would do so for the whole file, in memory; with a
    limit, its thread never ends if the session is dropped.
    """
    if hasattr(source, "readv"):
        # the size of the open file: it may be shorter than when it was found
        size = source.stat().st_size
        for start in range(0, size, _SFTP_WINDOW * _SFTP_BYTES):
            end = min(start + _SFTP_WINDOW * _SFTP_BYTES, size)
            offsets = range(start, end, _SFTP_BYTES)
            yield from source.readv(
                [(offset, min(_SFTP_BYTES, end - offset)) for offset in offsets]
            )
    while block := source.read(BLOCK_BYTES):
        yield block


def write_file(fs: Any, path: str, blocks: Iterable[bytes]) -> None:
    """Write a file, which readers see from its first byte on."""
    with fs.open(path, "wb") as target:
        for block in blocks:
            target.write(block)
