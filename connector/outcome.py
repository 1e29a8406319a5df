# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Outcome of one record, for jobs, runs, dry runs and screens."""

from enum import Enum


class Outcome(str, Enum):
    """Outcome of the import, the export or the dry run of one record.

    The values are stored, and name the counters of ``connector.sync.outcome``.
    """

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    #: deleted remotely, and therefore archived, deleted or unbound
    REMOVED = "removed"
    SKIPPED = "skipped"
    FAILED = "failed"

    __str__ = str.__str__
