# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Two Odoo servers, a backend between them, and one import after the other."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial

import vodoo
from devtools.databases import Databases
from devtools.environment import Environment
from devtools.odoo_server import CRON_THREADS, OdooServer
from devtools.progress import step
from side_by_side import run_side_by_side

from .compared_models import COMPARED_MODELS, ComparedModel
from .comparison import Difference, SourceSide, TargetSide, compare_sides
from .databases import LOGIN, DemoDatabase, SourceDatabase, TargetDatabase
from .edits import edit_records
from .jobs import describe_failures, last_job_id, wait_for_jobs

BACKEND_NAME = "Demo source"
DIRECTIONS = {
    "export_new": True,
    "sync_partners": "both",
    "sync_products": "both",
    "sync_sales": "import",
}
WORKERS = 2
REQUEST_SECONDS = 300
RUN_FIELDS = (
    *("model_name", "state", "found_count", "created_count", "updated_count"),
    *("unchanged_count", "skipped_count", "failed_count"),
    *("duration_seconds", "records_per_second"),
)


@dataclass
class Party:
    """A database, its server and a client of it."""

    database: DemoDatabase
    server: OdooServer
    client: vodoo.OdooClient

    @property
    def config(self) -> vodoo.OdooConfig:
        return self.client.config


@dataclass
class ImportResult:
    """Result of an import: its runs, and lines about the failed jobs."""

    runs: list[dict]
    failures: list[str]


@dataclass
class ExportResult:
    """Result of edits in the target, and lines about the failed jobs."""

    edits: list[str]
    job_count: int
    seconds: float
    failures: list[str]


class Scenario:
    """Use the target like a user."""

    def __init__(self, databases: Databases, source: Party, target: Party):
        self.databases = databases
        self.source = source
        self.target = target
        self.backend_id = self.ensure_backend()

    def ensure_backend(self) -> int:
        """Create or update the backend of the target with the address of the source."""
        values = {
            "name": BACKEND_NAME,
            "url": self.source.server.url,
            "database": self.source.database.name,
            "login": LOGIN,
            "api_key": str(self.source.config.password),
            **DIRECTIONS,
        }
        domain = [("name", "=", BACKEND_NAME)]
        call = self.target.client.execute
        ids = call("odoo.backend", "search", domain)
        if ids:
            call("odoo.backend", "write", ids, values)
        else:
            ids = call("odoo.backend", "create", [values])
        (backend,) = call("odoo.backend", "read", ids, ["state"])
        if backend["state"] != "production":
            # a draft sends and fetches nothing
            call("odoo.backend", "button_check_connection", ids)
            call("odoo.backend", "button_start_production", ids)
        return ids[0]

    def check_connection(self) -> str:
        """Let the target ask the source who we are; return the answer."""
        action = self.target.client.execute(
            "odoo.backend", "button_check_connection", [self.backend_id]
        )
        return action["params"]["message"]

    def import_now(self) -> ImportResult:
        """Enqueue the import as its button does, and wait for the last job."""
        self.check_connection()  # nothing is imported from a draft
        name = self.target.database.name
        call = self.target.client.execute
        last_job = last_job_id(self.databases, name)
        newest = call("connector.sync.run", "search", [], order="id desc", limit=1)
        call("odoo.backend", "action_import_all", [self.backend_id])
        wait_for_jobs(self.databases, name, last_job, self.check_alive)
        runs = call(
            "connector.sync.run",
            "search_read",
            [("id", ">", newest[0] if newest else 0)],
            fields=list(RUN_FIELDS),
            order="id",
        )
        failures = describe_failures(self.databases, name, last_job)
        return ImportResult(runs, failures)

    def edit_here(self) -> ExportResult:
        """Change records of the target as a person would, and wait for the exports."""
        name = self.target.database.name
        last_job = last_job_id(self.databases, name)
        started_at = time.monotonic()
        edits = edit_records(self.target.client, self.backend_id)
        states = wait_for_jobs(self.databases, name, last_job, self.check_alive)
        return ExportResult(
            edits,
            sum(states.values()),
            time.monotonic() - started_at,
            describe_failures(self.databases, name, last_job),
        )

    def check_alive(self) -> None:
        self.source.server.check_alive()
        self.target.server.check_alive()

    def compare(
        self, models: Sequence[ComparedModel] = COMPARED_MODELS
    ) -> tuple[int, list[Difference]]:
        return compare_sides(
            SourceSide(self.source.client, models),
            TargetSide(self.target.client, self.backend_id, models),
        )


@contextmanager
def running_scenario(
    environment: Environment,
    source: SourceDatabase,
    target: TargetDatabase,
    for_people: bool = False,
    workers: int = WORKERS,
) -> Iterator[Scenario]:
    """Create missing databases, start both servers, and stop them after the block.

    :param for_people: run the scheduled actions of the target and its websocket, and
        use two hosts: a browser has separate cookies for each host, not for each port
    :param workers: of the target; 0, one process with threads, starts faster
    """
    run_side_by_side(source.ensure, target.ensure)
    keys = source.ensure_key(), target.ensure_key()
    servers = (
        OdooServer(
            source.environment,
            source.name,
            host="localhost" if for_people else "127.0.0.1",
        ),
        OdooServer(
            target.environment,
            target.name,
            # Only a server of threads has the websocket on the port of the pages.
            workers=0 if for_people else workers,
            with_jobs=True,
            cron_threads=CRON_THREADS if for_people else 0,
        ),
    )
    with ExitStack() as stack:
        with step("two Odoo servers"):
            # Asked to end, workers need seconds: a person waits for it, tests do not.
            stop = partial(OdooServer.stop, timeout_seconds=3 if for_people else 0)
            stack.callback(run_side_by_side, *(partial(stop, one) for one in servers))
            for server in servers:
                server.start()
            for server in servers:
                server.wait_until_ready()
            clients = [
                stack.enter_context(connect(server, key))
                for server, key in zip(servers, keys, strict=True)
            ]
            for client in clients:
                # The first call loads the registry.
                client.get_uid()
        parties = [
            Party(database, server, client)
            for database, server, client in zip(
                (source, target), servers, clients, strict=True
            )
        ]
        yield Scenario(Databases(environment), *parties)


def connect(server: OdooServer, key: str) -> vodoo.OdooClient:
    return vodoo.OdooClient(
        vodoo.OdooConfig(
            url=server.url,
            database=server.database,
            username=LOGIN,
            password=key,
            timeout=REQUEST_SECONDS,
        )
    )
