# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./dev bench CASE [arguments]: the cases and this command are in benchmarks/."""

import sys

from ..environment import CLONE

sys.path.append(str(CLONE))

from benchmarks.command import main  # noqa: E402

__all__ = ["main"]
