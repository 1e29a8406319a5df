# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Databases that are made for the run of a benchmark, and dropped after it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import closing

import psycopg2
from psycopg2 import sql

from .common import Benchmark

#: names a configuration file of Odoo
CONFIG_VARIABLE = "CONNECTOR_ODOO_CONFIG"
#: holds what the names of the run's databases begin with
DATABASE_VARIABLE = "CONNECTOR_BENCH_DATABASE"


def create_database(name: str, template: str = "template0") -> None:
    """Create a database, empty or as a copy."""
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    _execute(statement.format(sql.Identifier(name), sql.Identifier(template)))


def drop_database(name: str) -> None:
    """Drop a database, if it exists."""
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    _execute(statement.format(sql.Identifier(name)))


def _execute(statement: sql.Composable) -> None:
    with closing(psycopg2.connect(dbname="postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)


def odoo_arguments(database: str, addons_folders: Iterable[str]) -> list[str]:
    """Return what makes Odoo open a database with these addons."""
    return [
        f"--config={os.environ[CONFIG_VARIABLE]}",
        f"--database={database}",
        f"--addons-path={','.join(addons_folders)}",
        "--log-level=warn",
    ]


def install(arguments: list[str], addon: str, environ: dict | None = None) -> None:
    """Install an addon by Odoo with these arguments."""
    command = [sys.executable, "-m", "odoo", *arguments, "--init", addon]
    options = ["--without-demo=true", "--stop-after-init", "--no-http"]
    subprocess.run(
        [*command, *options], check=True, stdout=subprocess.DEVNULL, env=environ
    )


def run_with_databases(
    bench: Benchmark,
    arguments: list[str] | None,
    make: Callable[[str], None],
    suffixes: Iterable[str] = ("",),
) -> None:
    """Run a benchmark whose sides use databases; drop these afterwards.

    The processes of the sides find the prefix of the names in ``DATABASE_VARIABLE``.

    :param make: function of the prefix that creates the databases
    :param suffixes: suffixes of their names
    """
    words = sys.argv[1:] if arguments is None else arguments
    if "--side" in words or "--help" in words:
        bench.run(words)
        return
    if CONFIG_VARIABLE not in os.environ:
        sys.exit(
            f"{CONFIG_VARIABLE} must name a configuration file of Odoo: ./dev bench"
        )
    prefix = os.environ[DATABASE_VARIABLE] = f"bench_{bench.title}_{os.getpid()}_"
    try:
        make(prefix)
        bench.run(words)
    finally:
        for suffix in suffixes:
            drop_database(f"{prefix}{suffix}")
