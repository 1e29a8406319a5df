# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The source of Odoo 19: a checkout in ODOO_DIR, or Debian's archive."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from .debian_archive import debian_apt, machine_apt
from .errors import SetupError
from .home import Home, remove_folder

SERIES = (19, 0)
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
# The library blurs the background of video calls.
MISSING_FILES = ("mail/static/lib/selfie_segmentation/selfie_segmentation.js",)
NEEDED_MEGABYTES = 2500


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


def ensure_odoo(home: Home) -> OdooSource:
    chosen = os.environ.get("ODOO_DIR")
    if chosen:
        return check_checkout(Path(chosen).expanduser().absolute())
    folder = home.ensure_folder(
        "odoo-debian",
        "Odoo 19 from Debian's archive",
        lambda folder: fetch_odoo(home, folder),
        NEEDED_MEGABYTES,
    )
    source = OdooSource(folder / "usr/lib/python3/dist-packages")
    add_missing_files(source)
    return source


def add_missing_files(source: OdooSource) -> None:
    """Create the files of assets that Debian leaves out of its package.

    Without them, Odoo logs an error each time that it generates the assets.
    """
    for name in MISSING_FILES:
        path = source.path / "odoo" / "addons" / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(
                "// This library is not part of Debian's package of Odoo.\n"
            )


def check_checkout(path: Path) -> OdooSource:
    source = OdooSource(path)
    if not (path / "odoo" / "release.py").is_file():
        raise SetupError(
            f"ODOO_DIR names {path}, where no odoo/release.py was found.\n"
            "Set it to the top folder of a checkout of Odoo 19 (the one with "
            "odoo-bin), or unset it: then Odoo comes from Debian's archive."
        )
    if tuple(map(int, re.findall(r"\d+", source.version)[:2])) != SERIES:
        raise SetupError(
            f"ODOO_DIR names {path}, which is Odoo {source.version}; 19.0 is "
            "required.\n"
            "Check out the branch 19.0 there, or unset ODOO_DIR."
        )
    return source


def fetch_odoo(home: Home, folder: Path) -> None:
    apt_folder = home.make_folder("apt")
    log_path = home.log_folder / "odoo.log"
    apt = machine_apt(apt_folder, log_path)
    if not apt.offers(PACKAGE):
        apt = debian_apt(apt_folder, log_path, apt, SUITE)
    if not apt.offers(PACKAGE):
        raise SetupError(
            f"{PACKAGE} was not found in Debian's archive ({apt.sources}).\n"
            "Name a checkout of Odoo 19 in ODOO_DIR."
        )
    apt.extract(apt.download([PACKAGE, *LINKED_PACKAGES]), folder)
    remove_folder(apt_folder)
