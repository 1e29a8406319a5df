# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The database of a side: a copy of one with its addons, dropped after the run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from devtools.addons import close_over, find_addons
from devtools.databases import Databases
from devtools.environment import Environment
from devtools.installation import addons_database, ensure_template
from devtools.odoo_config import write_config

from ..templates import side_template

#: hold the arguments of Odoo, and the address of the service, for the process of a side
ARGUMENTS = "CONNECTOR_BENCH_REST_ARGUMENTS"
URL = "CONNECTOR_BENCH_REST_URL"
ADDONS = Path(__file__).parent / "addons"
#: addons of Odoo on all sides, so that the models have the same fields
STANDARD = {"contacts", "rpc", "mail", "queue_job"}


class SideDatabase:
    """The database of one side.

    :param peer: folder of the published OCA addons
    """

    def __init__(self, environment: Environment, name: str, peer: Path) -> None:
        self._environment, self._name, self._peer = environment, name, peer
        self._databases = Databases(environment)

    @contextmanager
    def created(self) -> Iterator[list[str]]:
        """Create the database; yield the arguments by which Odoo opens it."""
        name = self._databases.name(f"bench_rest_{self._name}")
        with self._template() as template:
            self._databases.create(name, template)
        try:
            config = write_config(self._environment)
            options = [f"--config={config}", f"--database={name}", self._addons_path()]
            yield [*options, "--log-level=warn"]
        finally:
            self._databases.drop(name)

    def _addons_path(self) -> str:
        own = {"suite": [self._environment.clone, ADDONS], "peer": [self._peer, ADDONS]}
        folders = [*self._environment.odoo.addons_paths, *own.get(self._name, [])]
        return f"--addons-path={','.join(map(str, folders))}"

    @contextmanager
    def _template(self) -> Iterator[str]:
        """Yield a database with the addons of the side."""
        environment, options = self._environment, self._addons_path()
        with ExitStack() as stack:
            if self._name == "suite":
                wanted = close_over(find_addons(environment.clone), ["connector"])
                base = stack.enter_context(addons_database(environment, wanted))
            else:
                base = ensure_template(environment, STANDARD)
            if self._name != "floor":
                addon = ADDONS / f"bench_rest_{self._name}"
                template = side_template(environment, addon, base, options)
                base = stack.enter_context(template)
            yield base
