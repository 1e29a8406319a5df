# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The three that import: each an Odoo with a job runner and two workers.

Each has an addon with the model ``bench.sync``, whose method ``enqueue`` enqueues the
import of some partners of the source.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import Any

import psycopg2
import vodoo
from devtools.addons import close_over, find_addons
from devtools.environment import Environment
from devtools.errors import SetupError
from devtools.installation import addons_database, ensure_template
from devtools.odoo_server import OdooServer
from two_odoos.databases import DemoDatabase
from two_odoos.jobs import are_all_settled
from two_odoos.scenario import connect

from ..templates import side_template
from . import source as partners

ADDONS = Path(__file__).parent / "addons"
WORKERS = 2
POLL_SECONDS = 0.02
TIMEOUT_SECONDS = 120
CONNECTOR = "connector_odoo"
#: addons of the imported models, for sides that do not depend on them
STANDARD = {"contacts", "mail", "product", "rpc", "queue_job"}


class Side:
    """A database, its server, and the jobs in it."""

    name = ""
    #: where its addons are, besides Odoo's and the benchmark's own
    addons_folders: tuple[Path, ...] = ()

    def __init__(self, environment: Environment, source: vodoo.OdooClient):
        self.environment = environment
        self.source = source
        self.database = DemoDatabase(environment, f"bench_sync_{self.name}")
        self.server = OdooServer(
            environment,
            self.database.name,
            workers=WORKERS,
            with_jobs=True,
            arguments=(self._addons_path(),),
        )
        self._stack = ExitStack()

    # -- life -----------------------------------------------------------------

    def start(self) -> None:
        """Serve a database as it is before the first import; ``close`` drops it."""
        name = self.database.name
        self.database.drop()
        self._stack.callback(self.database.drop)
        addon, options = ADDONS / f"bench_sync_{self.name}", self._addons_path()
        with (
            self._base() as base,
            side_template(self.environment, addon, base, options) as template,
        ):
            self.database.databases.create(name, template)
        key = self.database.ensure_key()
        self._stack.callback(self.server.stop)
        self.server.start()
        self.server.wait_until_ready()
        self.client = self._stack.enter_context(connect(self.server, key))
        connection = psycopg2.connect(dbname=name)
        connection.autocommit = True
        self._stack.callback(connection.close)
        self._cursor = connection.cursor()
        self.set_up()

    def close(self) -> None:
        self._stack.close()

    def _base(self) -> AbstractContextManager[str]:
        """Yield the database with the dependencies of the side's addon."""
        return nullcontext(ensure_template(self.environment, STANDARD))

    def _addons_path(self) -> str:
        folders = [
            *self.environment.odoo.addons_paths,
            *self.addons_folders,
            ADDONS,
        ]
        return f"--addons-path={','.join(map(str, folders))}"

    # -- measurements ---------------------------------------------------------

    def set_up(self) -> None:
        """Do in the running server what each import needs."""
        config = self.source.config
        self.call(
            "set_up",
            url=config.url,
            database=config.database,
            key=str(config.password),
        )

    def take(self, first: int, count: int) -> float:
        """Return the seconds from the call that enqueues to the end of the last job.

        :raises SetupError: a job failed, or nothing happens any more
        """
        arguments = self.arguments(first, count)
        last_id = self._query("SELECT coalesce(max(id), 0) FROM queue_job")[0][0]
        started = time.perf_counter()
        self.call("enqueue", **arguments)
        self._wait(last_id)
        return time.perf_counter() - started

    def arguments(self, first: int, count: int) -> dict[str, Any]:
        """Return the arguments of ``enqueue`` for these partners."""
        return {"domain": partners.domain(first, count)}

    def count_partners(self, first: int, count: int) -> int:
        """Return the number of these partners that exist."""
        return self.client.execute(
            "res.partner", "search_count", domain=partners.domain(first, count)
        )

    def call(self, method: str, **arguments: Any) -> Any:
        return self.client.execute("bench.sync", method, **arguments)

    def _wait(self, after_id: int) -> None:
        seen: dict[str, int] = {}
        changed_at = time.monotonic()
        while True:
            states = dict(
                self._query(
                    "SELECT state, count(*) FROM queue_job WHERE id > %s"
                    " GROUP BY state",
                    after_id,
                )
            )
            if are_all_settled(states):
                break
            if states != seen:
                seen, changed_at = states, time.monotonic()
            elif time.monotonic() - changed_at > TIMEOUT_SECONDS:
                raise SetupError(
                    f"{self.name}: no job has changed its state for "
                    f"{TIMEOUT_SECONDS} s: {states}; see {self.server.log_path}"
                )
            self.server.check_alive()
            time.sleep(POLL_SECONDS)
        if set(states) != {"done"}:
            failures = self._query(
                "SELECT exc_name, exc_message FROM queue_job WHERE id > %s"
                " AND state <> 'done'",
                after_id,
            )
            causes = Counter(f"{name}: {message}" for name, message in failures)
            raise SetupError(f"{self.name}: jobs failed: {causes.most_common(3)}")

    def _query(self, statement: str, *values: Any) -> list[tuple]:
        self._cursor.execute(statement, values)
        return self._cursor.fetchall()


