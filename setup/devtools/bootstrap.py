# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Read the command line, create the environment and run the command in it."""

from __future__ import annotations

import argparse
import os
import sys

from .cleaning import remove_everything
from .environment import Environment
from .errors import SetupError
from .home import Home
from .odoo_source import read_tested_version, update_odoo
from .progress import note

COMMANDS = {
    "demo": "create two Odoo databases and synchronize them with real jobs",
    "test": "run the tests with pytest; further arguments go to pytest",
    "lint": "run the hooks of .pre-commit-config.yaml",
    "bench": "run a case of benchmarks/",
    "shell": "open Odoo's shell on a database with all addons",
    "serve": "serve Odoo with all addons and the job runner",
    "scaffold": "generate a working connector addon",
    "i18n": "write the terms of the addons, and update their translations",
    "docs": "build the documentation as a site",
    "readme": "generate each addon's README and description page from its readme/",
    "build": "build a wheel of each addon and library, and test them",
    "update-odoo": "move to the version of Odoo that the suite was tested with",
    "clean": "remove the files of this clone, or with --all the cache folder",
}


def make_parser() -> argparse.ArgumentParser:
    lines = [f"  {name:<12}{text}" for name, text in COMMANDS.items()]
    parser = argparse.ArgumentParser(
        prog="./dev",
        usage="./dev COMMAND [arguments]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Commands:\n" + "\n".join(lines),
        epilog="Each command explains its arguments with --help.\n\n"
        "Downloads and databases are kept in the folder CONNECTOR_HOME "
        "(~/.cache/connector-suite).\n"
        "ODOO_DIR names a checkout of Odoo 19 to use instead of Debian's package;\n"
        "CONNECTOR_ADDONS names folders of addons to use with those of this clone;\n"
        "PGHOST, PGPORT, PGUSER and PGPASSWORD a database server to use instead of "
        "the embedded one.",
    )
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    return parser


def update_command(arguments: list[str]) -> None:
    """Download the version of Odoo that setup/odoo-version names, or a newer one."""
    parser = argparse.ArgumentParser(
        prog="./dev update-odoo",
        description="Move to the version of Odoo that this suite was tested with "
        f"({read_tested_version()}), or to the newest one of Debian's archive if that "
        "does not have it any more.",
    )
    parser.add_argument(
        "--newest",
        action="store_true",
        help="move to the archive's newest version and write it to setup/odoo-version",
    )
    options = parser.parse_args(arguments)
    note(f"Odoo {update_odoo(Home.from_environ(), options.newest)} is used from now on")


def main(clone: str, arguments: list[str]) -> int:
    """Replace this process by the command, run by the environment's Python."""
    words = make_parser().parse_args(arguments)
    os.umask(os.umask(0o022) | 0o022)
    try:
        if words.command == "clean" and "--all" in words.arguments:
            remove_everything(Home.from_environ())
            return 0
        if words.command == "update-odoo":
            update_command(words.arguments)
            return 0
        environment = Environment.ensure()
    except SetupError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    command = [
        str(environment.python),
        "-m",
        "devtools.commands",
        words.command,
        *words.arguments,
    ]
    sys.stdout.flush()
    os.execve(command[0], command, environment.process_environ())
