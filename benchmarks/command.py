# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev bench: run a case beside a database server, with the addons of the peers."""

from __future__ import annotations

import argparse
import importlib
import io
import os
import platform
import re
import sys
from contextlib import redirect_stdout
from datetime import date
from pathlib import Path

from devtools.environment import Environment
from devtools.errors import SetupError
from devtools.odoo_config import write_config
from devtools.postgres import running_postgres
from devtools.python_env import ensure_packages

# The function that distinguishes a case from other modules.
MAIN = re.compile(r"^def main\(arguments\b", re.MULTILINE)


def main(environment: Environment, arguments: list[str]) -> int:
    options = parse(find_cases(environment.clone), arguments)
    peer = ensure_packages(
        environment.home,
        environment.python,
        "peer",
        "The peer: published addons of the OCA",
    )
    with running_postgres(environment):
        os.environ["CONNECTOR_PEER_ADDONS"] = str(peer / "odoo" / "addons")
        os.environ["CONNECTOR_ODOO_CONFIG"] = str(write_config(environment))
        # Its processes import the package from here.
        os.chdir(environment.clone)
        sys.argv[0] = f"./dev bench {options.case}"
        if not options.save:
            return run_case(options)
        with redirect_stdout(Copy()) as output:
            code = run_case(options)
        save_figures(environment, options, output.getvalue())
        return code


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
    parser.add_argument("case", nargs="?", help=", ".join(cases))
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args(arguments)
    if options.case is None:
        raise SetupError(
            f"no case was named. Name one of {', '.join(cases) or 'none yet'}."
        )
    if options.case not in cases:
        raise SetupError(
            f"no case {options.case!r} was found in benchmarks/; there are: "
            f"{', '.join(cases) or 'none'}."
        )
    return options


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


def run_case(options: argparse.Namespace) -> int:
    """Run a case, and return its exit code: 1 if a target was missed."""
    case = importlib.import_module(f"benchmarks.{options.case}")
    try:
        return case.main(options.arguments) or 0
    except SystemExit as ended:
        if isinstance(ended.code, int):
            return ended.code
        raise


class Copy(io.StringIO):
    """A text that is also printed."""

    def __init__(self) -> None:
        super().__init__()
        self.printed = sys.stdout

    def write(self, text: str) -> int:
        self.printed.write(text)
        self.printed.flush()
        return super().write(text)


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
