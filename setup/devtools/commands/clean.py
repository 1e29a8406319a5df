# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev clean: remove the files of this clone; bootstrap reads the arguments."""

from __future__ import annotations

from ..databases import Databases
from ..environment import Environment
from ..home import remove_folder
from ..postgres import running_postgres
from ..progress import note


def main(environment: Environment, _arguments: list[str]) -> int:
    with running_postgres(environment):
        databases = Databases(environment)
        for name in databases.list_names(databases.name("")):
            databases.drop(name)
            note(f"dropped {name}")
    remove_folder(environment.clone_folder)
    return 0
