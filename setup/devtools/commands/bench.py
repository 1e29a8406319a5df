# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev bench CASE [arguments]"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterable
from datetime import date
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
# The function that distinguishes a case from other modules.
MAIN = re.compile(r"^def main\(arguments\b", re.MULTILINE)


def main(environment: Environment, arguments: list[str]) -> int:
    options = parse(find_cases(environment.clone), arguments)
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
        process = subprocess.Popen(
            [environment.python, "-c", script, *options.arguments],
            cwd=environment.clone,
            env={**os.environ, **environ},
            preexec_fn=die_with_parent,
            stdout=subprocess.PIPE if options.save else None,
            text=True,
        )
        figures = print_and_keep(process.stdout) if process.stdout else ""
        if options.save:
            save_figures(environment, options, figures)
        return process.wait()


def parse(cases: list[str], arguments: list[str]) -> argparse.Namespace:
    """Return the options.

    :raises SetupError: if the case does not exist
    """
    parser = argparse.ArgumentParser(
        prog="./dev bench",
        usage="./dev bench [--save] CASE [arguments of the case]",
        description="Run a case of benchmarks/. It finds a database server in the PG* "
        "variables, Odoo's configuration in CONNECTOR_ODOO_CONFIG, and in "
        "CONNECTOR_PEER_ADDONS a folder for the addons path with the published OCA "
        f"addons. Cases: {', '.join(cases) or 'none yet'}",
    )
    parser.add_argument(
        "--save",
        action="store_true",
        help="also write the figures into docs/benchmarks, with machine and date",
    )
    parser.add_argument("case", help=", ".join(cases))
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args(arguments)
    if options.case not in cases:
        raise SetupError(
            f"no case {options.case!r} was found in benchmarks/; there are: "
            f"{', '.join(cases) or 'none'}."
        )
    return options


def print_and_keep(lines: Iterable[str]) -> str:
    kept = []
    for line in lines:
        print(line, end="", flush=True)
        kept.append(line)
    return "".join(kept)


def save_figures(
    environment: Environment, options: argparse.Namespace, figures: str
) -> None:
    """Write the figures to a file that the documentation includes."""
    folder = environment.clone / "docs" / "benchmarks"
    folder.mkdir(exist_ok=True)
    words = " ".join(["./dev bench", options.case, *options.arguments])
    head = [f"$ {words}", f"{date.today()}, {describe_machine(environment)}"]
    path = folder / f"{options.case}.txt"
    path.write_text("\n".join([*head, "", figures.strip(), ""]))
    print(f"\nwritten: {path}")


def describe_machine(environment: Environment) -> str:
    processor = re.search(
        r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE
    )
    memory_gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    parts = [
        processor[1].strip() if processor else platform.machine(),
        f"{os.cpu_count()} processors",
        f"{memory_gigabytes:.0f} GB",
        f"Python {platform.python_version()}",
        f"Odoo {environment.odoo.version}",
    ]
    return ", ".join(parts)


def find_cases(clone: Path) -> list[str]:
    """Return the names of the modules and packages whose main takes arguments."""
    folder = clone / "benchmarks"
    modules = [path for path in folder.glob("*.py") if MAIN.search(path.read_text())]
    packages = [
        path.parent
        for path in folder.glob("*/__init__.py")
        if "main" in path.read_text()
    ]
    return sorted(path.stem for path in [*modules, *packages])


def ensure_peer_addons(environment: Environment) -> Path:
    """Return a folder with the published addons of the peer."""
    folder = ensure_packages(
        environment.home,
        environment.python,
        "peer",
        "The peer: published addons of the OCA",
    )
    return folder / "odoo" / "addons"
