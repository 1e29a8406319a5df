# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import closing

import pytest
from devtools.environment import Environment
from fault_harness import report as reports
from fault_harness.postgres import PrivatePostgres
from fault_harness.world import Cluster


def pytest_addoption(parser):
    group = parser.getgroup("faults")
    group.addoption(
        "--soak", type=float, default=None, metavar="MINUTES", help="how long to soak"
    )
    group.addoption(
        "--table",
        action="store_true",
        help="write docs/reliability.csv",
    )


def pytest_sessionfinish(session):
    if session.config.getoption("--table", default=False):
        environment = Environment.current()
        lines = reports.read(environment.clone_folder / "faults.jsonl")
        reports.write_table(environment.clone / "docs" / "reliability.csv", lines)


@pytest.fixture(scope="session")
def records(request):
    return request.config.getoption("--records") or 2000


@pytest.fixture(scope="session")
def cluster():
    """A separate database server, with the databases that each world copies."""
    environment = Environment.current()
    with PrivatePostgres(environment) as postgres:
        with closing(Cluster(environment, postgres)) as cluster:
            yield cluster


@pytest.fixture
def report(seed, cluster, capsys):
    """Store the outcome of a scenario for the table, and check it."""

    def tell(outcome):
        line = reports.describe(outcome, seed)
        reports.append(cluster.environment.clone_folder / "faults.jsonl", line)
        with capsys.disabled():
            print(f"\n  {line}")
            for problem in outcome.verdict.problems[:20]:
                print(f"    {problem}")
        assert outcome.verdict.problems == []
        assert outcome.injected_count == outcome.planned

    return tell


@pytest.fixture
def soak_report(seed, cluster, capsys):
    """Keep what a soak found for the table."""

    def tell(found):
        line = {**found.describe(), **reports.circumstances(seed)}
        reports.append(cluster.environment.clone_folder / "faults.jsonl", line)
        with capsys.disabled():
            print(f"\n  {line}")
            for problem in found.verdict.problems[:20]:
                print(f"    {problem}")

    return tell
