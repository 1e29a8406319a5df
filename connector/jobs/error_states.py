# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The states of an error, see ``models/sync_error.py``."""

from __future__ import annotations

OPEN = "open"
#: a job tries it again: ``queue_job``, or one that a person asked for
RETRYING = "retrying"
#: a person does not want to correct it: not counted, no alert
IGNORED = "ignored"
RESOLVED = "resolved"
#: of the errors that lists and counters show
OPEN_STATES = (OPEN, RETRYING)
#: of the error of a subject that is not resolved; there is at most one
UNRESOLVED_STATES = (OPEN, RETRYING, IGNORED)
