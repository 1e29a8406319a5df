# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev clean: remove the files of this clone; bootstrap handles --all."""

from __future__ import annotations

import argparse

from ..databases import Databases
from ..environment import Environment
from ..home import remove_folder
from ..postgres import running_postgres
from ..progress import note


def main(environment: Environment, arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="./dev clean",
        description="Drop the databases of this clone and its folder in the cache.",
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="remove the whole cache folder, which all clones must create again",
    )
    parser.parse_args(arguments)
    with running_postgres(environment):
        databases = Databases(environment)
        for name in databases.list_names(databases.name("")):
            databases.drop(name)
            note(f"dropped {name}")
    remove_folder(environment.clone_folder)
    return 0
