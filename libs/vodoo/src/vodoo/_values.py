# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Python values as JSON that Odoo reads, and back."""

from __future__ import annotations

import base64
import datetime
import json
import reprlib
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from numbers import Rational
from typing import Any, Protocol, TypeAlias

from ._errors import ValueEncodingError

Record = dict[str, Any]
Records = list[Record]
Values = Mapping[str, Any]


class PolishDomain(Protocol):
    """A domain that iterates over its conditions, as ``odoo.fields.Domain`` does."""

    def __iter__(self) -> Iterator[Any]: ...
    def iter_conditions(self) -> Iterable[Any]: ...


Domain: TypeAlias = "Sequence[Any] | PolishDomain"

DATETIME_FORMAT = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class Markdown:
    """A text in Markdown that is sent as HTML."""

    text: str

    def to_html(self) -> str:
        """Render with tables, strikethrough and line breaks as typed."""
        from markdown_it import MarkdownIt

        renderer = MarkdownIt("commonmark", {"breaks": True})
        return str(
            renderer.enable(["table", "strikethrough"]).render(self.text)
        ).strip()


class HTML(str):
    """A text that is HTML already."""

    __slots__ = ()


class Cmd:
    """The commands that change x2many fields."""

    @staticmethod
    def create(values: Mapping[str, Any]) -> tuple[int, int, Mapping[str, Any]]:
        return (0, 0, values)

    @staticmethod
    def update(
        record_id: int, values: Mapping[str, Any]
    ) -> tuple[int, int, Mapping[str, Any]]:
        return (1, record_id, values)

    @staticmethod
    def delete(record_id: int) -> tuple[int, int, int]:
        return (2, record_id, 0)

    @staticmethod
    def unlink(record_id: int) -> tuple[int, int, int]:
        return (3, record_id, 0)

    @staticmethod
    def link(record_id: int) -> tuple[int, int, int]:
        return (4, record_id, 0)

    @staticmethod
    def clear() -> tuple[int, int, int]:
        return (5, 0, 0)

    @staticmethod
    def set(record_ids: Iterable[int]) -> tuple[int, int, list[int]]:
        return (6, 0, list(record_ids))


def encode_value(value: object) -> object:
    """Return the JSON form of a value that ``json`` does not know.

    A naive datetime is taken as UTC, an aware one is converted; microseconds are
    dropped, as Odoo does. Of a datetime for a Date field Odoo takes the date, so that
    of an aware one it is the date in UTC.
    """
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc)
        return value.strftime(DATETIME_FORMAT)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, Markdown):
        return value.to_html()
    if hasattr(value, "as_integer_ratio"):  # Decimal, Fraction
        return float(value)  # type: ignore[arg-type]
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "iter_conditions"):
        return as_list(value)  # type: ignore[arg-type]
    raise TypeError(f"a value of type {type(value).__name__}")


def as_list(domain: Domain | None) -> list[Any]:
    """Return a domain as Odoo reads it; a Domain's conditions may contain sets."""
    if not hasattr(domain, "iter_conditions"):
        return list(domain or [])
    return [
        [*item[:2], list(item[2])]
        if isinstance(item, tuple) and isinstance(item[2], Set)
        else item
        for item in domain or []
    ]


def to_json(value: object) -> str:
    """Serialize, with dates, bytes, decimals and Markdown at any depth.

    :raises ValueEncodingError: naming the place of the value.
    """
    try:
        text = json.dumps(
            value,
            default=encode_value,
            ensure_ascii=False,
            allow_nan=False,
            separators=(",", ":"),
        )
        text.encode()
    except (TypeError, ValueError, OverflowError, RecursionError):
        reason = _unsendable(value, "")
    else:
        return text
    raise ValueEncodingError(
        f"cannot send {reason}; Odoo takes str, int, float, bool, None, date, "
        "datetime, bytes, Decimal, Markdown, Domain, and lists, tuples and dicts "
        "of these"
    )


def _unsendable(value: object, path: str, depth: int = 0) -> str | None:
    place = f" at {path}" if path else ""
    if depth > 50:
        return f"something nested too deeply, or containing itself,{place[:80]}"
    if isinstance(value, Mapping):
        pairs: Iterable[tuple[object, object]] = value.items()
        for key in value:
            if not isinstance(key, str | int | float | None) or _unsendable(key, ""):
                return f"the key {reprlib.repr(key)}{place}"
    elif isinstance(value, list | tuple):
        pairs = enumerate(value)
    else:
        try:
            json.dumps(
                value, default=encode_value, ensure_ascii=False, allow_nan=False
            ).encode()
        except UnicodeEncodeError:
            return f"a text with half of a surrogate pair{place}"
        except TypeError:
            return f"a value of type {type(value).__name__}{place}"
        except (ValueError, OverflowError):
            if isinstance(value, Rational):
                return f"a number with too many digits{place}"
            return f"the number {value}{place}"
        return None
    for key, item in pairs:
        reason = _unsendable(item, f"{path}[{key!r}]", depth + 1)
        if reason:
            return reason
    return None


def to_datetime(text: str) -> datetime.datetime:
    """Read Odoo's ``YYYY-MM-DD HH:MM:SS`` as an aware datetime in UTC."""
    naive = datetime.datetime.strptime(text[:19], DATETIME_FORMAT)
    return naive.replace(tzinfo=datetime.timezone.utc)


def to_date(text: str) -> datetime.date:
    """Read Odoo's ``YYYY-MM-DD``."""
    return datetime.date.fromisoformat(text[:10])


def to_bytes(text: str) -> bytes:
    """Read the base64 of a binary field."""
    return base64.b64decode(text)


def fields_with_false(records: Records) -> set[str]:
    """Return the fields that are ``False`` in any record."""
    return {
        name for record in records for name, value in record.items() if value is False
    }


def false_to_none(records: Records, boolean_fields: Iterable[str]) -> Records:
    """Replace ``False`` by ``None`` in place, except in boolean fields."""
    kept = frozenset(boolean_fields)
    for record in records:
        for name, value in record.items():
            if value is False and name not in kept:
                record[name] = None
    return records
