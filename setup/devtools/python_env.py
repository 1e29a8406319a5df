# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Virtual environments, one for each Python and set of pinned requirements."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from .debian_archive import machine_apt
from .errors import SetupError
from .home import Home, digest
from .processes import run_logged

REQUIREMENTS = Path(__file__).parents[1] / "requirements"
# Offered as source only; pure Python, so no compiler is needed.
SOURCE_ONLY = ("docopt", "ofxparse")


def python_name() -> str:
    return f"python{sys.version_info[0]}.{sys.version_info[1]}"


def ensure_python(home: Home, purpose: str, title: str) -> Path:
    """Return the Python of the environment that requirements/`purpose`*.txt describe.

    `purpose`.txt was resolved as a whole. `purpose`-addons.txt lists Odoo addons:
    their requirement "odoo" is met by a folder, which pip does not see.
    """
    texts = [path.read_text() for path in requirement_files(purpose)]
    key = digest(sys.version_info[:3], sys.base_prefix, texts)
    folder = home.ensure_folder(
        f"{purpose}-{python_name()}-{key}",
        f"{title} (Python {sys.version_info[0]}.{sys.version_info[1]})",
        lambda folder: make_environment(home, folder, purpose),
        needed_megabytes=700,
    )
    return folder / "bin" / "python"


def ensure_packages(home: Home, python: Path, purpose: str, title: str) -> Path:
    """Return a folder with the packages of requirements/`purpose`*.txt for `python`.

    It is not a virtual environment, but is added to one for a single purpose.
    """
    files = requirement_files(purpose)
    log_path = home.log_folder / f"{purpose}-packages.log"

    def make(folder: Path) -> None:
        command: list[str | Path] = [python, "-m", "pip", "install", "--no-deps"]
        command += ["--disable-pip-version-check", "--target", folder]
        for requirements in files:
            run_logged([*command, "-r", requirements], log_path)

    key = digest(str(python), [path.read_text() for path in files])
    return home.ensure_folder(f"{purpose}-{python_name()}-{key}", title, make)


def requirement_files(purpose: str) -> list[Path]:
    names = (f"{purpose}.txt", f"{purpose}-addons.txt")
    return [REQUIREMENTS / name for name in names if (REQUIREMENTS / name).is_file()]


def make_environment(home: Home, folder: Path, purpose: str) -> None:
    log_path = home.log_folder / f"{purpose}-environment.log"
    python = folder / "bin" / "python"
    if importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv"):
        run_logged([sys.executable, "-m", "venv", folder], log_path)
        pip: list[str | Path] = [python, "-m", "pip"]
    else:
        run_logged([sys.executable, "-m", "venv", "--without-pip", folder], log_path)
        pip = [python, find_pip_wheel(home, log_path) / "pip"]
    for requirements in requirement_files(purpose):
        install(pip, ["-r", requirements], requirements, log_path)


def install(
    pip: Sequence[str | Path],
    arguments: Sequence[str | Path],
    requirements: Path,
    log_path: Path,
) -> None:
    command = [*pip, "install", "--no-deps", "--disable-pip-version-check", "-q"]
    environ = {**os.environ, "PIP_NO_INPUT": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    environ.pop("PYTHONPATH", None)
    text = requirements.read_text()
    if any(f"\n{name}==" in text for name in SOURCE_ONLY):
        # Build tools first, so that no unpinned one is downloaded.
        builders = [
            line
            for line in text.splitlines()
            if line.startswith(("setuptools==", "wheel=="))
        ]
        run_logged([*command, *builders], log_path, environ)
        command += ["--no-build-isolation", "--no-binary", ",".join(SOURCE_ONLY)]
    run_logged([*command, *arguments], log_path, environ)


def find_pip_wheel(home: Home, log_path: Path) -> Path:
    """Fetch pip where Python comes without it: Debian's package without -venv."""
    try:
        apt = machine_apt(home.make_folder("apt"), log_path)
        target = home.make_folder("pip-wheel")
        apt.extract(apt.download(["python3-pip-whl"]), target)
    except SetupError as error:
        raise SetupError(
            f"{sys.executable} has no pip (no module ensurepip), and fetching Debian's "
            "package python3-pip-whl failed, too.\n"
            "Install python3-venv, or name another Python in CONNECTOR_PYTHON.\n"
            f"{error}"
        ) from error
    wheels = sorted(target.glob("usr/share/python-wheels/pip-*.whl"))
    if not wheels:
        raise SetupError(f"no pip-*.whl was found in {target}: install python3-venv.")
    return wheels[-1]
