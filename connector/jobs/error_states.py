# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The states of an error, see ``models/sync_error.py``."""

from __future__ import annotations

from .causes import CONNECTION
from .subject import subject_of_backend

OPEN = "open"
#: a person asked for a retry, which has not succeeded or failed yet
RETRYING = "retrying"
#: a person does not want to correct it: not counted, no alert
IGNORED = "ignored"
RESOLVED = "resolved"
#: of the errors that lists and counters show
OPEN_STATES = (OPEN, RETRYING)
#: of the error of a subject that is not resolved; there is at most one
UNRESOLVED_STATES = (OPEN, RETRYING, IGNORED)
#: subject of the error of a backend that does not answer
UNREACHED = subject_of_backend(CONNECTION)


def unanswered_search(model_name: str) -> str:
    """Return the subject of the error of a backend that fails to search a model."""
    return f"{UNREACHED} {model_name}"
