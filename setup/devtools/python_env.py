# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Virtual environments, one for each Python and set of pinned requirements.

setup/pyproject.toml has a group of requirements for each purpose, and
setup/requirements the pins that ``setup/update-pins`` resolves them into. uv installs
them; pip only installs uv.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from .debian_archive import machine_apt
from .errors import SetupError
from .home import STAMP, Home, digest, remove_folder
from .processes import run_logged

REQUIREMENTS = Path(__file__).parents[1] / "requirements"
# Offered as source only; pure Python, so no compiler is needed.
SOURCE_ONLY = ("docopt", "ofxparse")
# Where a Python, or Debian for all of them, keeps pip for new environments.
PIP_WHEEL_FOLDERS = (
    Path(os.__file__).parent / "ensurepip" / "_bundled",
    Path("/usr/share/python-wheels"),
)
# Not the lock of Odoo's download, which runs at the same time.
LOCK = "Python packages"


def python_name() -> str:
    return f"python{sys.version_info[0]}.{sys.version_info[1]}"


def requirement_file(purpose: str) -> Path:
    """Return the file with the pins of a group of setup/pyproject.toml."""
    return REQUIREMENTS / f"{purpose}.txt"


def ensure_python(home: Home, purpose: str, title: str) -> Path:
    """Return the Python of an environment with the pins of this purpose."""
    requirements = requirement_file(purpose)
    key = digest(sys.version_info[:3], sys.base_prefix, requirements.read_text())
    folder = home.ensure_folder(
        f"{purpose}-{python_name()}-{key}",
        f"{title} (Python {sys.version_info[0]}.{sys.version_info[1]})",
        lambda folder: make_environment(home, folder, requirements),
        needed_megabytes=700,
        estimated_seconds=30,
        lock=LOCK,
    )
    return folder / "bin" / "python"


def ensure_packages(home: Home, python: Path, purpose: str, title: str) -> Path:
    """Return a folder with the packages of this purpose for `python`.

    It is not a virtual environment, but is added to one for a single purpose.
    """
    requirements = requirement_file(purpose)
    key = digest(str(python), requirements.read_text())
    return home.ensure_folder(
        f"{purpose}-{python_name()}-{key}",
        title,
        lambda folder: Uv(home, purpose).install(
            requirements, ["--python", python, "--target", folder]
        ),
        lock=LOCK,
    )


def make_environment(home: Home, folder: Path, requirements: Path) -> None:
    uv = Uv(home, requirements.stem)
    uv.run("venv", "--allow-existing", "--python", sys.executable, folder)
    uv.install(requirements, ["--python", folder])


class Uv:
    """uv, with its cache of packages in the cache folder.

    :param purpose: the start of the name of the log
    """

    def __init__(self, home: Home, purpose: str):
        self.home = home
        self.log_path = home.log_folder / f"{purpose}-packages.log"
        pip = find_pip(home, self.log_path)
        self.program = ensure_uv(home, pip) / "bin" / "uv"
        self.index = pip_index(pip)

    def install(self, requirements: Path, target: Sequence[str | Path]) -> None:
        """Install pins, which were resolved as a whole, without their dependencies."""
        command: list[str | Path] = ["pip", "install", "--no-deps", *target]
        text = requirements.read_text()
        if any(f"\n{name}==" in text for name in SOURCE_ONLY):
            # Build tools first, so that no unpinned one is downloaded.
            builders = re.findall(r"^(?:setuptools|wheel)==\S+", text, re.MULTILINE)
            self.run(*command, *builders)
            command.append("--no-build-isolation")
        self.run(*command, "--requirements", requirements)

    def run(self, *arguments: str | Path) -> None:
        environ = {
            "UV_CACHE_DIR": str(self.home.path / "uv-cache"),
            "UV_HTTP_TIMEOUT": "180",
            **self.index,
            **os.environ,
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_NO_PROGRESS": "1",
        }
        environ.pop("VIRTUAL_ENV", None)
        # In a folder without a pyproject.toml, which would configure uv.
        command = [self.program, *arguments]
        run_logged(command, self.log_path, environ, self.home.path)


def pip_index(pip: Sequence[str | Path]) -> dict[str, str]:
    """Return the variable by which uv takes the index that pip is configured for."""
    address = os.environ.get("PIP_INDEX_URL")
    if not address:
        # Fails where none is configured.
        command = [*pip, "config", "get", "global.index-url"]
        asked = subprocess.run(command, capture_output=True, text=True, check=False)
        address = asked.stdout.strip()
    return {"UV_DEFAULT_INDEX": address} if address else {}


def ensure_uv(home: Home, pip: Sequence[str | Path]) -> Path:
    """Return the folder of the pinned uv; the caller holds the lock."""
    requirements = requirement_file("uv")
    folder = home.path / f"uv-{digest(requirements.read_text(), platform.machine())}"
    if not home.is_ready(folder):
        log_path = home.log_folder / "uv.log"
        command = [*pip, "install", "--no-deps", "--quiet"]
        command += ["--disable-pip-version-check", "--target", folder]
        environ = {**os.environ, "PIP_NO_INPUT": "1", "PIP_ROOT_USER_ACTION": "ignore"}
        environ.pop("PYTHONPATH", None)
        remove_folder(folder)
        run_logged([*command, "-r", requirements], log_path, environ)
        (folder / STAMP).touch()
    return folder


def find_pip(home: Home, log_path: Path) -> list[str | Path]:
    """Return the command of a pip: this Python's, or one from a wheel."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    wheels = find_wheels(PIP_WHEEL_FOLDERS) or fetch_pip(home, log_path)
    return [sys.executable, wheels[-1] / "pip"]


def find_wheels(folders: Iterable[Path]) -> list[Path]:
    return sorted(wheel for path in folders for wheel in path.glob("pip-*.whl"))


def fetch_pip(home: Home, log_path: Path) -> list[Path]:
    """Fetch pip where Python comes without it: Debian's package without -venv."""
    try:
        apt = machine_apt(home.make_folder("apt-pip"), log_path)
        target = home.make_folder("pip-wheel")
        apt.extract(apt.download(["python3-pip-whl"]), target)
    except SetupError as error:
        raise SetupError(
            f"{sys.executable} has no pip (no module ensurepip), and fetching Debian's "
            "package python3-pip-whl failed, too.\n"
            "Install python3-venv, or name another Python in CONNECTOR_PYTHON.\n"
            f"{error}"
        ) from error
    wheels = find_wheels([target / "usr/share/python-wheels"])
    if not wheels:
        raise SetupError(f"no pip-*.whl was found in {target}: install python3-venv.")
    return wheels
