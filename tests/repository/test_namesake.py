# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The library of the suite beside another project with the same import name."""

import re
import shutil
import subprocess
import sys
import zipfile

import pytest
from devtools.environment import CLONE

LIBRARY = "connector-suite-vodoo"


def write_wheel(folder, name, version, requires=(), package=""):
    """Write a wheel by hand: a distribution, and what its package says."""
    stem = f"{name.replace('-', '_')}-{version}"
    needs = "".join(f"Requires-Dist: {requirement}\n" for requirement in requires)
    files = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}",
        "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "RECORD": "",
    }
    with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as wheel:
        for file, text in files.items():
            wheel.writestr(f"{stem}.dist-info/{file}", text)
        if package:
            wheel.writestr("vodoo/__init__.py", package)


def read_metadata(path):
    with zipfile.ZipFile(path) as wheel:
        (name,) = (n for n in wheel.namelist() if n.endswith(".dist-info/METADATA"))
        return wheel.read(name).decode()


@pytest.fixture
def index(wheels, tmp_path):
    """An index with the library, and the other project under the import name."""
    folder = tmp_path / "index"
    folder.mkdir()
    (library,) = (
        path for path in wheels if path.name.startswith("connector_suite_vodoo")
    )
    shutil.copy(library, folder)
    write_wheel(folder, "vodoo", "4.3.2", package="other = True\n")
    (suite,) = (p for p in wheels if p.name.startswith("odoo_connector_suite"))
    needed = re.findall(r"^Requires-Dist: (.*vodoo.*)$", read_metadata(suite), re.M)
    write_wheel(folder, "application", "1.0", requires=needed)
    for name in ("httpx2", "markdown-it-py", "python-dotenv", "rich"):
        write_wheel(folder, name, "99.0")
    return folder


def install(index, target, *names):
    command = [sys.executable, "-m", "pip", "install", "--no-index", "--quiet"]
    command += [f"--find-links={index}", f"--target={target}", "--upgrade", *names]
    subprocess.check_call(command)


def test_suite_brings_the_library_not_its_namesake(index, tmp_path):
    install(index, tmp_path / "target", "application")
    source = (tmp_path / "target" / "vodoo" / "__init__.py").read_text()
    assert "AsyncOdooClient" in source
    assert not list((tmp_path / "target").glob("vodoo-*.dist-info"))


def run_beside(target, script):
    # The packages of this environment, and those of the target before them.
    return subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": f"{target}", "PATH": ""},
        capture_output=True,
        text=True,
    )


def test_library_reports_its_installed_namesake(index, tmp_path):
    target = tmp_path / "target"
    install(index, target, "--no-deps", "vodoo")
    install(index, target, "--no-deps", LIBRARY)
    done = run_beside(target, "import vodoo; print(vodoo.__distribution__)")
    assert done.stdout.strip() == LIBRARY
    assert "vodoo-4.3.2 is installed there, too" in done.stderr


def test_connector_odoo_refuses_the_namesake(index, tmp_path):
    install(index, tmp_path / "target", "--no-deps", "vodoo")
    source = (CLONE / "connector_odoo" / "remote.py").read_text()
    check = source[source.index("DISTRIBUTION =") : source.index("T = TypeVar")]
    done = run_beside(tmp_path / "target", f"import vodoo\n{check}")
    assert "pip install --force-reinstall connector-suite-vodoo" in done.stderr
