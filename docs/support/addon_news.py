# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Join the readme/newsfragments of an addon into its readme/HISTORY.md."""

from __future__ import annotations

import ast
import os
from pathlib import Path

from devtools.environment import Environment
from devtools.processes import run_logged
from devtools.python_env import ensure_packages

FOLDER = Path("readme") / "newsfragments"


def find_news(addon: Path) -> list[Path]:
    """Return the fragments of an addon: ``NAME.TYPE.md``, a file for each change."""
    return sorted((addon / FOLDER).glob("*.md"))


def join_news(environment: Environment, addon: Path) -> bool:
    """Move the fragments into the history, below the version of the manifest.

    :raises SetupError: if the history has that version already
    :return: whether there were any
    """
    if not find_news(addon):
        return False
    packages = ensure_packages(
        environment.home, environment.python, "build", "Tools to check wheels"
    )
    manifest = ast.literal_eval((addon / "__manifest__.py").read_text())
    command = [environment.python, "-m", "towncrier", "build"]
    command += ["--config", environment.clone / "towncrier.toml", "--dir", addon]
    run_logged(
        [*command, "--version", manifest["version"], "--yes"],
        environment.home.log_folder / "news.log",
        environ={**os.environ, "PYTHONPATH": str(packages)},
        folder=addon,
    )
    return True
