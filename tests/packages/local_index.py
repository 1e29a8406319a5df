# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A package index on this machine, and environments that install from it only.

The index has published wheels of the OCA addons and of third-party packages
(``published.txt``), and the wheels of this clone.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from devtools.environment import Environment
from devtools.home import digest
from devtools.processes import run_logged
from devtools.python_env import Uv
from wheel_environment import WheelEnvironment

PUBLISHED = Path(__file__).with_name("published.txt")
#: the metadata of Odoo, which is installed from its source folder
ODOO_METADATA = "Metadata-Version: 2.1\nName: odoo\nVersion: 19.0\n"


def normalise(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def download_published(environment: Environment) -> list[Path]:
    """Return the published wheels, downloaded once per cache folder."""

    def fill(folder: Path) -> None:
        command = [sys.executable, "-m", "pip", "download"]
        command += ["--no-deps", "--only-binary", ":all:", "--dest", folder]
        log_path = environment.home.log_folder / "published.log"
        run_logged([*command, "--requirement", PUBLISHED], log_path)

    key = digest(sys.version_info[:2], PUBLISHED.read_text())
    folder = environment.home.ensure_folder(f"published-{key}", "Wheels", fill)
    return sorted(folder.glob("*.whl"))


def write_index(wheels: Iterable[Path], folder: Path) -> None:
    """Write a folder for each package (PEP 503); the server lists its wheels."""
    for wheel in wheels:
        package = folder / "simple" / normalise(wheel.name.split("-")[0])
        package.mkdir(parents=True, exist_ok=True)
        shutil.copy(wheel, package)


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Write nothing to the output of the tests."""


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve an index on the loopback interface; yield its address."""
    handler = partial(QuietHandler, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/simple"
        finally:
            server.shutdown()
            thread.join()


@dataclass(frozen=True)
class FreshEnvironment(WheelEnvironment):
    """Environment with Odoo only; the rest comes from the index.

    :param index_url: the address of the index
    :param added_addons: folders of ``addons_path``, besides Odoo's
    """

    index_url: str
    added_addons: tuple[Path, ...] = ()

    @classmethod
    def create(
        cls,
        environment: Environment,
        index_url: str,
        folder: Path,
        added_addons: tuple[Path, ...] = (),
    ) -> FreshEnvironment:
        made = cls.make_empty(environment, folder, index_url, added_addons)
        odoo = made.site_packages / "odoo-19.0.dist-info"
        odoo.mkdir()
        (odoo / "METADATA").write_text(ODOO_METADATA)
        return made

    @property
    def addons_folders(self) -> list[Path]:
        return [*super().addons_folders, *self.added_addons]

    def process_environ(self, environ=os.environ) -> dict:
        """Return variables without those that configure pip or uv."""
        return {
            name: value
            for name, value in super().process_environ(environ).items()
            if not name.startswith(("PIP_", "UV_"))
        }

    @contextmanager
    def odoo_packages(self) -> Iterator[None]:
        """Add Odoo and its packages in the block: pip must not see these."""
        path = self.add_odoo_packages()
        try:
            yield
        finally:
            path.unlink()

    def run_tool(self, tool: str, action: str, *arguments: str | Path) -> str:
        """Run an action of pip, or of uv's pip; return the output."""
        if tool == "pip":
            command = [sys.executable, "-m", "pip", "--python", self.python, action]
            options = ["--disable-pip-version-check", "--no-cache-dir"]
        else:
            uv = Uv(self.home, "packages").program
            command = [uv, "pip", action, "--python", self.python]
            options = ["--no-config", "--no-cache"]
            arguments = tuple(word for word in arguments if word != "--yes")
        if action == "install":
            options += ["--index-url", self.index_url]
            # uv leaves it to Python, too
            options += ["--no-compile"] if tool == "pip" else []
        environ = {**self.process_environ(), "PIP_CONFIG_FILE": os.devnull}
        log_path = self.home.log_folder / "packages.log"
        return run_logged([*command, *options, *arguments], log_path, environ)

    def distributions(self) -> dict[str, str]:
        """Return the versions of the installed distributions, by name."""
        pairs = (
            path.name.removesuffix(".dist-info").split("-")
            for path in self.site_packages.glob("*.dist-info")
        )
        return {normalise(name): version for name, version in pairs}

    def load(self, *addons: str, with_warnings: bool = False) -> str:
        """Import addons in a new process; return "" or the text of its error.

        The folders of ``added_addons`` come last, as in Odoo's addons path.

        :param with_warnings: return also what the addons log
        """
        lines = ["import odoo.init, odoo.addons, logging"]
        lines += ["logging.basicConfig()"] if with_warnings else []
        lines += [
            f"odoo.addons.__path__.append({str(folder)!r})"
            for folder in self.added_addons
        ]
        lines += [f"import odoo.addons.{name}" for name in addons]
        with self.odoo_packages():
            done = subprocess.run(
                [self.python, "-c", "\n".join(lines)],
                cwd="/",
                env=self.process_environ(),
                capture_output=True,
                text=True,
            )
        return done.stderr if done.returncode or with_warnings else ""
