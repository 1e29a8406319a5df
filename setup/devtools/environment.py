# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The environment of a command: clone, cache folder, Odoo and Python."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from .addons import find_usable_addons
from .home import Home, digest
from .odoo_source import OdooSource, ensure_odoo
from .python_env import ensure_python, requirement_file

CLONE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Environment:
    """Where commands find what they work with."""

    clone: Path
    home: Home
    odoo: OdooSource
    python: Path

    @classmethod
    def ensure(cls, home: Home) -> Environment:
        """Return the environment of this clone, made first if need be."""
        # Side by side: one waits for its download while the other one unpacks.
        with ThreadPoolExecutor() as pool:
            odoo = pool.submit(ensure_odoo, home)
            python = pool.submit(ensure_python, home, "odoo", "Python packages")
        return cls(CLONE, home, odoo.result(), python.result())

    @classmethod
    def current(cls) -> Environment:
        """Return the environment that this process runs in.

        Meant for processes that ./dev started, such as those of pytest.
        """
        try:
            odoo = OdooSource(Path(os.environ["CONNECTOR_ODOO_PATH"]))
        except KeyError as error:
            raise RuntimeError(
                "CONNECTOR_ODOO_PATH is not set: this was not started by ./dev"
            ) from error
        return cls(CLONE, Home.from_environ(), odoo, Path(sys.executable))

    @property
    def clone_hash(self) -> str:
        """Tell this clone (and cache folder) from others on one database server."""
        return digest(str(self.clone), str(self.home.path), length=8)

    @property
    def clone_folder(self) -> Path:
        """The folder inside the cache folder for this clone only."""
        return self.home.make_folder("clones", self.clone_hash)

    @property
    def data_folder(self) -> Path:
        """Odoo's data_dir: file stores and sessions."""
        return self.home.make_folder("odoo-data")

    @property
    def bytecode_folder(self) -> Path:
        """The bytecode of Python where the variables forbid it beside the modules."""
        return self.home.path / "bytecode"

    @property
    def start_command(self) -> list[str]:
        """The command that starts Odoo, without arguments."""
        return [str(self.python), str(self.clone / "setup" / "bin" / "odoo")]

    @property
    def addons_folders(self) -> list[Path]:
        addons = find_usable_addons(self.clone).values()
        return [*self.odoo.addons_paths, *sorted({one.path.parent for one in addons})]

    @property
    def pins(self) -> list[str]:
        """The addons that determine a database, besides Odoo's version."""
        lines = requirement_file("odoo").read_text().splitlines()
        return [line for line in lines if line.startswith("odoo-addon-")]

    #: the path that a running server answers
    health_path = "/web/health"

    def demo_options(self, with_demo: bool) -> list[str]:
        return ["--with-demo"] if with_demo else []

    def process_environ(self, environ: Mapping[str, str] = os.environ) -> dict:
        """Return the variables for a process that imports Odoo and this clone.

        Nothing of the clone is installed: clones share one virtual environment.
        """
        folders = [
            self.clone / "setup",
            self.clone / "tests" / "support",
            self.clone / "docs" / "support",
            self.clone / "libs" / "vodoo" / "src",
            self.odoo.path,
        ]
        return {
            **environ,
            **self._bytecode_variables(environ),
            "CONNECTOR_HOME": str(self.home.path),
            "CONNECTOR_ODOO_PATH": str(self.odoo.path),
            "PYTHONPATH": os.pathsep.join(map(str, folders)),
            "PYTHONUNBUFFERED": "1",
            "PATH": os.pathsep.join([str(self.python.parent), os.environ["PATH"]]),
        }

    def _bytecode_variables(self, environ: Mapping[str, str]) -> dict[str, str]:
        """Return the variables that let Python write bytecode into the cache folder.

        Some containers set PYTHONDONTWRITEBYTECODE. Each process would then compile
        the modules of Odoo again. The clone stays without bytecode there.
        """
        if not environ.get("PYTHONDONTWRITEBYTECODE"):
            return {}
        return {
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(self.bytecode_folder),
        }
