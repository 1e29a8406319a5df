# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An Odoo server of one database, ended with the block that uses it."""

from __future__ import annotations

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping

from .environment import Environment
from .errors import SetupError
from .odoo_config import CHANNELS, odoo_command
from .processes import (
    end_session,
    find_free_port,
    last_lines,
    run_logged,
    start_session,
)

START_TIMEOUT_SECONDS = 120
#: of servers that people use
CRON_THREADS = 1


class OdooServer:
    """Run Odoo on a free port of the loopback interface.

    :param workers: 0 for one process with threads
    :param with_jobs: run the jobs of queue_job, too
    :param cron_threads: number of threads that run scheduled actions
    :param port: instead of a free one
    :param host: of the address: a browser keeps the cookies of two servers apart only
        if their hosts differ, not their ports
    :param channels: channels of queue_job with their numbers of concurrent jobs
    :param variables: variables to add, for example of another database server
    """

    def __init__(
        self,
        environment: Environment,
        database: str,
        workers: int = 0,
        with_jobs: bool = False,
        cron_threads: int = 0,
        port: int | None = None,
        host: str = "127.0.0.1",
        arguments: tuple[str, ...] = (),
        channels: str = CHANNELS,
        variables: Mapping[str, str] | None = None,
    ):
        self.environment = environment
        self.database = database
        self.workers = workers
        self.port = port or find_free_port()
        self.url = f"http://{host}:{self.port}"
        self.log_path = environment.home.log_folder / f"{database}-server.log"
        self._process: subprocess.Popen | None = None
        self._arguments = [
            f"--database={database}",
            f"--db-filter=^{database}$",
            f"--http-port={self.port}",
            f"--workers={workers}",
            f"--max-cron-threads={cron_threads}",
            *(["--load=base,web,queue_job"] if with_jobs else []),
            *arguments,
        ]
        self._variables = {
            "ODOO_QUEUE_JOB_SCHEME": "http",
            "ODOO_QUEUE_JOB_HOST": "127.0.0.1",
            "ODOO_QUEUE_JOB_PORT": str(self.port),
            "ODOO_QUEUE_JOB_CHANNELS": channels,
            "CONNECTOR_DIE_WITH_PARENT": "1",
            **(variables or {}),
        }

    def __enter__(self) -> OdooServer:
        self.start()
        try:
            self.wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        """Kill the server: its processes end seconds later when they are asked to."""
        self.stop(timeout_seconds=0)

    @property
    def pid(self) -> int | None:
        """The process id of the server, None while it does not run.

        Its children are the workers.
        """
        return self._process.pid if self._process else None

    def start(self, keep_log: bool = False) -> None:
        """Start without waiting; `wait_until_ready` waits."""
        if not keep_log:
            self.log_path.unlink(missing_ok=True)
        events = [f"--gevent-port={find_free_port()}"] if self.workers else []
        command = odoo_command(self.environment, *self._arguments, *events)
        environ = {**self.environment.process_environ(), **self._variables}
        self._process = start_session(command, self.log_path, environ)

    def stop(self, timeout_seconds: float = 3) -> None:
        """End the server and its workers; without a timeout, kill them immediately."""
        if self._process is not None:
            end_session(self._process, timeout_seconds)
            self._process = None

    def check_alive(self) -> None:
        """:raises SetupError: with the end of the log, if the server has ended"""
        if self._process is None or self._process.poll() is not None:
            log = self.log_path.read_text(errors="replace")
            raise SetupError(
                f"the Odoo server of {self.database} (port {self.port}) has ended:\n"
                f"{last_lines(log)}\n(whole log: {self.log_path})"
            )

    def wait_until_ready(self) -> None:
        """Wait until the server answers a request."""
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        health_url = self.url + self.environment.health_path
        while True:
            self.check_alive()
            try:
                with urllib.request.urlopen(health_url, timeout=10):
                    return
            except urllib.error.HTTPError:
                raise
            except OSError:
                pass
            if time.monotonic() > deadline:
                raise SetupError(
                    f"the Odoo server of {self.database} did not answer at {self.url} "
                    f"within {START_TIMEOUT_SECONDS} s; see {self.log_path}"
                )
            time.sleep(0.1)


def run_in_shell(
    environment: Environment,
    database: str,
    script: str,
    arguments: tuple[str, ...] = (),
    **variables: str,
) -> str:
    """Run Python with `env` in Odoo's shell; return what it prints.

    The script commits its changes. It finds `variables` in os.environ.

    :param arguments: more words of Odoo's command line
    """
    log_path = environment.home.log_folder / f"{database}-shell.log"
    words = ("shell", f"--database={database}", "--no-http", "--log-level=error")
    command = odoo_command(environment, *words, *arguments)
    environ = {**environment.process_environ(), **variables}
    return run_logged(command, log_path, environ, script=script)
