# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Wheels installed in a new environment next to Odoo, and tried there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devtools.addons import outside_dependencies
from devtools.databases import Databases
from devtools.environment import Environment
from devtools.errors import SetupError
from devtools.installation import ensure_template, install_addons
from devtools.odoo_server import run_in_shell
from devtools.python_env import Uv
from devtools.wheels import find_wheel_addons

if TYPE_CHECKING:
    from typing_extensions import Self

LOOK_UP = """
backend = env["odoo.backend"].create(
    {"name": "Try", "url": "http://localhost", "database": "try", "login": "try"}
)
with backend.work_on("odoo.res.partner") as work:
    print("found:", work.component(usage="record.importer")._name)
"""


@dataclass(frozen=True)
class WheelEnvironment(Environment):
    """Environment with Odoo and its packages, and wheels instead of the clone.

    :param folder: the virtual environment
    """

    folder: Path

    @classmethod
    def make(
        cls, environment: Environment, wheels: Iterable[Path], folder: Path
    ) -> WheelEnvironment:
        """Create a virtual environment and install only these wheels."""
        made = cls.make_empty(environment, folder)
        made.add_odoo_packages()
        # uv does not see the packages of odoo.pth.
        words = ["--python", made.python, "--no-deps", "--offline", *wheels]
        Uv(made.home, "wheels").run("pip", "install", *words)
        return made

    @classmethod
    def make_empty(cls, environment: Environment, folder: Path, *values: Any) -> Self:
        """Create a virtual environment without packages.

        :param values: of the fields of a subclass
        """
        words = ["--quiet", folder, "--python", sys.executable]
        Uv(environment.home, "wheels").run("venv", *words)
        odoo, python = environment.odoo, folder / "bin" / "python"
        return cls(environment.clone, environment.home, odoo, python, folder, *values)

    @property
    def site_packages(self) -> Path:
        (found,) = self.folder.glob("lib/python3*/site-packages")
        return found

    def add_odoo_packages(self) -> Path:
        """Add Odoo and its packages; return the file that does."""
        packages = next(p for p in map(os.path.realpath, sys.path) if "site-pack" in p)
        path = self.site_packages / "odoo.pth"
        path.write_text(f"{packages}\n{self.odoo.path}\n")
        return path

    @property
    def addons_folders(self) -> list[Path]:
        """Odoo's paths: it finds installed addons automatically."""
        return self.odoo.addons_paths

    def process_environ(self, environ: Mapping[str, str] = os.environ) -> dict:
        """Return the variables of a process, without paths to the clone."""
        return {name: value for name, value in environ.items() if name != "PYTHONPATH"}


def try_wheels(environment: WheelEnvironment) -> None:
    """Import the wheels, install their addons in a database, look a component up.

    :raises SetupError: if a step fails
    """
    addons = find_wheel_addons(environment.clone)
    databases = Databases(environment)
    database = databases.name(f"wheels_{os.getpid()}")
    outside = outside_dependencies(addons, addons)
    databases.create(database, ensure_template(Environment.current(), outside))
    try:
        install_addons(environment, database, addons)
        output = run_in_shell(environment, database, LOOK_UP)
    finally:
        databases.drop(database)
    if "found: odoo.record.importer" not in output:
        raise SetupError(f"no importer was found with the wheels installed:\n{output}")
