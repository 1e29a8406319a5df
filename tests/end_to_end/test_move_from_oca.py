# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A database with the published OCA addons is updated to the addons of this clone."""

import os

import pytest
from devtools.databases import Databases
from devtools.environment import Environment
from devtools.installation import ensure_template, install_addons, upgrade_addons
from devtools.odoo_server import run_in_shell
from moved_database import ADDONS, CONNECTOR, MovedDatabase, ensure_oca_addons

pytestmark = pytest.mark.long

FRAMEWORK = ["component", "component_event", "connector"]


@pytest.fixture
def environment(monkeypatch):
    monkeypatch.setenv("CONNECTOR_ADDONS", str(ADDONS / CONNECTOR))
    return Environment.current()


@pytest.fixture
def database(environment):
    databases = Databases(environment)
    name = databases.name(f"move_from_oca_{os.getpid()}")
    standard = {"contacts", "mail", "product", "rpc", "queue_job"}
    databases.create(name, ensure_template(environment, standard))
    yield name
    databases.drop(name)


def test_bindings_jobs_and_dates_of_an_oca_database_are_taken_over(
    environment, database
):
    paths = [*environment.odoo.addons_paths, ensure_oca_addons(environment), ADDONS]
    oca = (f"--addons-path={','.join(map(str, paths))}",)
    install_addons(environment, database, [CONNECTOR], arguments=oca)

    def run_with_oca(script):
        return run_in_shell(environment, database, script, arguments=oca)

    data = MovedDatabase(run_with_oca).fill()
    upgrade_addons(environment, database, FRAMEWORK)
    MovedDatabase(
        lambda script: run_in_shell(environment, database, script)
    ).check_taken_over(data)
