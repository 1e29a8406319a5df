# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A database server for the fault tests only, which may crash at any time."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from devtools.embedded_postgres import PORT, USER, EmbeddedPostgres
from devtools.environment import Environment
from devtools.errors import SetupError
from devtools.processes import die_with_parent

TIMEOUT_SECONDS = 60
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "fsync": "off",
    "full_page_writes": "off",
    # A crash of the server must not lose what was committed.
    "synchronous_commit": "on",
    "deadlock_timeout": "200ms",
}


class PrivatePostgres:
    """A cluster in a temporary folder, removed after the block.

    :ivar settings: of PostgreSQL, read at each start
    """

    def __init__(self, environment: Environment):
        self.settings = dict(SETTINGS)
        self.embedded = EmbeddedPostgres(environment.home)
        self.account = self.embedded.account
        self.folder = Path(tempfile.mkdtemp(prefix="connector-faults-", dir="/var/tmp"))
        self.data_folder = self.folder / "data"
        self._process: subprocess.Popen | None = None

    @property
    def variables(self) -> dict[str, str]:
        """Return the variables by which libpq finds the server."""
        return {"PGHOST": str(self.folder), "PGPORT": PORT, "PGUSER": USER}

    def __enter__(self) -> PrivatePostgres:
        if self.account:
            os.chown(self.folder, self.account.pw_uid, self.account.pw_gid)
        try:
            arguments = ["-D", self.data_folder, "-U", USER, "--auth=trust"]
            arguments += ["--no-sync", "--encoding=UTF8", "--locale=C"]
            code = self._popen("initdb", *arguments).wait()
            if code:
                log = (self.folder / "log").read_text()
                raise SetupError(f"initdb failed with exit code {code}:\n{log}")
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start the server and wait until it lets us in."""
        settings = {**self.settings, "unix_socket_directories": str(self.folder)}
        options = [f"-c{name}={value}" for name, value in settings.items()]
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while True:
            if self._process is None or self._process.poll() is not None:
                # After a crash its children may still hold the shared memory.
                self._process = self._popen(
                    "postgres", "-D", self.data_folder, *options
                )
            try:
                return self.connect("postgres").close()
            except psycopg2.OperationalError as error:
                if time.monotonic() > deadline:
                    log = (self.folder / "log").read_text(errors="replace")
                    raise SetupError(
                        f"PostgreSQL does not start: {error}{log}"
                    ) from error
                time.sleep(0.1)

    def stop(self, by: signal.Signals = signal.SIGINT) -> None:
        """End the server: SIGINT ends sessions, SIGQUIT and SIGKILL are crashes."""
        if self._process is not None:
            self._process.send_signal(by)
            self._process.wait()
            self._process = None

    def connect(self, database: str, **options: Any):
        return psycopg2.connect(
            dbname=database,
            host=str(self.folder),
            port=PORT,
            user=USER,
            connect_timeout=10,
            **options,
        )

    @contextmanager
    def cursor(self, database: str) -> Iterator[Any]:
        """Give a cursor of a connection in autocommit mode."""
        connection = self.connect(database)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def query(self, database: str, statement: str, values: Any = None) -> list[tuple]:
        with self.cursor(database) as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def create(self, database: str, template: str = "template0") -> None:
        """Create a database, replacing one of that name."""
        self.drop(database)
        with self.cursor("postgres") as cursor:
            cursor.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')

    def drop(self, database: str) -> None:
        with self.cursor("postgres") as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def copy_from_main(self, name: str) -> None:
        """Copy a database of the server that the PG* variables name."""
        self.create(name)
        programs = [str(self.embedded.program(each)) for each in ("pg_dump", "psql")]
        with subprocess.Popen(
            [programs[0], "--no-owner", name], stdout=subprocess.PIPE
        ) as dump:
            restored = subprocess.run(
                [programs[1], "-qXo", "/dev/null", "-v", "ON_ERROR_STOP=1", "-1", name],
                stdin=dump.stdout,
                env={**os.environ, **self.variables},
                check=False,
            )
        if dump.returncode or restored.returncode:
            raise SetupError(f"the database {name} could not be copied")

    def _popen(self, program: str, *arguments: str | Path) -> subprocess.Popen:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [str(self.embedded.program(program)), *map(str, arguments)],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "LC_ALL": "C"},
                **self.embedded.process_options(),
                preexec_fn=die_with_parent,
            )
