# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Text that shows in no repr."""

from __future__ import annotations


class Secret(str):
    """Behave as the text it holds, save in ``repr``, where tracebacks look."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'********'"
