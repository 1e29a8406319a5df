# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Two Odoo hosts with all that is around them, and a second Odoo to import from."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devtools.databases import Databases
from devtools.odoo_server import OdooServer
from fault_harness.postgres import PrivatePostgres
from fault_harness.world import Cluster, World, copy_databases

from .network import Network
from .programs import Programs
from .servers import (
    CONFIG,
    PASSWORD,
    Address,
    OdooHost,
    make_odoo_host,
    start_haproxy,
    start_pgbouncer,
    wait_until_answers,
    write_odoo_config,
)

#: of each host, and jobs of both hosts together
WORKERS, JOBS = 3, 4
RUNNER = """
    SELECT host(activity.client_addr)
    FROM pg_locks AS locks JOIN pg_stat_activity AS activity USING (pid)
    WHERE locktype = 'advisory' AND granted AND activity.datname = %s
      AND (classid::int8 << 32) | objid::int8 = 2293787760715711918
"""


@dataclass
class Site:
    """The machines, and how to look at them.

    :param world: the source and, by the load balancer, the target
    :param control: the socket of HAProxy
    """

    network: Network
    world: World
    hosts: tuple[OdooHost, ...]
    control: Path
    folder: Path

    def query(self, statement: str, values: Any = None) -> list[tuple]:
        return self.world.target_query(statement, values)

    def find_leader(self) -> OdooHost | None:
        """Return the host whose job runner has the lock."""
        rows = self.query(RUNNER, (self.world.target.database,))
        addresses = {host.address: host for host in self.hosts}
        return addresses[rows[0][0]] if rows else None

    def wait_for_leader(self, seconds: float = 30) -> OdooHost:
        wait_until(lambda: self.find_leader() is not None, seconds, self.hosts)
        leader = self.find_leader()
        assert leader is not None
        return leader

    def other(self, host: OdooHost) -> OdooHost:
        return next(each for each in self.hosts if each is not host)

    def is_in_rotation(self, host: OdooHost) -> bool:
        """Return whether HAProxy sends requests to the host."""
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(str(self.control))
            control.sendall(b"show stat\n")
            lines = control.makefile().read().splitlines()
        rows = [line.split(",") for line in lines]
        status = rows[0].index("status")
        (row,) = [row for row in rows if row[:2] == ["workers", host.machine]]
        return row[status].startswith("UP")

    def address_of(self, host: OdooHost) -> Address:
        """Return the address of one host, beside the load balancer."""
        return Address(f"http://{host.address}:8069", self.world.target.database)


def wait_until(is_true, seconds: float, hosts=()) -> float:
    """Wait for a condition; return after how many seconds it was met."""
    started_at = time.monotonic()
    while not is_true():
        for host in hosts:
            host.check_alive()
        waited = time.monotonic() - started_at
        assert waited < seconds, f"not met within {seconds} s"
        time.sleep(0.1)
    return time.monotonic() - started_at


@contextmanager
def running_site(
    cluster: Cluster,
    programs: Programs,
    folder: Path,
    source_template: str | None = None,
    shares_files: bool = True,
    changes: Mapping[str, str] | None = None,
) -> Iterator[Site]:
    """Start all machines; remove them after the block.

    The thread of the test is on the machine `admin` during the block.
    """
    postgres = cluster.postgres
    with ExitStack() as stack:
        source, target = copy_databases(cluster, source_template, stack)
        postgres.stop()
        stack.callback(_restart, cluster)  # outside of its machine
        network = stack.enter_context(Network())
        start_postgres(postgres, network)
        stack.callback(postgres.stop)
        stack.enter_context(network.inside("admin"))
        start_pgbouncer(network, programs, postgres.folder, postgres.account)
        control = start_haproxy(network, programs, folder)
        hosts = _make_hosts(cluster, network, folder, target, shares_files, changes)
        server = OdooServer(
            cluster.environment,
            source,
            variables=postgres.variables,
            host=network.addresses["source"],
            arguments=("--http-interface=0.0.0.0",),
        )
        stack.callback(server.stop)
        with network.inside("source"):
            server.start()
        for host in hosts:
            stack.callback(host.kill)
            host.start()
        balancer = f"http://{network.addresses['balancer']}:8069"
        world = World(cluster, server, Address(balancer, target), server)
        site = Site(network, world, hosts, control, folder)
        server.wait_until_ready()
        for host in hosts:
            wait_until_answers(site.address_of(host).url, hosts)
        wait_until(lambda: all(map(site.is_in_rotation, hosts)), 60, hosts)
        for call in (world.call_source, world.call_target):
            call("res.users", "search_count", [])
        yield site


def _make_hosts(
    cluster: Cluster,
    network: Network,
    folder: Path,
    target: str,
    shares_files: bool,
    changes: Mapping[str, str] | None,
) -> tuple[OdooHost, ...]:
    environment = cluster.environment
    config = folder / "odoo.conf"
    numbers = {"workers": str(WORKERS), "queue_job.channels": f"root:{JOBS}"}
    write_odoo_config(environment, config, target, {**numbers, **(changes or {})})
    template = Databases(environment).filestore(target)
    hosts = []
    for machine in ("odoo1", "odoo2"):
        data = folder / ("data" if shares_files else f"data-{machine}")
        filestore = data / "filestore" / target
        if not filestore.exists() and template.is_dir():
            filestore.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(template, filestore)
        hosts.append(make_odoo_host(environment, network, machine, config, data))
    return tuple(hosts)


def start_postgres(postgres: PrivatePostgres, network: Network) -> None:
    """Start PostgreSQL on its machine, where it listens to the network."""
    postgres.settings["listen_addresses"] = "*"
    with network.inside("db"):
        postgres.start()


def _restart(cluster: Cluster) -> None:
    """Start PostgreSQL outside of the machines, where it listens to no network."""
    postgres = cluster.postgres
    postgres.stop()
    postgres.settings["listen_addresses"] = ""
    postgres.start()


def open_to_network(
    postgres: PrivatePostgres, settings: str | None = "postgresql.conf"
) -> None:
    """Configure PostgreSQL for connections of other machines, with a password.

    :param settings: the file of ``config/``; None for the defaults of PostgreSQL
    """
    postgres.query("postgres", f"ALTER ROLE odoo PASSWORD '{PASSWORD}'")
    if settings:
        with (postgres.data_folder / "postgresql.conf").open("a") as file:
            file.write((CONFIG / settings).read_text())
    with (postgres.data_folder / "pg_hba.conf").open("a") as file:
        file.write("host all all 192.0.2.0/24 scram-sha-256\n")
