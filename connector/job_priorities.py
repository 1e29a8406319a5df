# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""In which order jobs are performed: the lower the number, the earlier.

====================  ======================================================
3                     what a webhook notified us of
4                     the export of what a user edited
10                    what a person asks for of some records (``queue_job``'s
                      default)
20, 21, 22, …         all records, or all changes, of the first, second, … model
                      of the backend
====================  ======================================================

A job that is delayed by another one inherits its priority: the chunks of a search are
performed before the search of the next model, and what a webhook leads to comes before
a bulk import.
"""

from __future__ import annotations

from odoo.api import Environment

from .job_start import running_job

WEBHOOK_PRIORITY = 3
EDIT_PRIORITY = 4
#: of the first model of a backend; the others follow in their order
BULK_PRIORITY = 20


def running_priority(env: Environment) -> int | None:
    """Return the priority of the job that is being performed, None outside of jobs."""
    job = running_job(env)
    return None if job is None else job.priority
