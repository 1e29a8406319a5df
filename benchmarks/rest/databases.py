# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The database of a side: a copy of one with its addons, dropped after the run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devtools.addons import close_over, find_addons
from devtools.databases import Databases
from devtools.environment import Environment
from devtools.installation import ensure_addons_database, ensure_template
from devtools.odoo_config import write_config

from ..templates import ensure_side_template

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
        template = self._ensure_template()
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

    def _ensure_template(self) -> str:
        """Return a database with the addons of the side."""
        if self._name == "floor":
            return ensure_template(self._environment, STANDARD)
        if self._name == "suite":
            wanted = close_over(find_addons(self._environment.clone), ["connector"])
            base = ensure_addons_database(self._environment, wanted)
        else:
            base = ensure_template(self._environment, STANDARD)
        addon = ADDONS / f"bench_rest_{self._name}"
        return ensure_side_template(
            self._environment, addon, base, self._addons_path()
        ).name
