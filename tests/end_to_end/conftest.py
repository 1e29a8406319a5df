# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import os

import pytest
from devtools.environment import Environment
from two_odoos.databases import SourceDatabase, TargetDatabase
from two_odoos.scenario import running_scenario


@pytest.fixture(scope="session")
def scenario():
    """Two Odoo servers and a backend between them, with separate databases."""
    environment = Environment.current()
    source = SourceDatabase(environment, f"source_{os.getpid()}")
    target = TargetDatabase(environment, f"target_{os.getpid()}")
    try:
        with running_scenario(environment, source, target) as running:
            yield running
    finally:
        source.drop()
        target.drop()


@pytest.fixture(scope="session")
def first_import(scenario):
    return scenario.import_now()


@pytest.fixture
def imported(scenario, first_import):
    """The scenario, all of whose source was imported at least once."""
    return scenario
