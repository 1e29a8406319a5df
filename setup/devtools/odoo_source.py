# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The source of Odoo 19: a checkout in ODOO_DIR, or Debian's archive.

Each version of Debian's package has a folder in the cache, which is named after it. The
version that this suite was tested with is in the file ``setup/odoo-version``. A command
uses that version if it was downloaded, else the last one that was: a new clone of the
suite downloads nothing until ``./dev update-odoo`` does.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from .debian_archive import Apt, debian_apt
from .errors import SetupError
from .home import STAMP, Home, remove_folder
from .progress import note, step

TESTED_FILE = Path(__file__).parents[1] / "odoo-version"
FOLDER_PREFIX = "odoo-debian-"
INSIDE = Path("usr/lib/python3/dist-packages")
PACKAGE = "odoo-19"
SUITE = "unstable"
# Odoo's folder has symbolic links to files of these packages.
LINKED_PACKAGES = (
    "fonts-font-awesome",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
)
# Debian leaves this library out; it blurs the background of video calls. Without the
# file, Odoo logs an error each time that it generates the assets.
MISSING_FILE = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
NEEDED_MEGABYTES = 2500
# On two cores, of which one also installs the Python packages.
ESTIMATED_SECONDS = 60


@dataclass(frozen=True)
class OdooSource:
    """The folder for sys.path, and its addons folders."""

    path: Path

    @property
    def addons_paths(self) -> list[Path]:
        """The folder of `base` first; Debian's package has all addons there."""
        first = self.path / "odoo" / "addons"
        # Debian's other folder has the same addons again, without their static files.
        second = self.path / "addons"
        return [first, second] if (second / "web" / "static").is_dir() else [first]

    def has_addon(self, name: str) -> bool:
        return any((path / name).is_dir() for path in self.addons_paths)

    @property
    def version(self) -> str:
        release = (self.path / "odoo" / "release.py").read_text()
        numbers = re.search(r"^version_info = \((\d+), *(\d+), *(\d+)", release, re.M)
        return ".".join(numbers.groups()) if numbers else "unknown"


def read_tested_version() -> str:
    """Return the version of Debian's package that this suite was tested with."""
    return TESTED_FILE.read_text().strip()


def ensure_odoo(home: Home) -> OdooSource:
    """Return Odoo, downloaded on the first use of the cache folder."""
    chosen = os.environ.get("ODOO_DIR")
    if chosen:
        return check_checkout(Path(chosen).expanduser().absolute())
    tested = read_tested_version()
    folder = fetch_version(home, choose_version(home, tested))
    used = folder.name.removeprefix(FOLDER_PREFIX)
    if used != tested:
        note(
            f"Odoo {used} is used; this suite was tested with {tested} "
            "(./dev update-odoo)"
        )
    return OdooSource(folder / INSIDE)


def choose_version(home: Home, tested: str) -> str:
    """Return the version to use: the tested one, or what was downloaded last instead.

    The time of a stamp is that of the download.
    """
    stamps = list(home.path.glob(f"{FOLDER_PREFIX}*/{STAMP}"))
    if not stamps or home.is_ready(home.path / (FOLDER_PREFIX + tested)):
        return tested
    last = max(stamps, key=lambda stamp: stamp.stat().st_mtime)
    return last.parent.name.removeprefix(FOLDER_PREFIX)


def check_checkout(path: Path) -> OdooSource:
    source = OdooSource(path)
    if not (path / "odoo" / "release.py").is_file():
        raise SetupError(
            f"ODOO_DIR names {path}, where no odoo/release.py was found.\n"
            "Set it to the top folder of a checkout of Odoo 19 (the one with "
            "odoo-bin), or unset it: then Odoo comes from Debian's archive."
        )
    if not source.version.startswith("19.0."):
        raise SetupError(
            f"ODOO_DIR names {path}, which is Odoo {source.version}; 19.0 is "
            "required.\n"
            "Check out the branch 19.0 there, or unset ODOO_DIR."
        )
    return source


def fetch_version(home: Home, version: str) -> Path:
    """Return the folder of this version, downloaded first if need be.

    If the archive does not have this version, the folder is that of its newest.
    """
    folder = home.path / f"{FOLDER_PREFIX}{version}"
    if home.is_ready(folder):
        return folder

    def make(folder: Path) -> None:
        apt.unpack([f"{PACKAGE}={found}", *LINKED_PACKAGES], folder)
        path = folder / INSIDE / "odoo" / "addons" / MISSING_FILE
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("// Not part of Debian's package of Odoo.\n")

    with home.lock("packages of Odoo"):
        apt_folder = home.make_folder("apt-odoo")
        with step("package lists of Debian's archive"):
            apt = debian_apt(apt_folder, home.log_folder / "odoo.log", SUITE)
        name = FOLDER_PREFIX + (found := choose_offered(apt, version))
        title, needs = "Odoo 19 from Debian's archive", NEEDED_MEGABYTES
        folder = home.ensure_folder(name, title, make, needs, ESTIMATED_SECONDS)
        remove_folder(apt_folder)
    return folder


def choose_offered(apt: Apt, version: str) -> str:
    """Return this version if the archive has it, else the archive's newest."""
    offered = apt.list_versions(PACKAGE)
    if not offered:
        raise SetupError(
            f"{PACKAGE} was not found in Debian's archive ({apt.sources}).\n"
            "Name a checkout of Odoo 19 in ODOO_DIR."
        )
    return version if version in offered else offered[0]


def update_odoo(home: Home) -> str:
    """Move to the tested version of Odoo; return the version that is used."""
    folder = fetch_version(home, read_tested_version())
    # The version that was downloaded last is the one in use.
    (folder / STAMP).touch()
    return folder.name.removeprefix(FOLDER_PREFIX)
