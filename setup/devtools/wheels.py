# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Build the distributions of this clone, and test them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .addons import Addon, find_addons, outside_dependencies
from .databases import Databases
from .environment import Environment
from .errors import SetupError
from .home import Home
from .installation import ensure_template, install_addons
from .odoo_server import run_in_shell
from .processes import run_logged
from .python_env import ensure_packages

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


def find_wheel_addons(clone: Path) -> dict[str, Addon]:
    """Return the addons with a distribution."""
    return {
        name: addon
        for name, addon in find_addons(clone).items()
        if not addon.is_test_only
    }


def find_distributions(clone: Path) -> list[Path]:
    """Return the folders of the published distributions."""
    return [
        *(path.parent for path in sorted(clone.glob("libs/*/pyproject.toml"))),
        clone,
    ]


def ensure_build_tools(home: Home) -> Path:
    """Return the folder with uv and twine, made if need be."""
    title = "Tools to build wheels"
    return ensure_packages(home, Path(sys.executable), "build", title)


def run_uv(home: Home, *arguments: str | Path) -> None:
    """Run uv without a configuration of the user.

    :raises SetupError: with the end of its output
    """
    uv = ensure_build_tools(home) / "bin" / "uv"
    command = [uv, *arguments, "--no-config", "--no-python-downloads"]
    run_logged(command, home.log_folder / "uv.log")


def build_wheels(
    environment: Environment, sources: Iterable[Path], output: Path
) -> None:
    """Build with the build systems of the environment: nothing is downloaded."""
    options: list[str | Path] = ["--wheel", "--no-build-isolation", "--offline"]
    options += ["--python", environment.python, "--out-dir", output]
    for source in sources:
        run_uv(environment.home, "build", source, *options)


def check_wheels(environment: Environment, wheels: Iterable[Path]) -> None:
    """Check with twine whether a package index would accept the wheels.

    :raises SetupError: with the errors of twine
    """
    packages = ensure_build_tools(environment.home)
    environ = {**os.environ, "PYTHONPATH": str(packages)}
    command: list[str | Path] = [environment.python, "-m", "twine", "--no-color"]
    command += ["check", "--strict", *wheels]
    run_logged(command, environment.home.log_folder / "twine.log", environ)


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
