# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The pytest plugin of ``./dev test``: its options, and the order of tests.

Tests that share servers run in one process, the longest first. A group is a folder
whose tests share slow fixtures, such as servers, or else a file: with files, all
processes are busy until the end. The groups of pytest-xdist 3.8 do not work with
pytest 9.

Each process has a separate database, but pytest-odoo gives them one file store. At
the end of each class, Odoo removes the files that no attachment of *its* database has,
which are files that a test in another process just wrote. So the processes remove
none; the whole file store goes with the databases, at the end of the run.

Servers of Python's library send the head and the body of an answer separately. The
body would wait 40 ms, until the client has confirmed the head.
"""

from __future__ import annotations

import os
from socketserver import StreamRequestHandler
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

#: Folders whose tests share servers; those of repository/ share the built manual.
SHARED = (
    "tests/end_to_end",
    "tests/faults",
    "tests/repository",
    "tests/browser",
    "libs/vodoo",
    "tests/connectivity",
)
LONG_FILES_OF_CONNECTOR_ODOO = ("export", "export_product", "unconfirmed_edits")
#: The longest groups come first: they would end last.
FIRST = (
    *SHARED,
    "tests/scaffold/test_scaffolded_addons.py",
    "tests/scaffold/test_write_a_connector.py",
    "tests/addons/test_component/tests/test_life.py",
    "connector/tests/test_javascript.py",
    *(f"connector_odoo/tests/test_{name}.py" for name in LONG_FILES_OF_CONNECTOR_ODOO),
)


class GroupScheduling(LoadScopeScheduling):
    """Scheduler that runs the tests of a group in one process."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> GroupScheduling:
    return GroupScheduling(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("suite")
    group.addoption("--long", action="store_true", help='also tests marked "long"')
    group.addoption(
        "--record", action="store_true", help="record the cassettes of the tests again"
    )


def pytest_configure(config: pytest.Config) -> None:
    if not config.option.long and not config.option.markexpr:
        config.option.markexpr = "not long"
    if config.option.record:
        os.environ["CONNECTOR_RECORD"] = "1"
    if hasattr(config, "workerinput"):
        keep_files()
    StreamRequestHandler.disable_nagle_algorithm = True


def keep_files() -> None:
    """Let Odoo's test classes remove no file of the file store."""
    from odoo.tests.common import TransactionCase

    TransactionCase._gc_filestore = classmethod(lambda cls: None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: place_of(group_of(item.nodeid)))


def group_of(nodeid: str) -> str:
    """Return the folder of a test if its tests share servers, otherwise its file."""
    path = nodeid.partition("::")[0]
    folder = "/".join(path.split("/")[:2])
    return folder if folder in SHARED else path


def place_of(group: str) -> int:
    return FIRST.index(group) if group in FIRST else len(FIRST)
