# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A pytest plugin: the tests of one folder run in one process, the longest first.

Rooms share what is slow to make, such as a fixture's servers: pytest-xdist, which
shares the tests between processes, keeps together what is of one group.
"""

from __future__ import annotations

from pathlib import Path

import pytest

#: What waits most for other processes comes first: it would be left over at the end.
FIRST = ("tests/faults", "tests/scaffold", "tests/end_to_end", "libs/vodoo")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    rooms = {item: room_of(item.path, config.rootpath) for item in items}
    for item, room in rooms.items():
        item.add_marker(pytest.mark.xdist_group(room))
    items.sort(key=lambda item: place_of(rooms[item]))


def room_of(path: Path, clone: Path) -> str:
    """Name the addon, library or folder of tests/ that a file belongs to."""
    try:
        folders = path.relative_to(clone).parent.parts
    except ValueError:
        return str(path.parent)
    return "/".join(
        folders[:2] if folders[:1] in {("libs",), ("tests",)} else folders[:1]
    )


def place_of(room: str) -> int:
    return FIRST.index(room) if room in FIRST else len(FIRST)
