# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Create, copy and drop databases together with their file stores."""

from __future__ import annotations

import os
import shutil
import time
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
        rows = self._run(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s) "
            "ORDER BY datname",
            (prefix,),
        )
        return [name for (name,) in rows]

    def exists(self, name: str) -> bool:
        query = "SELECT 1 FROM pg_database WHERE datname = %s"
        return bool(self._run(query, (name,)))

    def create(self, name: str, template: str | None = None) -> None:
        """Create a database, replacing one of that name."""
        self.drop(name)
        if template is None:
            options = "ENCODING 'unicode' LC_COLLATE 'C' TEMPLATE template0"
            self._run(quote("CREATE DATABASE {} " + options, name))
            return
        self._run_unused(
            quote("CREATE DATABASE {} TEMPLATE {}", name, template), template
        )
        filestore = self.filestore(template)
        if filestore.is_dir():
            # Odoo names these files by their content and never changes one.
            shutil.copytree(filestore, self.filestore(name), copy_function=os.link)

    def rename(self, old: str, new: str) -> None:
        remove_folder(self.filestore(new))
        if self.filestore(old).is_dir():
            self.filestore(old).rename(self.filestore(new))
        self._run_unused(quote("ALTER DATABASE {} RENAME TO {}", old, new), old)

    def drop(self, name: str) -> None:
        self._run(quote("DROP DATABASE IF EXISTS {} WITH (FORCE)", name))
        remove_folder(self.filestore(name))

    def query(self, name: str, statement: str, values: tuple = ()) -> list[tuple]:
        """Run a query inside one database."""
        return self._run(statement, values, name)

    def _run(
        self,
        statement: str | sql.Composable,
        values: tuple = (),
        database: str | None = None,
    ) -> list[tuple]:
        connection = connect(database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchall() if cursor.description else []
        except errors.DiskFull as error:
            raise SetupError(
                f"the database server's disk is full: {str(error).strip()}\nFree space."
            ) from error
        finally:
            connection.close()

    def _run_unused(self, statement: sql.Composable, name: str) -> None:
        """Run a statement once the database `name` has no connections."""
        deadline = time.monotonic() + COPY_TIMEOUT_SECONDS
        while True:
            try:
                self._run(statement)
                return
            except errors.ObjectInUse as error:
                if time.monotonic() > deadline:
                    raise SetupError(
                        f"the database {name} cannot be copied: "
                        f"{str(error).strip()}\nClose the connections to it."
                    ) from error
                time.sleep(0.2)


def quote(statement: str, *names: str) -> sql.Composed:
    """Return a statement with names of databases."""
    return sql.SQL(statement).format(*map(sql.Identifier, names))
