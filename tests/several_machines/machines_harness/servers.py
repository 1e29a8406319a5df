# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The servers of the machines: Odoo, HAProxy, PgBouncer.

Their configuration is in ``config/``, which the documentation shows. Only names of
folders and databases, passwords and numbers of workers differ.
"""

from __future__ import annotations

import configparser
import os
import subprocess
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from pwd import struct_passwd

from devtools.environment import Environment
from devtools.errors import SetupError
from devtools.processes import die_with_parent, last_lines, start_session

from .network import Network
from .programs import Programs

CONFIG = Path(__file__).parent / "config"
PASSWORD = "change-me"
START_SECONDS = 90


@dataclass
class OdooHost:
    """A machine that runs Odoo with the job runner."""

    network: Network
    machine: str
    command: Sequence[str]
    variables: Mapping[str, str]
    log_path: Path
    data_folder: Path
    _process: subprocess.Popen | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        return self.network.addresses[self.machine]

    def start(self) -> None:
        with self.network.inside(self.machine):
            self._process = start_session(self.command, self.log_path, self.variables)

    def kill(self) -> None:
        """Kill all processes of the machine."""
        self.network.kill(self.machine)
        if self._process is not None:
            self._process.wait()
            self._process = None

    def lose_power(self) -> None:
        """End all processes in such a way that no other machine notices it."""
        self.network.unplug(self.machine)
        self.kill()

    def check_alive(self) -> None:
        """Accept a host that was killed, but none that ended without that."""
        if self._process is not None and self._process.poll() is not None:
            raise SetupError(
                f"Odoo of {self.machine} has ended:\n{last_lines(self.log)}\n"
                f"(whole log: {self.log_path})"
            )

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace")


@dataclass(frozen=True)
class Address:
    """A server that clients reach by its address."""

    url: str
    database: str

    def check_alive(self) -> None:
        """Do nothing: its hosts are checked."""


def write_odoo_config(
    environment: Environment, path: Path, database: str, changes: Mapping[str, str]
) -> None:
    """Write the documented ``odoo.conf`` for a database of this test.

    :param changes: options; those with a dot are of ``[queue_job]``
    """
    config = configparser.RawConfigParser()
    config.read(CONFIG / "odoo.conf")
    options = {
        "addons_path": ",".join(map(str, environment.addons_folders)),
        "db_name": database,
        "dbfilter": f"^{database}$",
        "db_password": PASSWORD,
        "max_cron_threads": "0",
        "unaccent": "False",
        "with_demo": "False",
        **changes,
    }
    for name, value in options.items():
        section, _, option = name.rpartition(".")
        config[section or "options"][option] = value
    with path.open("w") as file:
        config.write(file)


def make_odoo_host(
    environment: Environment, network: Network, machine: str, config: Path, data: Path
) -> OdooHost:
    log_path = config.with_name(f"{machine}.log")
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PG", "ODOO_QUEUE_JOB"))
    }
    variables = {
        **environment.process_environ(clean),
        "PGSERVICEFILE": str(CONFIG / "pg_service.conf"),
        "PGSERVICE": "odoo",
        "CONNECTOR_DIE_WITH_PARENT": "1",
    }
    command = [*environment.start_command, f"--config={config}", f"--data-dir={data}"]
    return OdooHost(network, machine, command, variables, log_path, data)


def start_haproxy(network: Network, programs: Programs, folder: Path) -> Path:
    """Start the load balancer; return its control socket."""
    control = folder / "haproxy.sock"
    text = (CONFIG / "haproxy.cfg").read_text()
    line = f"global\n    stats socket {control}\n"
    path = folder / "haproxy.cfg"
    path.write_text(text.replace("global\n", line, 1))
    command = [programs.paths["haproxy"], "-db", "-f", path]
    _start(network, "balancer", command, folder / "haproxy.log", programs)
    return control


def start_pgbouncer(
    network: Network, programs: Programs, folder: Path, account: struct_passwd | None
) -> None:
    """Start the pooler, which changes to another user: it does not work as root.

    :param folder: that user may read it
    """
    users = folder / "userlist.txt"
    users.write_text(f'"odoo" "{PASSWORD}"\n')
    path = folder / "pgbouncer.ini"
    text = (CONFIG / "pgbouncer.ini").read_text()
    text = text.replace("/etc/pgbouncer/userlist.txt", str(users))
    # A socket in /tmp would be shared with other machines of this kind.
    path.write_text(f"{text}unix_socket_dir =\n")
    command: list[object] = [programs.paths["pgbouncer"]]
    if account is not None:
        command += ["-u", account.pw_name]
    command.append(path)
    _start(network, "pool", command, folder / "pgbouncer.log", programs)


def _start(
    network: Network,
    machine: str,
    command: Sequence[object],
    log_path: Path,
    programs: Programs,
) -> None:
    with network.inside(machine), log_path.open("ab") as log:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, **programs.variables},
            preexec_fn=die_with_parent,
        )
    time.sleep(0.3)
    if process.poll() is not None:
        raise SetupError(f"{machine} has ended:\n{last_lines(log_path.read_text())}")


def wait_until_answers(url: str, hosts: Sequence[OdooHost] = ()) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        for host in hosts:
            host.check_alive()
        try:
            with urllib.request.urlopen(f"{url}/web/health", timeout=10):
                return
        except OSError as error:
            if time.monotonic() > deadline:
                raise SetupError(f"{url} does not answer: {error}") from error
        time.sleep(0.2)
