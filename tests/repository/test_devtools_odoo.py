# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where ./dev takes Odoo and a database server from, and what it installs."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
import pytest_suite
from devtools import installation, postgres
from devtools.addons import Addon, close_over, outside_dependencies, select_for_tests
from devtools.commands.test import select_addons, split_arguments
from devtools.debian_archive import choose_mirror, parse_template, parse_versions
from devtools.environment import CLONE, Environment
from devtools.errors import SetupError
from devtools.home import STAMP, Home
from devtools.installation import summarise_log
from devtools.odoo_source import (
    FOLDER_PREFIX,
    INSIDE,
    check_checkout,
    choose_offered,
    ensure_odoo,
    read_tested_version,
    update_odoo,
)
from devtools.processes import find_free_port
from pytest_suite import group_of, place_of
from two_odoos.odoo_14 import choose_needed, parse_dependencies

from odoo.tests.common import TransactionCase

# -- Odoo ----------------------------------------------------------------------


def test_folder_without_odoo_is_refused(tmp_path):
    with pytest.raises(SetupError, match="no odoo/release.py was found"):
        check_checkout(tmp_path)


def test_odoo_of_another_series_is_refused(tmp_path):
    (tmp_path / "odoo").mkdir()
    release = "version_info = (18, 0, 0, FINAL, 0, '')\n"
    (tmp_path / "odoo" / "release.py").write_text(release)
    with pytest.raises(SetupError, match="is Odoo 18.0.0; 19.0 is required"):
        check_checkout(tmp_path)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.delenv("ODOO_DIR", raising=False)
    return Home(tmp_path)


def download(home, version, seconds):
    folder = home.make_folder(FOLDER_PREFIX + version)
    (folder / STAMP).touch()
    os.utime(folder / STAMP, (seconds, seconds))
    return folder / INSIDE


def test_the_tested_version_of_odoo_is_used(home, capsys):
    tested = download(home, read_tested_version(), 1)
    download(home, "19.0.9+dfsg-1", 2)
    assert ensure_odoo(home).path == tested
    assert capsys.readouterr().out == ""


def test_another_version_of_odoo_is_used_and_reported(home, capsys):
    download(home, "19.0.9+dfsg-1", 1)
    last = download(home, "19.0.8+dfsg-1", 2)
    home.make_folder(FOLDER_PREFIX + "19.0.10+dfsg-1")  # its download was interrupted
    assert ensure_odoo(home).path == last
    assert capsys.readouterr().out == (
        "  Odoo 19.0.8+dfsg-1 is used; this suite was tested with "
        f"{read_tested_version()} (./dev update-odoo)\n"
    )


def test_update_moves_to_the_tested_version(home):
    tested = download(home, read_tested_version(), 1)
    download(home, "19.0.9+dfsg-1", 2)
    assert update_odoo(home) == read_tested_version()
    assert ensure_odoo(home).path == tested


def archive(*versions):
    return SimpleNamespace(list_versions=lambda _name: versions, sources="x.list")


def test_archive_without_the_tested_version_offers_its_newest():
    assert choose_offered(archive("19.0.2", "19.0.1"), "19.0.1") == "19.0.1"
    assert choose_offered(archive("19.0.2", "19.0.1"), "19.0.0") == "19.0.2"
    with pytest.raises(SetupError, match="odoo-19 was not found .*x.list"):
        choose_offered(archive(), "19.0.0")


def test_versions_are_read_from_the_table_of_the_archive():
    table = "   odoo-19 | 19.0.2+dfsg-1 | http://mirror.example/debian unstable/main\n"
    assert parse_versions(table * 2 + "N: a remark\n") == ["19.0.2+dfsg-1"]


def test_mirror_is_the_one_from_which_the_machine_takes_debian():
    targets = (
        "Google stable https://packages.example/apt/\n"
        "Debian stable-security http://security.example/debian-security/\n"
        "Debian stable http://mirror.example/debian/\n"
    )
    assert choose_mirror(targets) == "http://mirror.example/debian/"


def test_no_mirror_is_taken_from_other_distributions():
    assert choose_mirror("Ubuntu noble http://archive.example/ubuntu/\n") is None


def test_mirror_is_read_from_the_description_of_the_distribution():
    template = (
        "Suite: buster/updates\nBaseURI: http://security.example/\n\n"
        "Suite: bookworm\nRepositoryType: deb\nBaseURI: http://mirror.example/debian\n"
    )
    assert parse_template(template) == "http://mirror.example/debian"
    assert parse_template("Suite: bookworm\n") is None


def test_dependencies_are_read_without_versions_and_alternatives():
    description = (
        "Package: odoo-14\nPre-Depends: init-system-helpers (>= 1.54~)\n"
        "Depends: python3-babel, python3:any, postgresql-client | pgclient, "
        "adduser (>= 3.1), wkhtmltopdf\nRecommends: postgresql\n"
    )
    assert parse_dependencies(description) == [
        *("python3-babel", "python3", "postgresql-client", "adduser", "wkhtmltopdf")
    ]
    assert parse_dependencies("Package: libc6\n") == []


def test_odoo_14_takes_what_serves_and_nothing_that_draws_or_prints():
    asked = ["python3-lxml", "python3-pydot", "wkhtmltopdf", "libjs-jquery", "adduser"]
    assert choose_needed(asked) == ["python3-lxml", "libjs-jquery"]


def test_summary_of_a_log_has_problems_and_their_tracebacks_only():
    log = (
        "2026-01-01 10:00:00,000 1 INFO db odoo: all is well\n"
        "2026-01-01 10:00:01,000 1 ERROR db odoo: it broke\n"
        "Traceback (most recent call last):\n"
        "2026-01-01 10:00:02,000 1 INFO db odoo: bye\n"
    )
    summary = summarise_log(log)
    assert "it broke" in summary and "Traceback" in summary
    assert "all is well" not in summary and "bye" not in summary


# -- the database server -------------------------------------------------------


def test_server_that_does_not_answer_is_reported(monkeypatch):
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", str(find_free_port()))
    with pytest.raises(SetupError, match="PGHOST=127.0.0.1.*rejects the connection"):
        postgres.check_server()


def test_user_without_the_right_to_create_databases_is_reported(monkeypatch):
    role = f"cs_poor_{os.getpid()}"
    connection = postgres.connect()
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'poor'")
            monkeypatch.setenv("PGUSER", role)
            monkeypatch.setenv("PGPASSWORD", "poor")
            with pytest.raises(SetupError, match=f"user {role} may not create"):
                postgres.check_server()
            cursor.execute(f"DROP ROLE {role}")
    finally:
        connection.close()


# -- the addons ----------------------------------------------------------------


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


def test_no_database_is_dropped_that_another_process_just_made(monkeypatch):
    """It is made between two queries of this process."""
    made = []

    class OtherProcess:
        def __init__(self, environment):
            pass

        def name(self, purpose):
            return f"cs_{purpose}"

        def exists(self, name):
            made.append(name)
            return len(made) > 1

        def list_names(self, prefix):
            return [f"{prefix}outdated", f"{prefix}outdated_part", *made]

        def drop(self, name):
            dropped.append(name)

    dropped = []
    monkeypatch.setattr(installation, "Databases", OtherProcess)
    monkeypatch.setattr(installation, "ensure_template", lambda *words: "template")
    name = installation.ensure_addons_database(Environment.current(), ["component"])
    assert name == made[0]
    assert len(dropped) == 2
    assert {other.partition("outdated")[1] for other in dropped} == {"outdated"}


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