class SuiteSide(Side):
    """The connector to another Odoo, with its defaults."""

    name = "suite"

    @property
    def addons_folders(self) -> tuple[Path, ...]:  # type: ignore[override]
        return (self.environment.clone,)

    def _base(self) -> AbstractContextManager[str]:
        addons = find_addons(self.environment.clone)
        return addons_database(self.environment, close_over(addons, [CONNECTOR]))


class Peer(Side):
    """A connector of the usual style, on the published OCA addons."""

    name = "peer"

    def __init__(self, environment, source, addons: Path):
        self.addons_folders = (addons,)
        super().__init__(environment, source)


class Floor(Side):
    """A plain create, in batches of a thousand, of given values.

    :param context: in which the records are created
    """

    name = "floor"

    def set_up(self) -> None:
        rows = self._read("res.partner.category", [], ["name"])
        ids = self.call("set_up", tag_names=[row["name"] for row in rows])
        self._tag_ids = dict(zip((row["id"] for row in rows), ids, strict=True))
        folder = tempfile.TemporaryDirectory()
        self._stack.callback(folder.cleanup)
        self._folder = Path(folder.name)

    def arguments(self, first: int, count: int) -> dict[str, Any]:
        paths = []
        for start, size in partners.batches(first, count):
            path = self._folder / f"{start}-{size}.json"
            path.write_text(json.dumps(self._values(start, size)))
            paths.append(str(path))
        return {"paths": paths}

    def _values(self, first: int, count: int) -> dict[str, list]:
        """Return the values of companies, and of people with their company's position.

        They are those of the source, with the tags and countries of this database.
        """
        fields = [*partners.FIELDS, "category_id", "parent_id"]
        rows = self._read("res.partner", partners.domain(first, count), fields)
        country_ids = self._country_ids()
        positions: dict[int, int] = {}
        companies, people = [], []
        for row in rows:
            row_id, parent_id = row.pop("id"), row.pop("parent_id")
            row["country_id"] = country_ids[row["country_id"]]
            row["category_id"] = [
                (6, 0, [self._tag_ids[tag_id] for tag_id in row["category_id"]])
            ]
            if parent_id:
                people.append([positions[parent_id], row])
            else:
                positions[row_id] = len(companies)
                companies.append(row)
        return {"companies": companies, "people": people}

    def _country_ids(self) -> dict[int, int]:
        here = self.client.execute("res.country", "search_read", [], fields=["code"])
        id_by_code = {row["code"]: row["id"] for row in here}
        there = self._read("res.country", [], ["code"])
        return {row["id"]: id_by_code[row["code"]] for row in there}

    def _read(self, model: str, domain: list, fields: list[str]) -> list[dict]:
        return self.source.execute(
            model, "search_read", domain, fields=fields, order="id", load=None
        )
