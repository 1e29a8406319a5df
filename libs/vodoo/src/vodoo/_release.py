# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Version and distribution.

The distribution ``vodoo`` of the public package index is another project, which has the
same import name. Both write into the folder ``vodoo``: the one installed last wins.
"""

from __future__ import annotations

import os
import warnings

VERSION = "1.0.0"
DISTRIBUTION = "connector-suite-vodoo"


def warn_of_other_distribution(folder: str) -> None:
    """Warn if the other distribution is installed into the same folder."""
    try:
        names = os.listdir(folder)
    except OSError:  # in an archive, nothing is installed beside it
        return
    others = [
        name
        for name in names
        if name.startswith("vodoo-") and name.endswith(".dist-info")
    ]
    if others:
        warnings.warn(
            f"the package vodoo in {folder} is of {DISTRIBUTION} {VERSION}, but "
            f"{others[0].removesuffix('.dist-info')} is installed there, too; "
            "uninstall both, and install the one that you need",
            stacklevel=3,
        )
