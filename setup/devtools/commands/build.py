# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev build [--output FOLDER]"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from ..addons import find_addons
from ..environment import Environment
from ..processes import run_logged
from ..progress import step

METAPACKAGE = Path("setup") / "_metapackage"
# What a build leaves in a source folder.
LEFTOVERS = shutil.ignore_patterns("build", "dist", "*.egg-info", "__pycache__")


def main(environment: Environment, arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="./dev build",
        description="Build a wheel of each addon, of each library in libs/ and of the "
        "metapackage.",
    )
    parser.add_argument(
        "--output", type=Path, default=environment.clone / "dist", metavar="FOLDER"
    )
    output = parser.parse_args(arguments).output.absolute()
    for source in find_distributions(environment.clone):
        with step(str(source.relative_to(environment.clone))):
            build_wheels(environment, [source], output)
    for wheel in sorted(output.glob("*.whl")):
        print(wheel)
    return 0


def find_distributions(clone: Path) -> list[Path]:
    """Return the folders to build, each one after those that it needs."""
    addons = [
        addon.path for addon in find_addons(clone).values() if not addon.is_test_only
    ]
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
