# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Programs from Debian packages with all that they need, without an installation."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Iterable
from pathlib import Path

from devtools.debian_archive import Apt
from devtools.errors import SetupError
from devtools.home import Home, digest


def unpack_packages(
    home: Home, names: Collection[str], folder: Path, advice: str
) -> None:
    """Unpack packages of this machine's apt sources, and their dependencies.

    :param advice: for the errors
    :raises SetupError: without apt, or if its sources do not offer a package
    """
    if shutil.which("apt-get") is None:
        raise SetupError(
            f"apt-get was not found, which would fetch {', '.join(names)}: {advice}."
        )
    apt_folder = home.make_folder("apt-packages", digest(*names))
    apt = Apt(apt_folder, home.log_folder / "packages.log")
    apt.update()
    unknown = [name for name in names if not apt.list_versions(name)]
    if unknown:
        raise SetupError(
            f"{', '.join(unknown)} was not found in this machine's apt sources: "
            f"{advice}."
        )
    apt.unpack(sorted({*names, *list_missing(apt, names)}), folder)


def list_missing(apt: Apt, packages: Iterable[str]) -> list[str]:
    """Return what of these packages, and of all they need, is not installed."""
    options = ["--simulate", "--no-install-recommends"]
    # Nothing is installed: another apt that runs now does not matter.
    options += ["-oDebug::NoLocking=1"]
    plan = apt.run("apt-get", "install", *options, *packages)
    return re.findall(r"^Inst (\S+)", plan, re.MULTILINE)
