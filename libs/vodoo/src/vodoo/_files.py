# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Files: names that stay in their folder, attachments saved as they arrive."""

from __future__ import annotations

import base64
import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

Attachment = dict[str, Any]

#: Contents are read in requests of about this many bytes.
BATCH_BYTES = 16 * 2**20

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.I)
#: in bytes, as file systems count: 255 without the number in brackets
_LONGEST_NAME = 200
_LONGEST_SUFFIX = 40


def attachment_batches(attachments: Iterable[Attachment]) -> Iterator[list[Attachment]]:
    """Yield batches of attachments whose contents fit into one request."""
    batch: list[Attachment] = []
    size = 0
    for attachment in attachments:
        if batch and size + (attachment["file_size"] or 0) > BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(attachment)
        size += attachment["file_size"] or 0
    if batch:
        yield batch


def read_file(path: Path) -> bytes:
    """Return the content of a file."""
    if not path.is_file():
        raise FileNotFoundError(f"the file {path} does not exist")
    return path.read_bytes()


def safe_name(name: str) -> str:
    """Return a valid file name without folders, for every operating system."""
    cleaned = _FORBIDDEN.sub("_", re.split(r"[/\\]", name.rstrip("/\\"))[-1]).strip(
        " ."
    )
    if not cleaned or _RESERVED.fullmatch(cleaned):
        cleaned = f"attachment_{cleaned}".rstrip("_")
    path = Path(cleaned)
    suffix = _cut(path.suffix, _LONGEST_SUFFIX)
    return _cut(path.stem, _LONGEST_NAME - len(suffix.encode())) + suffix


def _cut(text: str, length: int) -> str:
    """Return the beginning of a text, at most ``length`` bytes in UTF-8."""
    return text.encode("utf-8", "replace")[:length].decode("utf-8", "ignore")


def save_attachment(folder: Path, record: Attachment) -> Path:
    """Write the content of an attachment to a new file."""
    content = base64.b64decode(record["datas"], validate=True)
    path, file = open_without_overwriting(folder, str(record["name"] or ""))
    with file:
        file.write(content)
    return path


def open_without_overwriting(folder: Path, name: str) -> tuple[Path, BinaryIO]:
    """Open a new file for writing; add a number if the name is taken."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = Path(safe_name(name))
    for number in itertools.count(1):
        numbered = f"{wanted.stem} ({number}){wanted.suffix}"
        path = folder / (wanted.name if number == 1 else numbered)
        try:
            return path, path.open("xb")
        except FileExistsError:
            continue
    raise AssertionError("counting does not end")


class Base64File:
    """A sink that decodes the base64 text of one field into a file while it arrives.

    In the answer an empty text replaces it. The quotes around a field's name cannot
    occur in another JSON text, where they are escaped.
    """

    def __init__(self, file: BinaryIO, field: str) -> None:
        self._file = file
        self._start = re.compile(rb'"%s"\s*:\s*"' % field.encode())
        self.begin()

    def begin(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._waiting = b""
        self._is_inside = False
        self.is_complete = False

    def feed(self, chunk: bytes) -> bytes:
        if self.is_complete:
            return chunk
        if self._is_inside:
            return self._decode(chunk)
        before = self._waiting + chunk
        start = self._start.search(before)
        if start is None:
            # the chunk may end within the name
            self._waiting = before[-256:]
            return before[:-256]
        self._is_inside, self._waiting = True, b""
        return before[: start.end()] + self._decode(before[start.end() :])

    def end(self) -> bytes:
        """Return the rest of the answer, if the field never came."""
        return b"" if self._is_inside else self._waiting

    def _decode(self, chunk: bytes) -> bytes:
        text, quote, rest = chunk.partition(b'"')
        text = self._waiting + text
        length = len(text) if quote else len(text) // 4 * 4
        self._file.write(base64.b64decode(text[:length], validate=True))
        self._waiting = text[length:]
        if quote:
            self.is_complete = True
        return quote + rest
