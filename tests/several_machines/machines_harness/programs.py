# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""HAProxy and PgBouncer: those of this machine, or from Debian without installing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from debian_packages import unpack_packages
from devtools.home import Home, digest

NAMES = ("haproxy", "pgbouncer")
NEEDED_MEGABYTES = 20


@dataclass(frozen=True)
class Programs:
    """The paths of programs, and the variables with which they find libraries."""

    paths: Mapping[str, Path]
    variables: Mapping[str, str]


def ensure_programs(home: Home) -> Programs:
    """Return the programs, downloaded at first if the machine has not all of them."""
    found = {name: shutil.which(name) for name in NAMES}
    if all(found.values()):
        return Programs({name: Path(path or "") for name, path in found.items()}, {})
    folder = home.ensure_folder(
        f"several-machines-{digest(*NAMES)}",
        "HAProxy and PgBouncer from Debian's archive",
        lambda folder: fetch(home, folder),
        NEEDED_MEGABYTES,
    )
    libraries = {str(path.parent) for path in (folder / "usr/lib").rglob("*.so*")}
    return Programs(
        {name: folder / "usr/sbin" / name for name in NAMES},
        {"LD_LIBRARY_PATH": os.pathsep.join(sorted(libraries))},
    )


def fetch(home: Home, folder: Path) -> None:
    advice = f"install {' and '.join(NAMES)}"
    unpack_packages(home, NAMES, folder, advice)
