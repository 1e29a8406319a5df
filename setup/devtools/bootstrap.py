# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Read the command line, create the environment and run the command in it."""

from __future__ import annotations

import argparse
import difflib
import os
import sys

from .commands import lint
from .commands.__main__ import handle_signals
from .embedded_postgres import EmbeddedPostgres
from .environment import Environment
from .errors import SetupError
from .home import Home, remove_folder
from .odoo_source import read_tested_version, update_odoo
from .progress import note, step

GROUPS = {
    "To try the connectors": {
        "demo": "synchronize two Odoos with demo data, and compare them",
        "serve": "serve an Odoo with all addons until Ctrl-C",
        "scaffold": "create an addon with a working connector to start from",
    },
    "To develop": {
        "test": "run all tests, or those of an addon, a folder or a file",
        "lint": "check files as .pre-commit-config.yaml says",
        "shell": "open Odoo's shell on a database with all addons",
        "bench": "run a benchmark of benchmarks/ against its peers",
        "docs": "build the documentation into docs/_build",
    },
    "To maintain the suite": {
        "i18n": "write the terms of the addons, and update their translations",
        "readme": "generate each addon's README and description page from its readme/",
        "build": "build the wheels, and try them in a new environment",
        "update-odoo": "move to the version of Odoo that the suite was tested with",
        "clean": "remove the databases of this clone, or with --all the cache folder",
    },
}
COMMANDS = [name for group in GROUPS.values() for name in group]


def make_parser() -> argparse.ArgumentParser:
    lines = []
    for title, commands in GROUPS.items():
        lines += ["", f"{title}:"]
        lines += [f"  {name:<12} {text}" for name, text in commands.items()]
    parser = argparse.ArgumentParser(
        prog="./dev",
        usage="./dev COMMAND [arguments]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Run a command of this repository. The first run downloads Odoo,\n"
        "PostgreSQL and Python packages.\n" + "\n".join(lines),
        epilog="Each command explains its arguments with --help.\n\n"
        "Downloads and databases are kept in the folder CONNECTOR_HOME "
        "(~/.cache/connector-suite).\n"
        "ODOO_DIR names a checkout of Odoo 19 to use instead of Debian's package;\n"
        "CONNECTOR_ADDONS names folders of addons to use with those of this clone;\n"
        "PGHOST, PGPORT, PGUSER and PGPASSWORD a database server to use instead of "
        "the embedded one.",
    )
    parser.add_argument("command", nargs="?", help=argparse.SUPPRESS)
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


def read_command(words: list[str]) -> argparse.Namespace:
    """Return the command and its arguments; exit with the help if there is none."""
    parser = make_parser()
    options = parser.parse_args(words)
    if options.command is None:
        parser.print_help(sys.stderr)
        raise SystemExit(2)
    if options.command not in COMMANDS:
        close = difflib.get_close_matches(options.command, COMMANDS, n=1)
        advice = f"Did you mean {close[0]}? " if close else ""
        parser.error(
            f"there is no command {options.command!r}. {advice}"
            f"The commands are: {', '.join(COMMANDS)}; ./dev --help explains them"
        )
    return options


def update_command(home: Home, arguments: list[str]) -> None:
    """Move to the version of Odoo that setup/odoo-version names."""
    argparse.ArgumentParser(
        prog="./dev update-odoo",
        description="Download the version of Odoo that setup/odoo-version names "
        f"({read_tested_version()}), or the newest one of Debian's archive if the "
        "archive does not have that one, and use it from now on.",
    ).parse_args(arguments)
    note(f"Odoo {update_odoo(home)} is used from now on")


def cleans_everything(arguments: list[str]) -> bool:
    """Return whether ``./dev clean`` is to remove the whole cache folder."""
    parser = argparse.ArgumentParser(
        prog="./dev clean",
        description="Drop the databases of this clone and its folder in the cache.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="remove the whole cache folder, which all clones must create again",
    )
    return parser.parse_args(arguments).all


def remove_everything(home: Home) -> None:
    """Remove the cache folder and the embedded database server's folders.

    :raises SetupError: while another command uses them
    """
    postgres = EmbeddedPostgres(home)
    with postgres.lock_users(wait=False) as users:
        if users is None:
            raise SetupError(
                f"another ./dev uses {home.path}: end it first, or try again if it has "
                "just ended."
            )
        with step(f"removal of {home.path}"):
            for folder in (postgres.socket_folder, postgres.server_folder, home.path):
                remove_folder(folder)


def main(clone: str, arguments: list[str]) -> int:
    """Replace this process by the command, run by the environment's Python."""
    words = read_command(arguments)
    os.umask(os.umask(0o022) | 0o022)
    try:
        home = Home.from_environ()
        if words.command == "clean" and cleans_everything(words.arguments):
            remove_everything(home)
            return 0
        if words.command == "update-odoo":
            update_command(home, words.arguments)
            return 0
        if words.command == "lint":
            handle_signals()
            return lint.main(home, words.arguments)
        environment = Environment.ensure(home)
    except SetupError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    command = [str(environment.python), "-m", "devtools.commands", words.command]
    sys.stdout.flush()
    os.execve(command[0], [*command, *words.arguments], environment.process_environ())
