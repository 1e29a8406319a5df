# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Packages for Node, from the npm registry, in the cache folder."""

from __future__ import annotations

import shutil
from pathlib import Path

from devtools.home import Home, digest
from devtools.processes import run_logged

FILES = ("package.json", "package-lock.json")


def has_node() -> bool:
    return bool(shutil.which("node") and shutil.which("npm"))


def ensure_node_packages(
    home: Home, source: Path, name: str, title: str, needed_megabytes: int = 0
) -> Path:
    """Return a folder with the packages that ``source`` locks, made if need be.

    No program of a package runs during the installation.

    :param source: folder with package.json and package-lock.json
    :raises SetupError: if npm fails
    """
    contents = [(source / file).read_text() for file in FILES]

    def make(folder: Path) -> None:
        for file in FILES:
            shutil.copy(source / file, folder)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        run_logged(command, home.log_folder / f"{name}.log", folder=folder)

    folder = f"{name}-{digest(contents)}"
    return home.ensure_folder(folder, title, make, needed_megabytes)
