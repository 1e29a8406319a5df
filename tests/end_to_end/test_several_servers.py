# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Several servers on one database, as docs/how_to/several_machines.rst describes."""

import os
import time

import pytest
from devtools.databases import Databases
from devtools.environment import Environment
from devtools.installation import ensure_template
from devtools.odoo_server import OdooServer, run_in_shell

pytestmark = pytest.mark.long

JOB_COUNT = 200
DELAY_JOBS = """
import os
for number in range(int(os.environ["JOB_COUNT"])):
    values = {"name": f"{os.environ['JOB_NAME']} {number}", "type": "server"}
    values.update(path="", line="", func="", message="")
    env["ir.logging"].with_delay().create([values])
env.cr.commit()
"""
TIMEOUT_SECONDS = 300


@pytest.fixture
def environment():
    return Environment.current()


@pytest.fixture
def database(environment):
    databases = Databases(environment)
    name = databases.name(f"several_{os.getpid()}")
    databases.create(name, ensure_template(environment, ["queue_job"]))
    yield name
    databases.drop(name)


def start_server(environment, database, number):
    server = OdooServer(environment, database, workers=2, with_jobs=True)
    server.log_path = server.log_path.with_name(f"{database}-server-{number}.log")
    server.start()
    return server


def delay_jobs(environment, database, name):
    run_in_shell(
        environment, database, DELAY_JOBS, JOB_COUNT=str(JOB_COUNT), JOB_NAME=name
    )


def wait_until_done(environment, database):
    deadline = time.monotonic() + TIMEOUT_SECONDS
    pending = "SELECT count(*) FROM queue_job WHERE state != 'done'"
    databases = Databases(environment)
    while databases.query(database, pending)[0][0]:
        assert time.monotonic() < deadline, databases.query(
            database, "SELECT state, count(*) FROM queue_job GROUP BY state"
        )
        time.sleep(0.2)


def count_performed(environment, database, name):
    return Databases(environment).query(
        database,
        "SELECT count(*), count(DISTINCT name) FROM ir_logging "
        f"WHERE starts_with(name, '{name} ')",
    )[0]


def is_ready(server):
    return "queue job runner ready for db" in server.log_path.read_text()


def test_one_of_two_servers_runs_each_job_once_and_the_other_takes_over(
    environment, database
):
    servers = [start_server(environment, database, number) for number in range(2)]
    try:
        for server in servers:
            server.wait_until_ready()
        delay_jobs(environment, database, "first")
        wait_until_done(environment, database)
        assert count_performed(environment, database, "first") == (JOB_COUNT, JOB_COUNT)
        leading = [server for server in servers if is_ready(server)]
        assert len(leading) == 1
        leading[0].stop()
        delay_jobs(environment, database, "second")
        wait_until_done(environment, database)
        assert count_performed(environment, database, "second") == (
            JOB_COUNT,
            JOB_COUNT,
        )
        assert all(is_ready(server) for server in servers)
    finally:
        for server in servers:
            server.stop()
