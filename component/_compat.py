# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Features of newer Python versions, for Python 3.10."""

from __future__ import annotations


def add_note(error: BaseException, note: str) -> None:
    """Add a note to an exception, as ``BaseException.add_note`` since Python 3.11."""
    if hasattr(error, "add_note"):
        error.add_note(note)
    else:
        notes = getattr(error, "__notes__", ())
        error.__notes__ = [*notes, note]  # type: ignore[attr-defined]
