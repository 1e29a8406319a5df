# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the whole system. ``./dev`` sets for each test process:

- `PGHOST`, `PGPORT`, `PGUSER`: a database server with the right to create databases
- `CONNECTOR_HOME`, `CONNECTOR_ODOO_PATH`: the cache folder, and Odoo's folder
- PYTHONPATH: setup/ (the package `devtools`), tests/support, docs/support,
  libs/vodoo/src and Odoo

A test of any folder that needs a separate Odoo server does:

    from devtools.databases import Databases
    from devtools.environment import Environment
    from devtools.installation import addons_database, ensure_template
    from devtools.odoo_server import OdooServer

    environment = Environment.current()
    databases = Databases(environment)
    name = databases.name("mine")
    databases.create(name, template=ensure_template(environment, ["contacts"]))
    with OdooServer(environment, name) as server:
        ...  # server.url, server.log_path
    databases.drop(name)

`ensure_template` installs addons that are not of this clone, once per cache folder;
`addons_database` those of this clone, once per state of their files. It is a context
manager: copy the database in its block, where no other command drops it.
"""

import pytest
from devtools.environment import CLONE, Environment
from devtools.wheels import build_wheels, find_distributions


def pytest_addoption(parser):
    group = parser.getgroup("faults")
    group.addoption(
        "--seed", default="1", help="of the planned faults; another seed, other faults"
    )
    group.addoption("--records", type=int, help="of each long test with faults")


@pytest.fixture(scope="session")
def seed(request):
    return request.config.getoption("--seed")


@pytest.fixture(scope="session")
def environment():
    return Environment.current()


@pytest.fixture(scope="session")
def wheels(environment, tmp_path_factory):
    """The wheels of all distributions of the clone, built once."""
    folder = tmp_path_factory.mktemp("wheels")
    build_wheels(environment, find_distributions(CLONE), folder)
    return sorted(folder.glob("*.whl"))
