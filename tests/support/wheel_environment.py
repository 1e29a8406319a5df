# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Wheels installed in a new environment next to Odoo, and tried there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from devtools.addons import outside_dependencies
from devtools.databases import Databases
from devtools.environment import Environment
from devtools.errors import SetupError
from devtools.installation import ensure_template, install_addons
from devtools.odoo_server import run_in_shell
from devtools.wheels import find_wheel_addons, run_uv

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
        made = cls(
            environment.clone,
            environment.home,
            environment.odoo,
            folder / "bin" / "python",
            folder,
        )
        run_uv(environment.home, "venv", "--quiet", folder, "--python", sys.executable)
        (site_packages,) = folder.glob("lib/python3*/site-packages")
        packages = next(p for p in map(os.path.realpath, sys.path) if "site-pack" in p)
        (site_packages / "odoo.pth").write_text(
            f"{packages}\n{environment.odoo.path}\n"
        )
        # uv does not see the packages of odoo.pth.
        made.install("--no-deps", "--offline", *wheels)
        return made

    def install(self, *arguments: str | Path) -> None:
        run_uv(self.home, "pip", "install", "--python", self.python, *arguments)

    @property
    def addons_folders(self) -> list[Path]:
        """Odoo's paths: it finds installed addons automatically."""
        return self.odoo.addons_paths

    @property
    def config_name(self) -> str:
        return "odoo-wheels.conf"

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
