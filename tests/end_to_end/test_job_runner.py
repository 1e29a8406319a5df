# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A job runner, or scheduled actions, that end are seen within a minute."""

import json
import os
import signal
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest
from devtools.odoo_server import OdooServer
from two_odoos.jobs import last_job_id, wait_for_jobs

#: seconds until a fault is seen, and until a job runner that returns is
SEEN_SECONDS, BACK_SECONDS = 60, 60
RUNNER = """
    SELECT locks.pid, activity.application_name
    FROM pg_locks AS locks JOIN pg_stat_activity AS activity USING (pid)
    WHERE locktype = 'advisory' AND activity.datname = current_database()
      AND (classid::int8 << 32) | objid::int8 = 2293787760715711918
"""


@pytest.fixture
def target(scenario):
    return scenario.target


@pytest.fixture
def token(target):
    call = target.client.execute
    (settings,) = call("connector.monitoring", "create", [{}])
    action = call("connector.monitoring", "action_create_token", [settings])
    return action["context"]["default_token"]


@pytest.fixture
def health(target, token):
    """Return the health, whatever its status is."""

    def ask(server=None):
        request = urllib.request.Request(
            f"{(server or target.server).url}/connector/health",
            headers={"Authorization": f"Bearer {token}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            assert error.code == 503, error.read()
            return json.load(error)

    return ask


def wait_until(is_true, seconds):
    """Return after how many seconds it is true."""
    started_at = time.monotonic()
    while not is_true():
        assert time.monotonic() - started_at < seconds
        time.sleep(0.2)
    return time.monotonic() - started_at


def runner_status(report):
    return report["runner"]["status"]


@pytest.fixture
def find_runner(scenario, health):
    """Return the process ids of the runner's connection and of its process."""

    def find():
        wait_until(lambda: runner_status(health()) == "ok", BACK_SECONDS)
        name = scenario.target.database.name
        ((pid, application),) = scenario.databases.query(name, RUNNER)
        return pid, int(application.removeprefix("odoo-"))

    return find


def test_a_connection_that_ends_is_seen(scenario, health, find_runner):
    pid, __ = find_runner()
    name = scenario.target.database.name
    scenario.databases.query(name, "SELECT pg_terminate_backend(%s)", (pid,))
    seen = wait_until(lambda: runner_status(health()) == "error", SEEN_SECONDS)
    back = wait_until(lambda: runner_status(health()) == "ok", BACK_SECONDS)
    print(f"connection ended: seen after {seen:.1f} s, back after {back:.1f} s")


@pytest.mark.long
def test_a_process_that_is_killed_is_seen(health, find_runner):
    __, process = find_runner()
    os.kill(process, signal.SIGKILL)
    seen = wait_until(lambda: runner_status(health()) == "error", SEEN_SECONDS)
    back = wait_until(lambda: runner_status(health()) == "ok", BACK_SECONDS)
    print(f"process killed: seen after {seen:.1f} s, back after {back:.1f} s")


@contextmanager
def stopped(process):
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


@pytest.mark.long
def test_a_process_that_hangs_is_seen(health, find_runner):
    __, process = find_runner()
    with stopped(process):
        seen = wait_until(lambda: runner_status(health()) == "error", SEEN_SECONDS)
        assert "does not react" in health()["runner"]["text"]
    back = wait_until(lambda: runner_status(health()) == "ok", BACK_SECONDS)
    print(f"process stopped: seen after {seen:.1f} s, back after {back:.1f} s")


@contextmanager
def cron_server(target):
    """Run the scheduled actions of the target, without a job runner."""
    server = OdooServer(
        target.server.environment,
        target.database.name,
        cron_threads=1,
    )
    server.log_path = server.log_path.with_name(f"{server.database}-cron.log")
    with server:
        yield server


@pytest.mark.long
def test_scheduled_actions_that_end_are_seen(target, health):
    assert health()["cron"]["status"] == "error", "This server runs none"
    with cron_server(target):
        wait_until(lambda: health()["cron"]["status"] == "ok", 90)
        for _second in range(100):
            assert health()["cron"]["status"] == "ok"
            time.sleep(1)
    seen = wait_until(lambda: health()["cron"]["status"] == "error", SEEN_SECONDS + 5)
    print(f"scheduled actions ended: seen after {seen:.1f} s")


@pytest.mark.long
def test_an_import_without_a_job_runner(imported, health, find_runner):
    target, databases = imported.target, imported.databases
    name, call = target.database.name, target.client.execute
    (cron,) = call(
        "ir.cron",
        "search",
        [("name", "=", "Run connector jobs without a job runner")],
        context={"active_test": False},
    )
    connection, process = find_runner()
    with stopped(process):
        databases.query(name, "SELECT pg_terminate_backend(%s)", (connection,))
        wait_until(lambda: runner_status(health()) == "error", SEEN_SECONDS)
        call("ir.cron", "write", [cron], {"active": True})
        try:
            assert runner_status(health()) == "ok"
            assert health()["runner"]["kind"] == "scheduled action"
            with cron_server(target) as server:
                last_job = last_job_id(databases, name)
                call("odoo.backend", "action_import_all", [imported.backend_id])
                states = wait_for_jobs(databases, name, last_job, server.check_alive)
            assert set(states) == {"done"}
        finally:
            call("ir.cron", "write", [cron], {"active": False})
    assert find_runner()
    assert health()["runner"]["kind"] == "job runner"
