# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Create, copy and drop databases together with their file stores."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import closing
from pathlib import Path

from psycopg2 import errors, sql

from .environment import Environment
from .errors import SetupError
from .home import remove_folder
from .postgres import connect

COPY_TIMEOUT_SECONDS = 30


class Databases:
    """The databases of one environment, on the server that the PG* variables name."""

    def __init__(self, environment: Environment):
        self.environment = environment

    def name(self, purpose: str) -> str:
        """Return the name of a database of this clone."""
        return f"cs_{self.environment.clone_hash}_{purpose}"

    def shared_name(self, purpose: str) -> str:
        """Return the name of a database that all clones of this cache folder share."""
        return f"cs_{self.environment.home.name_hash}_{purpose}"

    def filestore(self, name: str) -> Path:
        return self.environment.data_folder / "filestore" / name

    def list_names(self, prefix: str) -> list[str]:
        query = "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
        return sorted(name for (name,) in self.query(None, query, (prefix,)))

    def exists(self, name: str) -> bool:
        return name in self.list_names(name)

    def create(self, name: str, template: str | None = None) -> None:
        """Create a database, replacing one of that name."""
        self.drop(name)
        if template is None:
            options = "ENCODING 'unicode' LC_COLLATE 'C' TEMPLATE template0"
            self._run("CREATE DATABASE {} " + options, name)
            return
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        filestore = self.filestore(template)
        if filestore.is_dir():
            # Odoo names these files by their content and never changes one.
            shutil.copytree(filestore, self.filestore(name), copy_function=os.link)

    def rename(self, old: str, new: str) -> None:
        remove_folder(self.filestore(new))
        if self.filestore(old).is_dir():
            self.filestore(old).rename(self.filestore(new))
        self._run("ALTER DATABASE {} RENAME TO {}", old, new)

    def drop(self, name: str) -> None:
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        remove_folder(self.filestore(name))

    def installed_addons(self, name: str) -> list[str]:
        query = "SELECT name FROM ir_module_module WHERE state = 'installed'"
        return sorted(addon for (addon,) in self.query(name, query))

    def query(
        self, name: str | None, statement: str | sql.Composable, values: tuple = ()
    ) -> list[tuple]:
        """Run a query inside one database, or one on whole databases."""
        try:
            with closing(connect(name)) as connection, connection.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchall() if cursor.description else []
        except errors.DiskFull as error:
            raise SetupError(
                f"the database server's disk is full: {str(error).strip()}\nFree space."
            ) from error

    def _run(self, statement: str, *names: str) -> None:
        """Run a statement on databases once they have no connections."""
        command = sql.SQL(statement).format(*map(sql.Identifier, names))
        deadline = time.monotonic() + COPY_TIMEOUT_SECONDS
        while True:
            try:
                self.query(None, command)
                return
            except errors.ObjectInUse as error:
                if time.monotonic() > deadline:
                    raise SetupError(
                        f"no database can be copied that is in use: "
                        f"{str(error).strip()}\nClose the connections to it."
                    ) from error
                time.sleep(0.2)
