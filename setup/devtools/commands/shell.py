# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev shell [PURPOSE]"""

from __future__ import annotations

import argparse
import os
import sys
from typing import NoReturn

from two_odoos.databases import TargetDatabase

from ..environment import Environment
from ..odoo_config import odoo_command
from ..postgres import running_postgres
from .serve import add_database


def main(environment: Environment, arguments: list[str]) -> NoReturn:
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
        words = ("shell", f"--database={database.name}", "--no-http")
        command = odoo_command(environment, *words)
        sys.stdout.flush()
        # The shell also has the lock that keeps the database server running.
        os.execve(command[0], command, environment.process_environ())
