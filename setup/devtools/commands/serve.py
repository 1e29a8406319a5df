# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev serve [PURPOSE] [--addon FOLDER] [--port N]"""

from __future__ import annotations

import argparse
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from two_odoos.databases import LOGIN, PASSWORD, TargetDatabase

from ..addons import use_addons_beside_the_clone
from ..environment import Environment
from ..errors import SetupError
from ..odoo_config import write_config
from ..odoo_server import CRON_THREADS, OdooServer
from ..postgres import running_postgres
from ..processes import die_with_parent, find_free_port
from ..progress import step, wait_for_interrupt

RECORDS = Path("tests") / "records.json"
PURPOSE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
SERVE_RECORDS = """
import logging
import sys
from odoo.modules.module import initialize_sys_path
from odoo.tools import config
config.parse_config([f"--config={sys.argv.pop(1)}"])
initialize_sys_path()
logging.getLogger("odoo.tests").setLevel(logging.WARNING)  # it logs its import
from odoo.addons.connector.tests.json_service import main
main()
"""


def main(environment: Environment, arguments: list[str]) -> int:
    options = make_parser().parse_args(arguments)
    use_addons_beside_the_clone(environment.clone, options.addon)
    with running_postgres(environment), ExitStack() as services:
        database = TargetDatabase(environment, options.purpose, wanted=None)
        database.ensure()
        # One process with threads: there, the websocket has the port of the pages.
        server = OdooServer(
            environment,
            database.name,
            with_jobs=True,
            cron_threads=CRON_THREADS,
            # A backend stores the address of the other system: keep it.
            port=options.port or find_free_port(f"Odoo of {database.name}"),
        )
        services.callback(server.stop)
        with step("Odoo server"):
            server.start()
            server.wait_until_ready()
        print(
            f"{server.url}  login {LOGIN}, password {PASSWORD}; Ctrl-C ends it\n"
            "next to other servers, in the same browser: "
            f"{separate_address(options.purpose, server.port)}\n"
            f"database {database.name}  log: {server.log_path}",
            flush=True,
        )
        for addon in options.addon:
            if (addon / RECORDS).is_file():
                address = services.enter_context(serve_records(environment, addon))
                print(f"records of {addon}: {address}", flush=True)
        wait_for_interrupt(server.check_alive)
        return 0


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev serve",
        description="Serve Odoo with all addons of this clone as they are now, and run "
        "its jobs and scheduled actions, until Ctrl-C. The database stays from run to "
        "run.",
    )
    add_database(parser)
    parser.add_argument(
        "--addon",
        type=Path,
        action="append",
        default=[],
        metavar="FOLDER",
        help="install this addon, too; if it has a file tests/records.json, serve that "
        "by a small HTTP service to import from",
    )
    parser.add_argument(
        "--port", type=port, help="port (default: a free port, the same at each start)"
    )
    return parser


def add_database(parser: argparse.ArgumentParser) -> None:
    """Add the argument that names the database of a command."""
    parser.add_argument(
        "purpose",
        nargs="?",
        default="scratch",
        type=database_purpose,
        help="the database: a name of your choice, or demo_target (default: scratch)",
    )


def database_purpose(word: str) -> str:
    """Return a word that the name of a database may contain."""
    if not PURPOSE.fullmatch(word):
        advice = ". To name an addon, use --addon FOLDER" if Path(word).is_dir() else ""
        raise argparse.ArgumentTypeError(
            f"{word!r} is not a name for a database: use letters, digits, - and _, "
            f"up to 40 of them{advice}"
        )
    return word


def separate_address(purpose: str, port: int) -> str:
    """Return an address with a host for this database only.

    Browsers send a cookie to all ports of its host: logging in to a second server of
    127.0.0.1 logs the first one out. Browsers and curl know all names of localhost,
    other programs may not.
    """
    label = re.sub("[^a-z0-9]+", "-", purpose.lower()).strip("-")
    return f"http://{label or 'odoo'}.localhost:{port}"


@contextmanager
def serve_records(environment: Environment, addon: Path) -> Iterator[str]:
    """Serve the records of an addon's tests, and return the address."""
    records = addon.absolute() / RECORDS
    port = find_free_port(f"records of {records}")
    program = [environment.python, "-c", SERVE_RECORDS]
    with subprocess.Popen(
        [*map(str, program), write_config(environment), records, f"--port={port}"],
        env=environment.process_environ(),
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=die_with_parent,
    ) as process:
        try:
            assert process.stdout is not None
            first_path = process.stdout.readline().strip()
            if not first_path:
                raise SetupError(f"the records of {addon} cannot be served, see above.")
            yield first_path.rpartition("/")[0]
        finally:
            process.kill()


def port(word: str) -> int:
    """Return the number of a port.

    :raises SetupError: if a server cannot listen on it
    """
    number = int(word)
    try:
        socket.create_server(("127.0.0.1", number)).close()
        return number
    except (OSError, OverflowError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).partition(" (")[0]
        raise SetupError(
            f"port {number} of 127.0.0.1 cannot be used: {reason.rstrip('.')}.\n"
            "Choose another port, or none to use a free port."
        ) from error
