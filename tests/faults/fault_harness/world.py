# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Two Odoo servers, the proxy between them, and the database server below both."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import vodoo
from devtools.addons import close_over, find_addons
from devtools.databases import Databases
from devtools.environment import Environment
from devtools.installation import addons_database, ensure_template
from devtools.odoo_server import OdooServer
from passlib.context import CryptContext
from two_odoos.databases import LOGIN, SourceDatabase
from two_odoos.scenario import connect

from .injector import Injector
from .postgres import PrivatePostgres
from .proxy import FaultProxy

T = TypeVar("T")

#: seconds after each try of a job: those of production would make a run last hours
RETRY_PATTERN = '{"1": 2, "2": 4, "3": 8, "4": 16}'
CALL_TIMEOUT_SECONDS = 120


class Cluster:
    """The private database server, with the two templates of each world."""

    def __init__(self, environment: Environment, postgres: PrivatePostgres):
        self.environment = environment
        self.postgres = postgres
        self._count = 0
        self._stack = ExitStack()
        self.key = secrets.token_hex(20)
        wanted = ["connector_odoo"]
        modules = SourceDatabase(environment, modules=wanted).modules
        names = close_over(find_addons(environment.clone), wanted)
        self.source_template = ensure_template(environment, modules, with_demo=True)
        # Copies take files of this database, so that it has to stay.
        in_use = addons_database(environment, names)
        self.target_template = self._stack.enter_context(in_use)
        for name in (self.source_template, self.target_template):
            postgres.copy_from_main(name)
            self._add_key(name)

    def close(self) -> None:
        self._stack.close()

    def copy(self, template: str, purpose: str) -> str:
        """Return a new database, a copy of another one."""
        self._count += 1
        databases = Databases(self.environment)
        name = databases.name(f"faults_{os.getpid()}_{self._count}_{purpose}")
        self.postgres.create(name, template)
        filestore = databases.filestore(template)
        if filestore.is_dir():
            copy = databases.filestore(name)
            shutil.copytree(filestore, copy, copy_function=os.link)
        return name

    def drop(self, name: str) -> None:
        self.postgres.drop(name)
        filestore = Databases(self.environment).filestore(name)
        shutil.rmtree(filestore, ignore_errors=True)

    def _add_key(self, name: str) -> None:
        """Give the administrator an API key, as Odoo stores it."""
        crypt = CryptContext(["pbkdf2_sha512"], pbkdf2_sha512__rounds=6000)
        self.postgres.query(
            name,
            "INSERT INTO res_users_apikeys (name, user_id, scope, key, index) "
            "SELECT 'faults', id, 'rpc', %s, %s FROM res_users WHERE login = %s",
            (crypt.hash(self.key), self.key[:8], LOGIN),
        )


@dataclass
class World:
    """Servers and databases of a scenario. One thread starts all its processes."""

    cluster: Cluster
    source: OdooServer
    target: OdooServer
    proxy: FaultProxy
    backend_ids: list[int] = field(default_factory=list)
    #: ids of partners that a fault deleted in the source
    deleted_ids: set[int] = field(default_factory=set)

    @property
    def postgres(self) -> PrivatePostgres:
        return self.cluster.postgres

    @property
    def backend_id(self) -> int:
        return self.backend_ids[0]

    def source_query(self, statement: str, values: Any = None) -> list[tuple]:
        return self.postgres.query(self.source.database, statement, values)

    def target_query(self, statement: str, values: Any = None) -> list[tuple]:
        return self.postgres.query(self.target.database, statement, values)

    def call_source(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        return self._call(self.source, model, method, *args, **kwargs)

    def call_target(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        return self._call(self.target, model, method, *args, **kwargs)

    def _call(self, server: OdooServer, *args: Any, **kwargs: Any) -> Any:
        with connect(server, self.cluster.key) as client:
            return client.execute(*args, **kwargs)

    def insist(self, act: Callable[[], T]) -> T:
        """Do what may be done twice until it is done, whatever is down now."""
        deadline = time.monotonic() + CALL_TIMEOUT_SECONDS
        while True:
            try:
                return act()
            except (vodoo.VodooError, OSError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)

    def make_backend(self, name: str = "Source", **values: Any) -> int:
        """Make a backend in the target that reaches the source by the proxy."""
        backend_id = self.call_target(
            "odoo.backend",
            "create",
            [
                {
                    "name": name,
                    "url": self.proxy.url,
                    "database": self.source.database,
                    "login": LOGIN,
                    "api_key": self.cluster.key,
                    "state": "checked",
                    **values,
                }
            ],
        )[0]
        self.backend_ids.append(backend_id)
        return backend_id

    def inject(self, injector: Injector) -> None:
        """Let the proxy ask this injector from now on."""
        self.proxy.injector = injector

    def check_alive(self) -> None:
        self.source.check_alive()
        self.target.check_alive()


@contextmanager
def running_world(
    cluster: Cluster,
    workers: int = 2,
    source_template: str | None = None,
    arguments: tuple[str, ...] = (),
) -> Iterator[World]:
    """Start two servers on new databases; end all after the block."""
    environment, variables = cluster.environment, cluster.postgres.variables
    with ExitStack() as stack:
        source, target = copy_databases(cluster, source_template, stack)
        servers = [
            OdooServer(environment, source, variables=variables),
            OdooServer(
                environment,
                target,
                # one more: the calls of the scenario need one, too
                workers=workers + 1,
                with_jobs=True,
                channels=f"root:{workers}",
                variables=variables,
                arguments=arguments,
            ),
        ]
        for server in servers:
            stack.callback(server.stop, timeout_seconds=0)
            server.start()
        for server in servers:
            server.wait_until_ready()
        proxy = stack.enter_context(FaultProxy(servers[0].port))
        world = World(cluster, *servers, proxy)
        for call in (world.call_source, world.call_target):
            # The first call loads the registry.
            call("res.users", "search_count", [])
        yield world


def copy_databases(
    cluster: Cluster, source_template: str | None, stack: ExitStack
) -> tuple[str, str]:
    """Return the names of a new source and target, dropped at the end of the stack.

    The target retries jobs after seconds instead of minutes.
    """
    source = cluster.copy(source_template or cluster.source_template, "source")
    stack.callback(cluster.drop, source)
    target = cluster.copy(cluster.target_template, "target")
    stack.callback(cluster.drop, target)
    cluster.postgres.query(
        target,
        "UPDATE queue_job_function SET retry_pattern = %s "
        "WHERE retry_pattern IS NOT NULL",
        (RETRY_PATTERN,),
    )
    return source, target
