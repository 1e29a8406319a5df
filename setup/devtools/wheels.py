# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Build the distributions of this clone, and check them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from .addons import Addon, find_addons
from .environment import Environment
from .processes import run_logged
from .python_env import Uv, ensure_packages


def find_wheel_addons(clone: Path) -> dict[str, Addon]:
    """Return the addons with a distribution."""
    addons = find_addons(clone).items()
    return {name: addon for name, addon in addons if not addon.is_test_only}


def find_distributions(clone: Path) -> list[Path]:
    """Return the folders of the published distributions."""
    libraries = sorted(clone.glob("libs/*/pyproject.toml"))
    return [*(path.parent for path in libraries), clone]


def build_wheels(
    environment: Environment, sources: Iterable[Path], output: Path
) -> None:
    """Build with the build systems of the environment: nothing is downloaded."""
    options = ["--wheel", "--no-build-isolation", "--offline"]
    folders = ["--python", environment.python, "--out-dir", output]
    uv = Uv(environment.home, "wheels")
    for source in sources:
        uv.run("build", source, *options, *folders)


def check_wheels(environment: Environment, wheels: Iterable[Path]) -> None:
    """Check with twine whether a package index would accept the wheels.

    :raises SetupError: with the errors of twine
    """
    home, title = environment.home, "Tools to check wheels"
    packages = ensure_packages(home, environment.python, "build", title)
    environ = {**os.environ, "PYTHONPATH": str(packages)}
    command = [environment.python, "-m", "twine", "--no-color", "check", "--strict"]
    run_logged([*command, *wheels], home.log_folder / "twine.log", environ)
