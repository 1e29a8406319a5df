# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo 14 as a remote system: Debian 11's package, with its Python.

Odoo 14 does not run on current Python versions. The package is unpacked with all its
dependencies, down to the C library, so that it runs on any Linux of the machine's
architecture, for any user, without an installation.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from debian_packages import list_missing
from devtools.debian_archive import debian_apt
from devtools.environment import Environment
from devtools.errors import SetupError
from devtools.home import Home, remove_folder
from devtools.odoo_source import OdooSource

PACKAGE = "odoo-14"
SUITE = "bullseye"
PYTHON = "python3.9"
# The dependencies that a server needs, without wkhtmltopdf for example.
NEEDED_PREFIXES = ("python3-", "fonts-", "libjs-")
# Draws graphs with graphviz; no module of a server imports it.
UNNEEDED = "python3-pydot"
NEEDED_MEGABYTES = 1300


@dataclass(frozen=True)
class Odoo14Environment(Environment):
    """Environment with Odoo 14 instead of Odoo 19.

    :param root: the folder of the unpacked packages
    """

    root: Path

    @property
    def start_command(self) -> list[str]:
        """Start Python by the unpacked dynamic linker: it finds its own libraries."""
        (linker,) = self.root.glob("lib/*/ld-[0-9]*.so")
        libraries = (linker.parent, self.root / "usr" / "lib" / linker.parent.name)
        return [
            str(linker),
            "--library-path",
            os.pathsep.join(map(str, libraries)),
            str(self.python),
            *("-W", "ignore"),
            str(self.clone / "setup" / "bin" / "odoo-14"),
        ]

    @property
    def addons_folders(self) -> list[Path]:
        return self.odoo.addons_paths

    @property
    def pins(self) -> list[str]:
        """Nothing but Odoo's version: Debian 11 does not change any more."""
        return []

    health_path = "/web/static/src/img/favicon.ico"

    def demo_options(self, with_demo: bool) -> list[str]:
        return [] if with_demo else ["--without-demo=all"]

    def process_environ(self, environ: Mapping[str, str] = os.environ) -> dict:
        return {
            **environ,
            "PYTHONHOME": str(self.root / "usr"),
            "PYTHONPATH": str(self.odoo.path),
            "PYTHONUNBUFFERED": "1",
            # Debian's packages look for these below /usr/share.
            "PYTZ_TZDATADIR": str(self.root / "usr/share/zoneinfo"),
            "ODOO_14_DOCUTILS": str(self.root / "usr/share/docutils"),
        }


def ensure_odoo_14(environment: Environment) -> Odoo14Environment:
    """Return the environment of Odoo 14, which is downloaded on first use."""
    home = environment.home
    root = home.ensure_folder(
        "odoo-14-debian",
        "Odoo 14 from Debian's archive",
        lambda folder: fetch_odoo_14(home, folder),
        NEEDED_MEGABYTES,
    )
    return Odoo14Environment(
        environment.clone,
        home,
        OdooSource(root / "usr/lib/python3/dist-packages"),
        root / "usr/bin" / PYTHON,
        root,
    )


def fetch_odoo_14(home: Home, folder: Path) -> None:
    apt_folder = home.make_folder("apt-odoo-14")
    log_path = home.log_folder / "odoo-14.log"
    apt = debian_apt(apt_folder, log_path, SUITE)
    if not apt.list_versions(PACKAGE):
        raise SetupError(
            f"{PACKAGE} was not found in the suite {SUITE} of Debian's archive "
            f"({apt.sources}).\n"
            "Name a mirror that still has it in CONNECTOR_DEBIAN_MIRROR."
        )
    description = apt.run("apt-cache", "show", "--no-all-versions", PACKAGE)
    needed = list_missing(apt, choose_needed(parse_dependencies(description)))
    apt.unpack([PACKAGE, *needed], folder)
    remove_folder(apt_folder)


def parse_dependencies(description: str) -> list[str]:
    """Return the names after ``Depends:``, without versions and alternatives."""
    found = re.search(r"^Depends: (.*)$", description, re.MULTILINE)
    return re.findall(r"(?:^|,)\s*([^\s:|(,]+)", found[1]) if found else []


def choose_needed(dependencies: list[str]) -> list[str]:
    return [
        name
        for name in dependencies
        if name.startswith(NEEDED_PREFIXES) and name != UNNEEDED
    ]
