# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where ./dev takes Odoo from."""

import os
from types import SimpleNamespace

import pytest
from devtools.debian_archive import choose_mirror, parse_template, parse_versions
from devtools.errors import SetupError
from devtools.home import STAMP, Home
from devtools.odoo_source import (
    FOLDER_PREFIX,
    INSIDE,
    check_checkout,
    choose_offered,
    ensure_odoo,
    read_tested_version,
    update_odoo,
)
from two_odoos.odoo_14 import choose_needed, parse_dependencies


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
