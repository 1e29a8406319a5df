# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev build [--output FOLDER] [--single]"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from wheel_environment import WheelEnvironment, try_wheels

from ..environment import Environment
from ..home import ensure_writable
from ..postgres import running_postgres
from ..progress import step
from ..wheels import build_wheels, check_wheels, find_distributions, find_wheel_addons


def main(environment: Environment, arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="./dev build",
        description="Build the wheels that are published: one of all addons "
        "(odoo-connector-suite), and one of each library in libs/. Check them with "
        "twine; install them in a new virtual environment next to Odoo, and their "
        "addons in a database. Wheels that pass are put into the output folder.",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=environment.clone / "dist",
        metavar="FOLDER",
        help="folder of the wheels (default: dist in the clone)",
    )
    parser.add_argument(
        "--single",
        action="store_true",
        help="build one wheel for each addon instead, without trying them; for local "
        "use: on the public index, these names belong to another project",
    )
    options = parser.parse_args(arguments)
    advice = "Choose another folder with --output."
    output = ensure_writable(options.output, "the output folder", advice)
    sources = find_distributions(environment.clone)
    if options.single:
        addons = find_wheel_addons(environment.clone).values()
        sources = [addon.path for addon in addons]
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder) / "wheels"
        with step("wheels"):
            build_wheels(environment, sources, built)
        wheels = sorted(built.glob("*.whl"))
        if not options.single:
            try_out(environment, wheels, Path(folder) / "venv")
        for wheel in wheels:
            print(shutil.copy(wheel, output))
    return 0


def try_out(environment: Environment, wheels: list[Path], folder: Path) -> None:
    with step("check by twine"):
        check_wheels(environment, wheels)
    with step("installation in a new virtual environment"):
        fresh = WheelEnvironment.make(environment, wheels, folder)
    with (
        running_postgres(environment),
        step("addons in a database, a component lookup"),
    ):
        try_wheels(fresh)
