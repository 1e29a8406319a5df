# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Recognize pages that a backend repeats: a search of such pages would never end."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any


class EndlessPagingError(ValueError):
    """The backend returns a page for the second time."""


def check_new(place: Any, seen: set, digest: bytes | None = None) -> None:
    """Add a place, or the records of a page, to those seen.

    :param digest: of the place, if it is known already
    :raise EndlessPagingError: it was seen before
    """
    digest = digest or digest_of(place)
    if digest in seen:
        raise EndlessPagingError(
            f"After {len(seen)} pages the backend repeats a page: "
            f"{reprlib.repr(place)}. Is this the right paging strategy?"
        )
    seen.add(digest)


def digest_of(place: Any) -> bytes:
    """Return the digest of a place or a page.

    Of its text, because values need not be hashable, and NaN differs from itself.
    """
    try:
        text = repr(place)
    except RecursionError:
        text = "".join(_flat_texts(place))
    return sha256(text.encode(errors="surrogatepass")).digest()


def _flat_texts(value: Any) -> Iterator[str]:
    """Yield the texts of values that are nested too deeply for ``repr``."""
    left = [value]
    while left:
        value = left.pop()
        if isinstance(value, (Mapping, list, tuple)):
            yield f"{type(value).__name__} of {len(value)}, "
            left.extend(value.items() if isinstance(value, Mapping) else value)
        else:
            yield f"{value!r}, "
