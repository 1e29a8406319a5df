# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The database server: the one that the PG* variables name, or an embedded one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2

from .embedded_postgres import EmbeddedPostgres
from .environment import Environment
from .errors import SetupError

# With any of these a person names a server.
NAMING_VARIABLES = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGSERVICE")
OLDEST = 13


@contextmanager
def running_postgres(environment: Environment) -> Iterator[None]:
    """Run a database server during the block, and set the PG* variables."""
    if any(os.environ.get(name) for name in NAMING_VARIABLES):
        check_server()
        yield
        return
    with EmbeddedPostgres(environment.home).in_use() as variables:
        os.environ.update(variables)
        try:
            yield
        finally:
            for name in variables:
                del os.environ[name]


def check_server() -> None:
    """Check that the server answers and allows creating databases."""
    named = ", ".join(
        f"{name}={os.environ[name]}" for name in NAMING_VARIABLES if name in os.environ
    )
    server = f"the PostgreSQL server that the environment names ({named})"
    try:
        with closing(connect()) as connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_user, rolcreatedb OR rolsuper "
                "FROM pg_roles WHERE rolname = current_user"
            )
            user, may_create = cursor.fetchone()
            version = connection.server_version // 10000
    except psycopg2.OperationalError as error:
        raise SetupError(
            f"{server} rejects the connection:\n    {str(error).strip()}\n"
            "Correct these variables, or unset them all: then an embedded server is "
            "started."
        ) from error
    if version < OLDEST:
        raise SetupError(
            f"{server} is PostgreSQL {version}; Odoo 19 needs {OLDEST} or newer."
        )
    if not may_create:
        raise SetupError(
            f"the user {user} may not create databases on {server}.\n"
            f'Allow it (ALTER ROLE "{user}" CREATEDB), or unset these variables.'
        )
    if user == "postgres":
        raise SetupError(
            "Odoo refuses to work as the PostgreSQL user postgres.\n"
            "Name another one that may create databases in PGUSER."
        )


def connect(database: str | None = None):
    """Return a connection in autocommit mode.

    :param database: without a name, one for work on whole databases
    """
    name = database or os.environ.get("PGDATABASE") or "postgres"
    connection = psycopg2.connect(dbname=name, connect_timeout=10)
    connection.autocommit = True
    return connection
