# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Text that no ``repr`` shows."""

from __future__ import annotations


class Secret(str):
    """A text whose ``repr``, which tracebacks show, hides it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'********'"
