# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A connector that is installed again meets nothing of its former self."""

import os

import pytest
from devtools.addons import close_over, find_addons
from devtools.databases import Databases
from devtools.environment import Environment
from devtools.installation import addons_database, install_addons
from devtools.odoo_server import run_in_shell

pytestmark = pytest.mark.long

SYNCHRONIZE = """
from odoo import fields
backend = env["odoo.backend"].create(
    {
        "name": "Production",
        "url": "http://127.0.0.1:1",
        "database": "remote",
        "login": "admin",
        "api_key": "secret",
    }
)
model = "odoo.res.partner"
env["connector.cursor"]._ensure(backend, model)._move_to(fields.Datetime.now())
run = env["connector.sync.run"]._start(backend, model)
env["connector.sync.outcome"].create({"run_id": run.id})
env["connector.dry.run.line"].create({"run_id": run.id, "outcome": "created"})
env["connector.export.receipt"].create(
    {
        "backend_model": backend._name,
        "backend_id": backend.id,
        "model_name": model,
        "record_model": "res.partner",
        "record_id": 1,
        "external_id": "7",
    }
)
env[model].with_delay().import_changes(backend)
env.cr.commit()
"""
UNINSTALL = """
addon = env["ir.module.module"].search([("name", "=", "connector_odoo")])
addon.button_immediate_uninstall()
"""
KEPT = (
    "connector_cursor",
    "connector_export_receipt",
    "connector_sync_run",
    "connector_sync_outcome",
    "connector_dry_run_line",
)


@pytest.fixture
def environment():
    return Environment.current()


@pytest.fixture
def database(environment):
    databases = Databases(environment)
    name = databases.name(f"reinstall_{os.getpid()}")
    wanted = close_over(find_addons(environment.clone), ["connector_odoo"])
    with addons_database(environment, wanted) as template:
        databases.create(name, template)
    yield name
    databases.drop(name)


def test_nothing_is_left_for_the_backend_of_a_reinstalled_connector(
    environment, database
):
    query = Databases(environment).query
    run_in_shell(environment, database, SYNCHRONIZE)
    for table in KEPT:
        assert query(database, f"SELECT count(*) FROM {table}") == [(1,)], table
    run_in_shell(environment, database, UNINSTALL)
    for table in KEPT:
        assert query(database, f"SELECT count(*) FROM {table}") == [(0,)], table
    assert query(database, "SELECT state FROM queue_job") == [("cancelled",)]
    assert query(database, "SELECT to_regclass('odoo_backend')") == [(None,)]
    install_addons(environment, database, ["connector_odoo"])
    run_in_shell(environment, database, SYNCHRONIZE)
    assert query(database, "SELECT id FROM odoo_backend") == [(1,)]


def test_the_connector_itself_can_be_uninstalled(environment, database):
    run_in_shell(environment, database, SYNCHRONIZE)
    run_in_shell(
        environment, database, UNINSTALL.replace("connector_odoo", "connector")
    )
    query = Databases(environment).query
    assert query(database, "SELECT to_regclass('connector_cursor')") == [(None,)]
    left = query(
        database, "SELECT model FROM ir_model WHERE starts_with(model, 'connector.')"
    )
    assert left == []
    assert query(database, "SELECT state FROM queue_job") == [("cancelled",)]
