# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A connector that is installed again doubles nothing that it had imported."""

import os
import time

import pytest
from devtools.databases import Databases
from devtools.environment import Environment
from devtools.installation import install_addons
from devtools.odoo_server import run_in_shell
from two_odoos.databases import SourceDatabase, TargetDatabase
from two_odoos.jobs import describe_failures, last_job_id, wait_for_jobs
from two_odoos.scenario import running_scenario

pytestmark = pytest.mark.long

COUNTED = (
    "res_partner",
    "res_partner_category",
    "product_template",
    "product_product",
    "sale_order",
    "sale_order_line",
)
UNINSTALL = """
addon = env["ir.module.module"].search([("name", "=", "connector_odoo")])
addon.button_immediate_uninstall()
"""
TIMEOUT_SECONDS = 300


@pytest.fixture
def environment():
    return Environment.current()


@pytest.fixture
def databases(environment):
    source = SourceDatabase(environment, f"source_again_{os.getpid()}")
    target = TargetDatabase(environment, f"target_again_{os.getpid()}")
    yield source, target
    source.drop()
    target.drop()


def count(environment, database):
    query = Databases(environment).query
    return {
        table: query(database.name, f"SELECT count(*) FROM {table}")[0][0]
        for table in COUNTED
    }


def wait_for_question(scenario):
    """Return why the backend was paused, once all jobs wait for its answer."""
    read = scenario.databases.query
    name = scenario.target.database.name
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while True:
        ((state, reason),) = read(name, "SELECT state, pause_reason FROM odoo_backend")
        running = read(
            name,
            "SELECT name, state FROM queue_job "
            "WHERE NOT coalesce(sync_is_parked, false) "
            "AND state IN ('pending', 'enqueued', 'started')",
        )
        if state == "paused" and not running:
            return reason
        assert time.monotonic() < deadline, (state, running)
        time.sleep(0.2)


def test_records_imported_before_are_bound_again(environment, databases):
    source, target = databases
    with running_scenario(environment, source, target) as scenario:
        scenario.check_connection()
        assert not scenario.import_now().failures
    imported = count(environment, target)
    run_in_shell(environment, target.name, UNINSTALL)
    install_addons(environment, target.name, ["connector_odoo_sale"])
    assert count(environment, target) == imported
    with running_scenario(environment, source, target) as scenario:
        call = scenario.target.client.execute
        scenario.check_connection()
        last_job = last_job_id(scenario.databases, target.name)
        call("odoo.backend", "action_import_all", [scenario.backend_id])
        assert "would be doubled" in wait_for_question(scenario)
        assert count(environment, target) == imported
        call("odoo.backend", "write", [scenario.backend_id], {"first_import": "bind"})
        call("odoo.backend", "button_resume", [scenario.backend_id])
        wait_for_jobs(scenario.databases, target.name, last_job, scenario.check_alive)
        assert not describe_failures(scenario.databases, target.name, last_job)
        _compared, differences = scenario.compare()
    assert count(environment, target) == imported
    assert not differences
