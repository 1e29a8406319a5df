# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev serve [PURPOSE] [--port N]"""

from __future__ import annotations

import argparse
import errno
import socket

from ..demo.databases import LOGIN, PASSWORD, TargetDatabase
from ..environment import Environment
from ..errors import SetupError
from ..odoo_server import OdooServer
from ..postgres import running_postgres
from ..progress import step, wait_for_interrupt


def main(environment: Environment, arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="./dev serve",
        description="Serve Odoo with all addons of this clone as they are now, and run "
        "its jobs, until Ctrl-C. The database stays from run to run.",
    )
    parser.add_argument(
        "purpose",
        nargs="?",
        default="scratch",
        help="which one: a name of your choice, or demo_target (default: scratch)",
    )
    parser.add_argument("--port", type=int, help="instead of a free one")
    options = parser.parse_args(arguments)
    if options.port:
        check_port(options.port)
    with running_postgres(environment):
        database = TargetDatabase(environment, options.purpose, wanted=None)
        database.ensure()
        server = OdooServer(
            environment, database.name, workers=2, with_jobs=True, port=options.port
        )
        try:
            with step("Odoo server"):
                server.start()
                server.wait_until_ready()
            print(
                f"{server.url}  login {LOGIN}, password {PASSWORD}; Ctrl-C ends it\n"
                f"log: {server.log_path}",
                flush=True,
            )
            wait_for_interrupt(server.check_alive)
            return 0
        finally:
            server.stop()


def check_port(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            if getattr(error, "errno", None) == errno.EADDRINUSE:
                reason = "another program listens there"
            else:
                reason = str(error)
            raise SetupError(
                f"port {port} of 127.0.0.1 cannot be used: {reason}.\n"
                "Name another one, or none: then a free one is taken."
            ) from error
