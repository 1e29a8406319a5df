# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev build [--output FOLDER]"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from ..environment import Environment
from ..postgres import running_postgres
from ..progress import step
from ..wheels import (
    WheelEnvironment,
    build_wheels,
    check_wheels,
    find_distributions,
    try_wheels,
)


def main(environment: Environment, arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="./dev build",
        description="Build a wheel of each addon, of each library in libs/ and of the "
        "metapackage; check them with twine; install them in a new virtual environment "
        "next to Odoo, and their addons in a database. Wheels that pass are put into "
        "the output folder.",
    )
    parser.add_argument(
        "--output", type=Path, default=environment.clone / "dist", metavar="FOLDER"
    )
    parser.add_argument("--untried", action="store_true", help="only build them")
    options = parser.parse_args(arguments)
    output = options.output.absolute()
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder) / "wheels"
        for source in find_distributions(environment.clone):
            with step(str(source.relative_to(environment.clone))):
                build_wheels(environment, [source], built)
        wheels = sorted(built.glob("*.whl"))
        if not options.untried:
            try_out(environment, wheels, Path(folder) / "venv")
        output.mkdir(parents=True, exist_ok=True)
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
