# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev bench CASE [arguments]"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from ..environment import Environment
from ..errors import SetupError
from ..odoo_config import write_config
from ..postgres import running_postgres
from ..processes import die_with_parent
from ..python_env import ensure_packages

RUN = (
    "import importlib, sys; sys.path.insert(0, {clone!r}); "
    "sys.exit(importlib.import_module({module!r}).main(sys.argv[1:]))"
)


def main(environment: Environment, arguments: list[str]) -> int:
    cases = find_cases(environment.clone)
    parser = argparse.ArgumentParser(
        prog="./dev bench",
        usage="./dev bench CASE [arguments of the case]",
        description="Run a case of benchmarks/. It finds a database server in the PG* "
        "variables, Odoo's configuration in CONNECTOR_ODOO_CONFIG, and in "
        "CONNECTOR_PEER_ADDONS a folder for the addons path with the published OCA "
        f"addons. Cases: {', '.join(cases) or 'none yet'}",
    )
    parser.add_argument("case", help=", ".join(cases))
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args(arguments)
    if options.case not in cases:
        raise SetupError(
            f"no case {options.case!r} was found in {environment.clone / 'benchmarks'};"
            f" there are: {', '.join(cases) or 'none'}."
        )
    peer = ensure_peer_addons(environment)
    script = RUN.format(
        clone=str(environment.clone), module=f"benchmarks.{options.case}"
    )
    with running_postgres(environment):
        environ = {
            **environment.process_environ(),
            "CONNECTOR_PEER_ADDONS": str(peer),
            "CONNECTOR_ODOO_CONFIG": str(write_config(environment)),
        }
        sys.stdout.flush()
        return subprocess.call(
            [environment.python, "-c", script, *options.arguments],
            cwd=environment.clone,
            env={**os.environ, **environ},
            preexec_fn=die_with_parent,
        )


def find_cases(clone: Path) -> list[str]:
    """Return the names of the modules and packages that define main."""
    folder = clone / "benchmarks"
    modules = [path for path in folder.glob("*.py") if "def main(" in path.read_text()]
    packages = [
        path.parent
        for path in folder.glob("*/__init__.py")
        if "main" in path.read_text()
    ]
    return sorted(path.stem for path in [*modules, *packages])


def ensure_peer_addons(environment: Environment) -> Path:
    """Return a folder with the published addons that we measure against."""
    folder = ensure_packages(
        environment.home,
        environment.python,
        "peer",
        "The peer: published addons of the OCA",
    )
    return folder / "odoo" / "addons"
