# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The Pythons that .ci/run and the workflows test on."""

import os
import subprocess
import sys

import pytest
from devtools.environment import CLONE

PYTHONS = CLONE / ".ci" / "pythons"


@pytest.fixture
def machine(tmp_path):
    """A machine without Pythons; the function adds one."""
    (tmp_path / "bin").mkdir()

    def add(folder, version, starts=True):
        command = tmp_path / folder / f"python{version if folder == 'bin' else ''}"
        command.parent.mkdir(parents=True, exist_ok=True)
        command.write_text(f"#!/bin/sh\n{f'echo {version}' if starts else 'exit 1'}\n")
        command.chmod(0o755)
        return str(command)

    return add


@pytest.fixture
def find(tmp_path):
    """Run .ci/pythons on that machine."""

    def run(*arguments):
        environ = {"PATH": f"{tmp_path / 'bin'}:{os.defpath}", "HOME": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, PYTHONS, *arguments],
            capture_output=True,
            text=True,
            env=environ,
        )
        return done.returncode, done.stdout.splitlines(), done.stderr

    return run


def test_pythons_of_the_path_and_of_uv_and_pyenv_are_found(machine, find):
    machine("bin", "3.10", starts=False)  # as that of pyenv for an inactive version
    machine("bin", "3.11")
    uv = machine(".local/share/uv/python/cpython-3.12.9-linux/bin", "3.12")
    pyenv = machine(".pyenv/versions/3.10.13/bin", "3.10")
    machine(".pyenv/versions/3.12.1/bin", "3.12", starts=False)
    code, found, _ = find("client", "3.10", "3.11", "3.12")
    assert (code, found) == (0, [f"3.10 {pyenv}", "3.11 python3.11", f"3.12 {uv}"])


def test_a_missing_python_is_reported(machine, find):
    machine("bin", "3.14")
    code, found, message = find("client")
    assert (code, "3.14 python3.14" in found) == (0, True)
    if not any(line.startswith("3.10 ") for line in found):
        assert "Python 3.10: not found, NOT TESTED" in message
    code, found, message = find("client", "3.99", "3.14")
    assert (code, found) == (1, ["3.14 python3.14"])
    assert "Python 3.99: not found, NOT TESTED" in message


def test_a_python_of_another_version_is_not_taken(machine, find):
    command = machine("bin", "3.98")
    os.rename(command, command.replace("3.98", "3.99"))
    assert find("client", "3.99")[0] == 1


def test_an_unknown_key_explains_the_usage(find):
    code, _, message = find("server")
    assert code == 2
    assert "usage: .ci/pythons addons|client" in message


def test_the_client_tests_of_another_python_use_no_odoo_of_dev(tmp_path):
    folders = [CLONE / "libs" / "vodoo" / name for name in ("src", "tests")]
    script = """
from vodoo_support.odoo_server import NoOdoo, running_odoo
try:
    running_odoo().__enter__()
except NoOdoo as error:
    print(error)
"""
    environ = {
        "CONNECTOR_HOME": str(tmp_path),  # set by a user, for ./dev
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join(map(str, folders)),
    }
    command = [sys.executable, "-c", script]
    output = subprocess.check_output(command, env=environ, text=True)
    assert output.startswith(("no Odoo in this Python", "no PostgreSQL"))
