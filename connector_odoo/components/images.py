# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Images are read apart from their records.

A record is read with ``bin_size``: Odoo returns the size of an image (``"12.34 Kb"``)
in place of its content. The size is also the value by which two versions of a record
are compared, so an export never downloads an image. The contents are read when a
chunk is mapped, only for records that changed, in calls of at most ``MAX_BYTES``:

.. code-block:: text

    read records (sizes)  →  skip unchanged  →  read contents, call by call  →  map
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from odoo.addons.connector.api import Modifier, RetryableJobError

#: bytes of the images that are read in one call; a larger image is read alone
MAX_BYTES = 8 * 1024 * 1024
#: units of Odoo (attachments) and of PostgreSQL (columns)
UNITS = {
    "bytes": 1,
    **dict.fromkeys(("Kb", "kB"), 1024),
    **dict.fromkeys(("Mb", "MB"), 1024**2),
}


def read_size(text: Any) -> float:
    """Return the bytes of a size as Odoo writes it, ``MAX_BYTES`` where unknown."""
    number, _, unit = str(text).partition(" ")
    try:
        return float(number) * UNITS[unit]
    except (KeyError, ValueError):
        return MAX_BYTES


def split_by_size(sizes: Mapping[int, float]) -> Iterator[list[int]]:
    """Yield the ids of ``{id: bytes}`` in groups of at most ``MAX_BYTES``."""
    group: list[int] = []
    total = 0.0
    for record_id, size in sizes.items():
        if group and total + size > MAX_BYTES:
            yield group
            group, total = [], 0.0
        group.append(record_id)
        total += size
    if group:
        yield group


class RemoteImages:
    """Contents of the images of the records that are being mapped.

    :param read: takes ids and field names, returns ``{id: record}``
    """

    def __init__(
        self, read: Callable[[list[int], list[str]], dict[int, dict[str, Any]]]
    ) -> None:
        self._read = read
        self._found: dict[int, dict[str, Any]] = {}

    def prefetch(
        self, records: Iterable[Mapping[str, Any]], fields: Iterable[str]
    ) -> None:
        """Replace the known contents by those of the records."""
        fields = list(fields)
        sizes = {
            record["id"]: sum(read_size(record[name]) for name in names)
            for record in records
            if (names := [name for name in fields if record.get(name)])
        }
        self._found = {}
        for ids in split_by_size(sizes):
            self._found.update(self._read(ids, fields))

    def content(self, record: Mapping[str, Any], field: str) -> str | bool:
        """Return the image of a record as base64 text, False if it has none.

        :raise RetryableJobError: the record was deleted since it was read
        """
        if not record.get(field):
            return False
        known = self._found.get(record["id"], {})
        if field not in known:
            known = self._read([record["id"]], [field]).get(record["id"])
        if known is None:
            raise RetryableJobError(
                f"Record {record['id']} of the other Odoo was deleted while its image "
                "was read."
            )
        return known.get(field) or False


def remote_image(field: str) -> Modifier:
    """Return the content of an image whose size was read."""

    def build(read: Any, keeps_falsy: bool) -> Any:
        def read_content(mapper: Any, record: Any, to_attr: str) -> Any:
            return mapper.images.content(record, field)

        return read_content

    return Modifier(field, build, "image")


def local_image(field: str) -> Modifier:
    """Return an image as base64 text, as Odoo's external API takes it."""

    def build(read: Any, keeps_falsy: bool) -> Any:
        def read_image(mapper: Any, record: Any, to_attr: str) -> Any:
            content = record.with_context(bin_size=False)[field]
            return content.decode() if isinstance(content, bytes) else content

        return read_image

    return Modifier(field, build, "image")
