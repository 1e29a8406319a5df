# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Pages, chunks and files."""

from __future__ import annotations

from typing import Any

import pytest
from vodoo import _paging
from vodoo._bulk import chunks, grouped_updates
from vodoo._files import attachment_batches, safe_name
from vodoo._paging import KeysetPages
from vodoo._runners.sync import run


def test_pages_follow_the_key() -> None:
    asked: list[Any] = []

    async def read_page(domain: list[Any], order: str) -> list[dict[str, Any]]:
        assert order == "id"
        asked.append(domain)
        return [[{"id": 3}, {"id": 8}], [{"id": 9}], []][len(asked) - 1]

    pages = KeysetPages(read_page, [["a", "=", 1]], "m")
    found = [[record["id"] for record in run(pages.next_page())] for _ in range(3)]
    assert found == [[3, 8], [9], []]
    after = [[["a", "=", 1], ["id", ">", last_id]] for last_id in (8, 9)]
    assert asked == [[["a", "=", 1]], *after]
    with pytest.raises(ValueError, match="page_size"):
        _paging.search_iter(None, "m", page_size=0)


def test_chunks_and_groups() -> None:
    assert chunks([1, 2, 3], 2) == [(0, [1, 2]), (2, [3])]
    assert chunks([], 2) == []
    with pytest.raises(ValueError, match="chunk_size"):
        chunks([1], 0)
    updates = [(1, {"a": 1}), ([2, 3], {"a": 2}), (4, {"a": 1})]
    assert grouped_updates(updates) == [([1, 4], {"a": 1}), ([2, 3], {"a": 2})]
    assert grouped_updates({5: {"a": 1}}) == [([5], {"a": 1})]
    with pytest.raises(ValueError, match="record 4 stands twice"):
        grouped_updates([(4, {"a": 1}), ([3, 4], {"a": 2})])


def test_names_of_files_are_safe() -> None:
    names = {
        "../../etc/passwd": "passwd",
        "C:\\Windows\\x.txt": "x.txt",
        "a\x00b.txt": "a_b.txt",
        "..": "attachment",
        "": "attachment",
        "con.txt": "attachment_con.txt",
        "ok name.pdf": "ok name.pdf",
    }
    assert {name: safe_name(name) for name in names} == names
    assert len(safe_name("x" * 500 + ".pdf")) <= 200


def test_attachments_are_read_in_bounded_batches() -> None:
    sizes = [10, 2**24, 5, 6]
    batches = attachment_batches(
        [{"id": n, "file_size": s} for n, s in enumerate(sizes)]
    )
    assert [[a["id"] for a in batch] for batch in batches] == [[0], [1], [2, 3]]
