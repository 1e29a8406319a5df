# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Build the distributions of this clone, and check them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from .addons import Addon, find_addons
from .environment import Environment
from .home import Home
from .processes import run_logged
from .python_env import ensure_packages


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
