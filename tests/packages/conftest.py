# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A package index with the distributions of the suite and of OCA."""

import os

import pytest
from devtools.addons import outside_dependencies
from devtools.databases import Databases
from devtools.environment import CLONE
from devtools.installation import ensure_template
from devtools.wheels import build_wheels, find_wheel_addons
from local_index import FreshEnvironment, download_published, serve, write_index


@pytest.fixture(scope="session")
def single_wheels(environment, tmp_path_factory):
    """A wheel of each addon, for local use."""
    folder = tmp_path_factory.mktemp("single")
    addons = find_wheel_addons(CLONE).values()
    build_wheels(environment, [addon.path for addon in addons], folder)
    return sorted(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def index_url(environment, wheels, tmp_path_factory):
    folder = tmp_path_factory.mktemp("index")
    write_index([*download_published(environment), *wheels], folder)
    with serve(folder) as url:
        yield url


@pytest.fixture
def make_fresh(environment, index_url, tmp_path):
    """Create an environment in which only Odoo is installed."""

    def make(name="venv", **options):
        return FreshEnvironment.create(
            environment, index_url, tmp_path / name, **options
        )

    return make


@pytest.fixture
def fresh(make_fresh):
    return make_fresh()


@pytest.fixture
def database(environment):
    """A database with the addons that the suite requires, without the suite."""
    addons = find_wheel_addons(CLONE)
    outside = outside_dependencies(addons, addons)
    databases = Databases(environment)
    name = databases.name(f"packages_{os.getpid()}")
    databases.create(name, ensure_template(environment, outside))
    yield name
    databases.drop(name)
