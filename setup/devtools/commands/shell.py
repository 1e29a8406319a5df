# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev shell [PURPOSE]"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys

from two_odoos.databases import TargetDatabase

from ..environment import Environment
from ..odoo_config import odoo_command
from ..postgres import running_postgres
from ..processes import die_with_parent
from .serve import add_database


def main(environment: Environment, arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="./dev shell",
        description="Open Odoo's shell on a database that has all addons of this clone "
        "as they are now. It stays from run to run.",
    )
    add_database(parser)
    options = parser.parse_args(arguments)
    with running_postgres(environment):
        database = TargetDatabase(environment, options.purpose, wanted=None)
        database.ensure()
        command = odoo_command(
            environment, "shell", f"--database={database.name}", "--no-http"
        )
        sys.stdout.flush()
        # In the shell, Ctrl-C belongs to the shell.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        environ = environment.process_environ()
        return subprocess.call(command, env=environ, preexec_fn=prepare_shell)


def prepare_shell() -> None:
    die_with_parent()
    signal.signal(signal.SIGINT, signal.default_int_handler)
