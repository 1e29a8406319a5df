# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A pytest plugin: the tests of one folder run in one process, the longest first.

A room shares what is slow to make, such as a fixture's servers. The groups of
pytest-xdist 3.8 do that, too, but pytest 9 does not let it name them.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

#: What waits most for other processes comes first: it would be left over at the end.
FIRST = ("tests/faults", "tests/scaffold", "tests/end_to_end", "libs/vodoo")


class RoomScheduling(LoadScopeScheduling):
    """Hand out the tests room by room."""

    def _split_scope(self, nodeid: str) -> str:
        return room_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> RoomScheduling:
    return RoomScheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: place_of(room_of(item.nodeid)))


def room_of(nodeid: str) -> str:
    """Name the addon, library or folder of tests/ that a test belongs to."""
    folders = nodeid.partition("::")[0].split("/")[:-1]
    is_shelf = folders[:1] in (["libs"], ["tests"])
    return "/".join(folders[: 2 if is_shelf else 1])


def place_of(room: str) -> int:
    return FIRST.index(room) if room in FIRST else len(FIRST)
