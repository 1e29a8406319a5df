# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A real Odoo for the tests, on a separate database.

Under ``./dev test`` it is the project's, an Odoo 19, or in the long form an Odoo 14 as
well. Otherwise the environment defines how to start it:

``VODOO_TEST_ODOO``      the command (default: ``python -m odoo`` of this Python)
``OPENERP_SERVER``       Odoo's configuration file, for the addons path
``VODOO_TEST_TEMPLATE``  a database to copy, with the modules of ``MODULES``
                         (default: made on the first run, which takes minutes)
``PGHOST``, ``PGUSER``   and the like: the PostgreSQL server
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import importlib.util
import os
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

MODULES = ("contacts", "crm", "hr_timesheet", "mail", "project", "rpc", "sale")
START_SECONDS = 120.0


class NoOdoo(Exception):
    """Raised if a requirement to start an Odoo is missing."""


@dataclass
class OdooServer:
    """A running server and its credentials."""

    url: str
    database: str
    username: str = "admin"
    password: str = "admin"
    series: int = 19
    keys: dict[int, str] = field(default_factory=dict)

    def api_key(self, user_id: int = 2) -> str:
        """Return an API key of the user, written straight into the database."""
        if user_id not in self.keys:
            self.keys[user_id] = key = secrets.token_hex(20)
            with connection(self.database) as cursor:
                cursor.execute(
                    "INSERT INTO res_users_apikeys (name, user_id, scope, key, index) "
                    "VALUES ('vodoo tests', %s, 'rpc', %s, %s)",
                    (user_id, _hashed(key), key[:8]),
                )
        return self.keys[user_id]

    def sql(self, statement: str, *parameters: object) -> list[tuple[object, ...]]:
        """Return the rows of a statement."""
        with connection(self.database) as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []


@contextlib.contextmanager
def connection(database: str) -> Iterator:
    """Yield a cursor that commits each statement."""
    import psycopg2

    connected = psycopg2.connect(dbname=database)
    connected.autocommit = True
    try:
        with connected.cursor() as cursor:
            yield cursor
    finally:
        connected.close()


@contextlib.contextmanager
def running_odoo(*options: str, series: int = 19) -> Iterator[OdooServer]:
    """Start an Odoo on a fresh copy of the template; both are deleted afterwards.

    :raises NoOdoo: if none can be started here.
    """
    # A user may set the variables of ./dev as well, but only ./dev has its modules.
    if importlib.util.find_spec("devtools"):
        running = _devtools_odoo(options, series)
    elif series == 19:
        running = _own_odoo(options)
    else:
        raise NoOdoo(f"an Odoo {series} runs under ./dev only")
    with running as server:
        yield server


@contextlib.contextmanager
def _devtools_odoo(options: tuple[str, ...], series: int) -> Iterator[OdooServer]:
    from devtools.databases import Databases
    from devtools.environment import Environment
    from devtools.installation import ensure_template
    from devtools.odoo_server import OdooServer as DevtoolsServer
    from two_odoos.odoo_14 import ensure_odoo_14

    environment = Environment.current()
    if series == 14:
        environment = ensure_odoo_14(environment)
    databases = Databases(environment)
    modules = [name for name in MODULES if environment.odoo.has_addon(name)]
    name = databases.name(f"vodoo_{os.getpid()}_{secrets.token_hex(3)}")
    databases.create(name, template=ensure_template(environment, modules))
    try:
        with DevtoolsServer(environment, name, arguments=options) as server:
            yield OdooServer(server.url, name, series=series)
    finally:
        databases.drop(name)


@contextlib.contextmanager
def _own_odoo(options: tuple[str, ...]) -> Iterator[OdooServer]:
    command = odoo_command()
    template = _ensure_template(command)
    database = f"vodoo_test_{os.getpid()}_{secrets.token_hex(3)}"
    _administrate(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
    try:
        with tempfile.TemporaryDirectory(prefix="vodoo-odoo-") as folder:
            with _process(command, database, Path(folder), options) as server:
                yield server
    finally:
        _administrate(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


def odoo_command() -> list[str]:
    """Return the command that runs Odoo.

    :raises NoOdoo: if there is none, or no PostgreSQL.
    """
    given = os.environ.get("VODOO_TEST_ODOO")
    if not given and importlib.util.find_spec("odoo") is None:
        raise NoOdoo("no Odoo in this Python, and VODOO_TEST_ODOO is not set")
    try:
        _administrate("SELECT 1")
    except Exception as error:
        raise NoOdoo(f"no PostgreSQL to use: {error}") from error
    command = shlex.split(given) if given else [sys.executable, "-m", "odoo"]
    if os.environ.get("OPENERP_SERVER"):
        command += ["-c", os.environ["OPENERP_SERVER"]]
    return command


@contextlib.contextmanager
def _process(
    command: list[str], database: str, folder: Path, options: tuple[str, ...]
) -> Iterator[OdooServer]:
    port = free_port()
    words = [
        *command,
        f"--database={database}",
        f"--db-filter=^{database}$",
        f"--http-port={port}",
        "--http-interface=127.0.0.1",
        "--max-cron-threads=0",
        "--log-level=warn",
        f"--data-dir={folder}",
        *options,
    ]
    log = folder / "odoo.log"
    with log.open("wb") as output:
        process = subprocess.Popen(words, stdout=output, stderr=subprocess.STDOUT)
    try:
        server = OdooServer(f"http://127.0.0.1:{port}", database)
        _wait_until_ready(server, process, log)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(
    server: OdooServer, process: subprocess.Popen[bytes], log: Path
) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx2.HTTPError):
            if httpx2.get(f"{server.url}/web/login", timeout=60).status_code == 200:
                return
        time.sleep(0.2)
    raise RuntimeError(f"Odoo did not start:\n{log.read_text()[-4000:]}")


def _ensure_template(command: list[str]) -> str:
    template = os.environ.get("VODOO_TEST_TEMPLATE")
    if template:
        return template
    template = (
        "vodoo_template_" + hashlib.sha1("".join(MODULES).encode()).hexdigest()[:8]
    )
    with connection("postgres") as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (template,))
        if cursor.fetchone():
            return template
    draft = f"{template}_draft_{os.getpid()}"
    subprocess.run(
        [
            *command,
            f"--database={draft}",
            f"--init={','.join(MODULES)}",
            "--stop-after-init",
            "--no-http",
            "--log-level=warn",
        ],
        check=True,
    )
    _administrate(f'ALTER DATABASE "{draft}" RENAME TO "{template}"')
    return template


def _administrate(statement: str) -> None:
    with connection("postgres") as cursor:
        cursor.execute(statement)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _hashed(key: str) -> str:
    """Return the hash in passlib's form, as Odoo stores it."""

    def encoded(part: bytes) -> str:
        return base64.b64encode(part).decode().rstrip("=").replace("+", ".")

    salt = os.urandom(16)
    digest = hashlib.pbkdf2_hmac("sha512", key.encode(), salt, 6000)
    return f"$pbkdf2-sha512$6000${encoded(salt)}${encoded(digest)}"
