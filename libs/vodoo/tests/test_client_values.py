# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Conversion of values for requests, and back."""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from vodoo import HTML, Cmd, Markdown, ValueEncodingError
from vodoo._values import encode_value, to_bytes, to_date, to_datetime, to_json


def test_dates_are_sent_as_odoo_takes_them() -> None:
    cet = datetime.timezone(datetime.timedelta(hours=1))
    aware = datetime.datetime(2026, 1, 1, 0, 30, 5, 999, tzinfo=cet)
    assert encode_value(aware) == "2025-12-31 23:30:05"
    assert encode_value(aware.replace(tzinfo=None)) == "2026-01-01 00:30:05"
    assert encode_value(aware.date()) == "2026-01-01"


def test_values_at_any_depth() -> None:
    values = {
        "lines": [Cmd.create({"d": datetime.date(2026, 1, 2), "n": Decimal("1.5")})]
    }
    assert to_json(values) == '{"lines":[[0,0,{"d":"2026-01-02","n":1.5}]]}'
    assert to_json({"b": b"x", "h": HTML("<i>"), "e": "é👩"}) == (
        '{"b":"eA==","h":"<i>","e":"é👩"}'
    )


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"a": [1, {"b": object()}]}, r"type object at \['a'\]\[1\]\['b'\]"),
        ({"a": float("inf")}, r"number inf at \['a'\]"),
        ({(1, 2): 3}, r"key \(1, 2\)"),
        (["\udc00"], r"surrogate pair at \[0\]"),
        ({"\udc00": 1}, r"key '\\udc00'"),
        ({float("nan"): 1}, "key nan"),
        ([10**5000], r"too many digits at \[0\]"),
        ([Fraction(10**400)], r"too many digits at \[0\]"),
        (Decimal("1e400"), "number 1E.400"),
    ],
)
def test_a_value_without_json_form_is_located(value: Any, told: str) -> None:
    with pytest.raises(ValueEncodingError, match=told):
        to_json(value)


def test_a_value_that_contains_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(ValueEncodingError, match="containing itself"):
        to_json(loop)


def test_markdown_becomes_html() -> None:
    table = "| a | b |\n|---|---|\n| 1 | 2 |"
    assert "<table>" in Markdown(table).to_html()
    assert Markdown("one\ntwo").to_html() == "<p>one<br />\ntwo</p>"


def test_commands_of_x2many_fields_are_odoos() -> None:
    assert Cmd.update(1, {"a": 2}) == (1, 1, {"a": 2})
    assert [Cmd.delete(1), Cmd.unlink(1), Cmd.link(1)] == [
        (2, 1, 0),
        (3, 1, 0),
        (4, 1, 0),
    ]
    assert [Cmd.clear(), Cmd.set([1, 2])] == [(5, 0, 0), (6, 0, [1, 2])]


def test_values_are_read_back() -> None:
    utc = datetime.timezone.utc
    assert to_datetime("2026-01-02 03:04:05") == datetime.datetime(
        2026, 1, 2, 3, 4, 5, tzinfo=utc
    )
    assert to_date("2026-01-02") == datetime.date(2026, 1, 2)
    assert to_bytes("eA==") == b"x"
