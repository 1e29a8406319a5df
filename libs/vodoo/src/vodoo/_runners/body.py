# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The body of an answer: decompressed in parts, up to a limit."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import httpx2

from .._protocols import Sink

PART_BYTES = 2**20


def new_inflate() -> Any:
    return zlib.decompressobj(zlib.MAX_WBITS | 32)


class TooLarge(httpx2.HTTPError):
    """An answer larger than the limit."""


class Body:
    """The body of an answer, decompressed as it comes in.

    :raises TooLarge: after ``limit`` decompressed bytes; no more than these are made.
        Bytes for a sink are not counted: they pass through the memory in parts.
    """

    def __init__(
        self, headers: Mapping[str, str], limit: int, sink: Sink | None = None
    ) -> None:
        self._limit = limit
        self._sink = sink
        if sink is not None:
            sink.begin()
        self._size = 0
        self._chunks: list[bytes] = []
        self._inflate: Any = None
        encoding = headers.get("content-encoding", "identity").strip().lower()
        if encoding in ("gzip", "x-gzip", "deflate"):
            self._inflate = new_inflate()
        elif encoding not in ("", "identity"):
            raise httpx2.DecodingError(
                f"content-encoding {encoding!r} was not asked for"
            )
        length = headers.get("content-length", "")
        if sink is None and length.isdecimal() and int(length) > limit:
            raise self._too_large()

    def add(self, chunk: bytes) -> None:
        if self._inflate is None:
            self._keep(chunk)
            return
        while True:
            longest = min(PART_BYTES, self._limit - self._size + 1)
            try:
                part = self._inflate.decompress(chunk, longest)
            except zlib.error as error:
                raise httpx2.DecodingError(str(error)) from error
            self._keep(part)
            chunk = self._inflate.unconsumed_tail
            if self._inflate.eof and self._inflate.unused_data:
                # A compressed text may consist of several.
                chunk = self._inflate.unused_data
                self._inflate = new_inflate()
            elif not chunk and len(part) < longest:
                return

    def _keep(self, chunk: bytes) -> None:
        if self._sink is not None:
            chunk = self._sink.feed(chunk)
        self._size += len(chunk)
        if self._size > self._limit:
            raise self._too_large()
        self._chunks.append(chunk)

    def content(self) -> bytes:
        """Return the whole body."""
        if self._chunks and self._inflate is not None and not self._inflate.eof:
            raise httpx2.DecodingError("the compressed answer is not complete")
        if self._sink is not None:
            self._chunks.append(self._sink.end())
        return b"".join(self._chunks)

    def _too_large(self) -> TooLarge:
        return TooLarge(
            f"the answer is larger than {self._limit:,} bytes; ask for less at a time, "
            "or raise the setting 'max_answer_bytes'"
        )
