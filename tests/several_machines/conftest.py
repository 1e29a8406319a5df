# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Two Odoo hosts in network namespaces.

./dev test tests/several_machines --long -n 0 -s --seed 7 --records 5000
"""

import sys
from contextlib import closing
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "faults"))

from devtools.environment import Environment
from fault_harness.postgres import PrivatePostgres
from fault_harness.records import make_partners
from fault_harness.world import Cluster, running_world
from machines_harness.network import check_namespaces
from machines_harness.programs import ensure_programs
from machines_harness.site import open_to_network, running_site

RECORDS = 5000


def pytest_addoption(parser):
    parser.getgroup("faults").addoption(
        "--default-keepalives",
        action="store_true",
        help="also wait for the defaults of the kernel: about 16 minutes",
    )


@pytest.fixture(scope="session")
def records(request):
    return request.config.getoption("--records") or RECORDS


@pytest.fixture(scope="session")
def programs():
    check_namespaces()
    return ensure_programs(Environment.current().home)


@pytest.fixture(scope="session")
def cluster(programs):
    """A database server, with the databases that each site copies."""
    environment = Environment.current()
    with PrivatePostgres(environment) as postgres:
        with closing(Cluster(environment, postgres)) as cluster:
            open_to_network(postgres)
            yield cluster


@pytest.fixture(scope="session")
def full_source(cluster, records):
    """The name of a source with all records, to be copied."""
    with running_world(cluster) as world:
        make_partners(world.call_source, records)
        world.source.stop()
        name = cluster.copy(world.source.database, "full")
    yield name
    cluster.drop(name)


@pytest.fixture
def start_site(cluster, programs, tmp_path):
    """Return a context manager of running machines."""

    def start(**options):
        return running_site(cluster, programs, tmp_path, **options)

    return start


@pytest.fixture
def say(capsys):
    """Print a measured figure."""

    def print_line(text):
        with capsys.disabled():
            print(f"\n  {text}", end="", flush=True)

    return print_line
