# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Build the distributions of this clone, and test them."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .addons import Addon, find_addons, outside_dependencies
from .databases import Databases
from .environment import Environment
from .errors import SetupError
from .installation import ensure_template, install_addons
from .odoo_server import run_in_shell
from .processes import run_logged
from .python_env import ensure_packages

METAPACKAGE = Path("setup") / "_metapackage"
# Files that a build leaves in a source folder.
LEFTOVERS = shutil.ignore_patterns("build", "dist", "*.egg-info", "__pycache__")
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
        log_path = environment.home.log_folder / "wheels-environment.log"
        run_logged([sys.executable, "-m", "venv", "--without-pip", folder], log_path)
        python = folder / "bin" / "python"
        (site_packages,) = folder.glob("lib/python3*/site-packages")
        packages = next(p for p in map(os.path.realpath, sys.path) if "site-pack" in p)
        (site_packages / "odoo.pth").write_text(
            f"{packages}\n{environment.odoo.path}\n"
        )
        made = cls(
            environment.clone, environment.home, environment.odoo, python, folder
        )
        # Without pip's own look at the dependencies, which follows those of Odoo, too:
        # it asks for psycopg2, and does not take psycopg2-binary for it.
        install: list[str | Path] = [python, "-m", "pip", "install", "--no-index"]
        install += ["--no-deps", "--disable-pip-version-check", *wheels]
        run_logged(install, log_path, made.process_environ())
        return made

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
    """Return the folders to build, dependencies first."""
    addons = [addon.path for addon in find_wheel_addons(clone).values()]
    libraries = [path.parent for path in sorted(clone.glob("libs/*/pyproject.toml"))]
    return [*libraries, *addons, clone / METAPACKAGE]


def build_wheels(
    environment: Environment, sources: Iterable[Path], output: Path
) -> None:
    """Build with the build systems of the environment: nothing is downloaded."""
    log_path = environment.home.log_folder / "build.log"
    with tempfile.TemporaryDirectory() as folder:
        copies = []
        for source in sources:
            # A build writes beside its source; the clone stays as it is.
            copy = Path(folder) / source.name
            shutil.copytree(source, copy, ignore=LEFTOVERS)
            copies.append(copy)
        command: list[str | Path] = [environment.python, "-m", "pip", "wheel"]
        command += ["--no-deps", "--no-index", "--no-build-isolation"]
        run_logged([*command, "--wheel-dir", output, *copies], log_path)


def check_wheels(environment: Environment, wheels: Iterable[Path]) -> None:
    """Check with twine whether a package index would accept the wheels.

    :raises SetupError: with the errors of twine
    """
    packages = ensure_packages(
        environment.home, environment.python, "build", "Tools to check wheels"
    )
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
