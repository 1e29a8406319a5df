# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""After how long PostgreSQL and a job runner notice that packets are lost.

The runner is a connection like that of ``queue_job``: it holds the lock, and listens.
"""

import threading
import time
from contextlib import ExitStack

import psycopg2
import pytest
from devtools.environment import Environment
from fault_harness.postgres import PrivatePostgres
from machines_harness.network import Network
from machines_harness.servers import CONFIG, PASSWORD
from machines_harness.site import open_to_network, start_postgres

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

LOCK = 42
#: with the documented settings; a busy machine is late
SOON_SECONDS = 90


@pytest.fixture
def start(programs, tmp_path):
    """Return a function that starts PostgreSQL on its machine, with some settings."""
    with ExitStack() as stack:

        def start(settings):
            postgres = stack.enter_context(PrivatePostgres(Environment.current()))
            open_to_network(postgres, settings)
            postgres.stop()
            network = stack.enter_context(Network())
            start_postgres(postgres, network)
            return postgres, network

        yield start


def connect_runner(network, service):
    with network.inside("odoo1"):
        connection = psycopg2.connect(
            host=network.addresses["db"],
            port=5432,
            user="odoo",
            password=PASSWORD,
            dbname="postgres",
            **service,
        )
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        cursor.execute("LISTEN queue_job")
    return connection


def read_service():
    lines = (CONFIG / "pg_service.conf").read_text().splitlines()
    return dict(line.split("=") for line in lines if "=" in line)


def has_lock(postgres):
    statement = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
    return bool(postgres.query("postgres", statement)[0][0])


def measure_release(postgres, seconds, is_busy):
    """Return after how long the lock is free.

    :param is_busy: notify the runner each second, as running jobs do
    """
    started_at = time.monotonic()
    while has_lock(postgres):
        passed = time.monotonic() - started_at
        assert passed < seconds, f"the lock is held after {passed:.0f} s"
        if is_busy:
            postgres.query("postgres", "SELECT pg_notify('queue_job', 'x')")
        time.sleep(1)
    return time.monotonic() - started_at


def watch_client(connection):
    """Ask something in a thread; return it and the seconds until the error."""
    seconds = []

    def ask():
        started_at = time.monotonic()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except psycopg2.Error:
            seconds.append(time.monotonic() - started_at)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    return thread, seconds


@pytest.mark.parametrize("is_busy", [False, True], ids=["idle", "busy"])
def test_the_lock_is_free_within_seconds(start, say, is_busy):
    postgres, network = start("postgresql.conf")
    connection = connect_runner(network, read_service())
    network.drop("odoo1", "db")
    thread, noticed = watch_client(connection)
    released = measure_release(postgres, SOON_SECONDS, is_busy)
    thread.join(SOON_SECONDS)
    assert noticed
    say(
        f"documented settings, {'busy' if is_busy else 'idle'} runner: "
        f"lock free after {released:.0f} s, runner noticed after {noticed[0]:.0f} s"
    )


def test_the_defaults_take_a_quarter_of_an_hour(start, say, request):
    if not request.config.getoption("--default-keepalives", default=False):
        pytest.skip("takes 16 minutes: give --default-keepalives")
    postgres, network = start(None)
    connection = connect_runner(network, {})
    network.drop("odoo1", "db")
    thread, noticed = watch_client(connection)
    released = measure_release(postgres, 1500, is_busy=True)
    thread.join(600)
    assert noticed
    say(
        f"defaults, busy runner: lock free after {released:.0f} s, "
        f"runner noticed after {noticed[0]:.0f} s"
    )
