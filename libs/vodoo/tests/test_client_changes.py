# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Records that changed since a point."""

from __future__ import annotations

import datetime
import secrets
import time
from collections.abc import Callable
from typing import Any

import pytest
from vodoo import ProtocolError
from vodoo._paging import ChangedPages
from vodoo._runners.sync import run
from vodoo_support.stub_server import StubServer, good

ROWS = [  # (id, write_date with microseconds), in the order of ids
    (1, "2026-01-01 10:00:00.900000"),
    (2, "2026-01-01 10:00:00.100000"),
    (3, "2026-01-01 09:59:59.500000"),
    (4, "2026-01-01 10:00:00.500000"),
    (5, "2026-01-01 10:00:02.000000"),
    (6, "2026-01-01 10:00:02.000000"),
    (7, "2026-02-01 00:00:00.000001"),
    (8, "2026-01-01 10:00:00.700000"),
]
#: by the second and the id
EXPECTED = [3, 1, 2, 4, 8, 5, 6, 7]


def read(
    since: Any, limit: int, rows: Any = tuple(ROWS), most: int = 1000
) -> list[tuple[str, int]]:
    """Return the found records of a server that compares with microseconds."""

    async def read_page(domain: list[Any], order: str) -> Any:
        found = list(rows)
        for field, operator, value in domain:
            found = [row for row in found if holds(row, field, operator, value)]
        if order == "id":
            found.sort()
        else:
            found.sort(key=lambda row: row[::-1])
        found = found[: min(limit, most)]
        return [{"id": n, "write_date": moment[:19]} for n, moment in found]

    pages = ChangedPages(read_page, [], since, "res.partner")
    records = []
    while page := run(pages.next_page()):
        records += page
    return [(record["write_date"], record["id"]) for record in records]


def holds(row: tuple[int, str], field: str, operator: str, value: Any) -> bool:
    found: Any = row[0] if field == "id" else row[1]
    if field == "write_date":
        value = f"{value}.000000"
    compare: dict[str, Callable[[], bool]] = {
        ">": lambda: found > value,
        ">=": lambda: found >= value,
        "<": lambda: found < value,
    }
    return compare[operator]()


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_all_changes_come_once_in_order(limit: int) -> None:
    assert [n for _second, n in read(None, limit)] == EXPECTED
    assert [n for _second, n in read(None, 100, most=limit)] == EXPECTED


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_any_record_is_a_point_to_go_on_from(limit: int) -> None:
    found = read(None, limit)
    for position, point in enumerate(found):
        assert read(point, limit) == found[position + 1 :]


def test_a_time_is_included() -> None:
    moment = datetime.datetime(2026, 1, 1, 10, 0, 2, 999999)
    assert [n for _second, n in read(moment, 2)] == [5, 6, 7]
    assert [n for _second, n in read("2026-01-01 10:00:02", 2)] == [5, 6, 7]
    assert read("2026-02-01 00:00:01", 2) == []
    with pytest.raises(ValueError):
        read("yesterday", 2)


def test_another_order_raises(wired: Callable[..., Any], stub: StubServer) -> None:
    client = wired()
    rows = [
        {"id": 2, "write_date": "2026-01-02 00:00:00"},
        {"id": 1, "write_date": "2026-01-01 00:00:00"},
    ]
    stub.script = [good(client.wire, rows)]
    with pytest.raises(ProtocolError, match="in the order of write_date"):
        list(client.changes("res.partner"))


def test_changes_on_a_real_server(client: Any) -> None:
    mark = secrets.token_hex(4)
    domain = [["ref", "=", mark]]
    ids = client.create(
        "res.partner", [{"name": f"{n}", "ref": mark} for n in range(7)]
    )
    found = list(client.changes("res.partner", None, ["name"], domain, page_size=3))
    assert [record["id"] for record in found] == ids
    point = found[-1]["write_date"], found[-1]["id"]
    time.sleep(1.1)
    client.write("res.partner", ids[2], {"active": False})
    again = list(client.changes("res.partner", point, ["name"], domain, page_size=3))
    assert [record["id"] for record in again] == [ids[2]]
    client.unlink("res.partner", ids[:2])
    assert client.find_deleted("res.partner", ids) == ids[:2]
    client.unlink("res.partner", ids[2:])
