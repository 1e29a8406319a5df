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
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from .debian_archive import Apt
from .home import Home, digest
from .processes import run_logged

REQUIREMENTS = Path(__file__).parents[1] / "requirements"
# Where a Python keeps pip for new environments, and where Debian does for all of them.
BUNDLED = Path(os.__file__).parent / "ensurepip" / "_bundled"
DEBIAN_WHEELS = Path("/usr/share/python-wheels")


def python_name() -> str:
    return f"python{sys.version_info[0]}.{sys.version_info[1]}"


def requirement_file(purpose: str) -> Path:
    """Return the file with the pins of a group of setup/pyproject.toml."""
    return REQUIREMENTS / f"{purpose}.txt"


def folder_name(purpose: str, *key: object) -> str:
    """Return the name of the folder with the pins of this purpose."""
    pins = requirement_file(purpose).read_text()
    return f"{purpose}-{python_name()}-{digest(*key, pins)}"


def ensure_python(home: Home, purpose: str, title: str) -> Path:
    """Return the Python of an environment with the pins of this purpose."""

    def make(folder: Path) -> None:
        uv = Uv(home, purpose)
        uv.run("venv", "--allow-existing", "--python", sys.executable, folder)
        uv.install("--python", folder)

    name = folder_name(purpose, sys.version_info[:3], sys.base_prefix)
    title = f"{title} (Python {sys.version_info[0]}.{sys.version_info[1]})"
    return home.ensure_folder(name, title, make, 700, 30) / "bin" / "python"


def ensure_packages(home: Home, python: Path, purpose: str, title: str) -> Path:
    """Return a folder with the packages of this purpose for `python`.

    It is not a virtual environment, but is added to one for a single purpose.
    """

    def make(folder: Path) -> None:
        Uv(home, purpose).install("--python", python, "--target", folder)

    name = folder_name(purpose, str(python))
    return home.ensure_folder(name, title, make)


class Uv:
    """uv for the packages of a purpose, with its cache in the cache folder."""

    def __init__(self, home: Home, purpose: str):
        self.home = home
        self.pins = requirement_file(purpose)
        self.log_path = home.log_folder / f"{purpose}-packages.log"
        pip = find_pip(home, self.log_path)
        self.program = ensure_uv(home, pip) / "bin" / "uv"
        self.index = pip_index(pip)

    def install(self, *target: object) -> None:
        """Install exactly the pins; build tools of source packages are pins, too."""
        self.run("pip", "sync", self.pins, "--build-constraints", self.pins, *target)

    def run(self, *arguments: object) -> None:
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
        run_logged([self.program, *arguments], self.log_path, environ, self.home.path)


def pip_index(pip: Sequence[object]) -> dict[str, str]:
    """Return the variable by which uv takes the index that pip is configured for."""
    address = os.environ.get("PIP_INDEX_URL")
    if not address:
        # Fails where none is configured.
        command = [*map(str, pip), "config", "get", "global.index-url"]
        asked = subprocess.run(command, capture_output=True, text=True, check=False)
        address = asked.stdout.strip()
    return {"UV_DEFAULT_INDEX": address} if address else {}


def ensure_uv(home: Home, pip: Sequence[object]) -> Path:
    """Return the folder of the pinned uv."""
    requirements = requirement_file("uv")

    def make(folder: Path) -> None:
        command = [*pip, "install", "--no-deps", "--quiet", "-r", requirements]
        command += ["--disable-pip-version-check", "--target", folder]
        environ = {**os.environ, "PIP_NO_INPUT": "1", "PIP_ROOT_USER_ACTION": "ignore"}
        environ.pop("PYTHONPATH", None)
        run_logged(command, home.log_folder / "uv.log", environ)

    name = f"uv-{digest(requirements.read_text(), platform.machine())}"
    return home.ensure_folder(name, "uv", make)


def find_pip(home: Home, log_path: Path) -> list[object]:
    """Return the command of a pip: this Python's, or one from a wheel.

    Debian's Python comes without pip if its package python3-venv is not installed.
    """
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    wheels = sorted(BUNDLED.glob("pip-*.whl"))
    if not wheels:
        apt = Apt(home.make_folder("apt-pip"), log_path)
        advice = "Install python3-venv, or name another Python in CONNECTOR_PYTHON"
        folder = apt.find("python3-pip-whl", DEBIAN_WHEELS, advice)
        wheels = sorted(folder.glob("pip-*.whl"))
    return [sys.executable, wheels[-1] / "pip"]
