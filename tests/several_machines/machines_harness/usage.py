# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""CPU time, queries and connections of the machines."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from .network import list_running
from .servers import PASSWORD
from .site import RUNNER, Site


@dataclass(frozen=True)
class Usage:
    """Totals since the start.

    :param runner: CPU seconds of the job runner that has the lock
    :param odoo: CPU seconds of both hosts, with the runners
    :param postgres: CPU seconds of PostgreSQL
    :param queries: that PgBouncer passed to the database
    """

    runner: float
    odoo: float
    postgres: float
    queries: int
    transactions: int

    def since(self, before: Usage) -> Usage:
        names = self.__dataclass_fields__
        return Usage(**{n: getattr(self, n) - getattr(before, n) for n in names})


def measure(site: Site) -> Usage:
    queries, transactions = read_pool(site)
    return Usage(
        cpu_of([find_runner(site)]),
        sum(cpu_of_machine(site, host.machine) for host in site.hosts),
        cpu_of_machine(site, "db"),
        queries,
        transactions,
    )


def find_runner(site: Site) -> int:
    """Return the process id of the job runner: Odoo names connections by it."""
    statement = RUNNER.replace("host(activity.client_addr)", "application_name")
    ((name,),) = site.query(statement, (site.world.target.database,))
    return int(name.removeprefix("odoo-"))


def read_pool(site: Site) -> tuple[int, int]:
    """Return the numbers of queries and transactions that PgBouncer passed."""
    connection = psycopg2.connect(
        host=site.network.addresses["pool"],
        port=6432,
        user="odoo",
        password=PASSWORD,
        dbname="pgbouncer",
    )
    connection.autocommit = True
    try:
        cursor = connection.cursor()
        cursor.execute("SHOW STATS")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    finally:
        connection.close()
    (row,) = [row for row in rows if row["database"] == site.world.target.database]
    return row["total_query_count"], row["total_xact_count"]


def count_connections(site: Site) -> int:
    """Return how many connections the target has that came over the network."""
    return site.query(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE client_addr IS NOT NULL AND datname = current_database()"
    )[0][0]


def cpu_of_machine(site: Site, machine: str) -> float:
    return cpu_of(list_running(site.network.namespace(machine)))


def cpu_of(pids: list[int]) -> float:
    """Return the CPU seconds of processes, and of their children that have ended."""
    ticks = 0
    for pid in pids:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            continue
        ticks += sum(map(int, stat.rpartition(")")[2].split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")
