# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The tests and addons that ./dev test chooses, their order, and what it removes."""

import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
import pytest_suite
from devtools.addons import Addon, close_over, outside_dependencies, select_for_tests
from devtools.commands.test import (
    remove_bytecode_of_tests,
    select_addons,
    split_arguments,
)
from devtools.environment import CLONE
from devtools.errors import SetupError
from pytest_suite import group_of, place_of

from odoo.tests.common import TransactionCase


def addon(name, *depends, is_test_only=False):
    return Addon(name, Path("/clone") / name, depends, is_test_only)


FAMILY = {
    one.name: one
    for one in (
        addon("low", "web"),
        addon("high", "low", "mail"),
        addon("test_low", "low", is_test_only=True),
        addon("test_high", "high", is_test_only=True),
    )
}


def test_dependencies_of_the_clone_come_along():
    assert close_over(FAMILY, ["high"]) == {"high", "low"}
    assert outside_dependencies(FAMILY, {"high", "low"}) == {"mail", "web"}


def test_test_addons_come_along_when_they_need_nothing_else():
    assert select_for_tests(FAMILY, ["low"]) == {"low", "test_low"}
    assert select_for_tests(FAMILY, ["high"]) == set(FAMILY)


def test_tests_outside_of_addons_need_all_addons():
    assert select_addons(FAMILY, ["/clone/tests/x.py"]) == set(FAMILY)
    chosen = select_addons(FAMILY, ["/clone/low/tests/x.py::test_a"])
    assert chosen == {"low", "test_low"}


def test_arguments_of_pytest_pass_through(tmp_path):
    (tmp_path / "low" / "tests").mkdir(parents=True)
    arguments = ["low", "-k", "cache", "low/tests::test_a", "--maxfail=1"]
    paths, options = split_arguments(tmp_path, FAMILY, arguments)
    assert paths == ["/clone/low", f"{tmp_path}/low/tests::test_a"]
    assert options == ["-k", "cache", "--maxfail=1"]


@pytest.mark.parametrize("words", [["lwo"], ["low", "lwo/tests"], ["-x", "a", "lwo"]])
def test_a_misspelled_addon_is_an_error(tmp_path, words):
    with pytest.raises(SetupError, match="no path 'lwo.*Addons: low, high, test_low"):
        split_arguments(tmp_path, FAMILY, words)


def test_all_tests_run_in_several_processes(tmp_path):
    paths, options = split_arguments(tmp_path, {}, ["-x"])
    assert paths == []
    assert options[-1] == "-x"
    assert int(options[options.index("-n") + 1]) > 1


@pytest.mark.parametrize(
    ("path", "room"),
    [
        ("libs/vodoo/tests/test_x.py", "libs/vodoo"),
        ("tests/faults/test_x.py", "tests/faults"),
        ("low/tests/test_x.py", "low/tests/test_x.py"),
        ("tests/addons/low/tests/test_x.py", "tests/addons/low/tests/test_x.py"),
    ],
)
def test_tests_that_share_servers_stay_together(path, room):
    assert group_of(f"{path}::TestX::test_a[1/2]") == room


def test_groups_that_wait_longest_run_first():
    groups = sorted(["low/tests/test_x.py", "libs/vodoo", "tests/faults"], key=place_of)
    assert groups == ["tests/faults", "libs/vodoo", "low/tests/test_x.py"]


def test_groups_that_run_first_exist():
    assert [name for name in pytest_suite.FIRST if not (CLONE / name).exists()] == []


@pytest.mark.parametrize("processes", [1, 2])
def test_a_process_removes_no_file_that_another_one_wrote(processes, monkeypatch):
    collected = []
    collect = classmethod(lambda cls: collected.append(cls))
    monkeypatch.setattr(TransactionCase, "_gc_filestore", collect)
    config = make_config(**({} if processes == 1 else {"workerinput": {}}))
    pytest_suite.pytest_configure(config)
    TransactionCase._gc_filestore()
    assert len(collected) == (1 if processes == 1 else 0)


def make_config(long=False, markexpr="", **attributes):
    option = SimpleNamespace(long=long, markexpr=markexpr, record=False)
    return SimpleNamespace(option=option, **attributes)


@pytest.mark.parametrize(
    ("config", "marks"),
    [
        (make_config(), "not long"),
        (make_config(long=True), ""),
        (make_config(markexpr="long"), "long"),
    ],
)
def test_long_tests_run_when_they_are_asked_for(config, marks):
    pytest_suite.pytest_configure(config)
    assert config.option.markexpr == marks


def test_only_the_bytecode_of_temporary_folders_is_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    environment = SimpleNamespace(bytecode_folder=tmp_path / "home" / "bytecode")
    mirror = environment.bytecode_folder.joinpath(*tmp_path.parts[1:])
    for name in ("pytest-of-me", "gone", "clone"):
        (mirror / name / "tests").mkdir(parents=True)
    for name in ("pytest-of-me", "clone"):
        (tmp_path / name).mkdir()
    remove_bytecode_of_tests(environment)
    assert [path.name for path in mirror.iterdir()] == ["clone"]
