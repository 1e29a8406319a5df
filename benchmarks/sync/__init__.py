# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measure an import of partners from another Odoo, through real jobs.

The source is a real Odoo on the same machine. Three others import its partners, each
with a job runner and two workers, one after the other, round by round:

floor   a plain ORM create in batches of a thousand, of values that are there already
ours    connector_odoo, as the button *Import all* does it
peer    a connector in the usual style, a job for each record, on the published OCA
        addons; on fewer of the same partners, for what counts is the time of one

A round imports partners that are new, and imports them again, unchanged. Times are
those of a record, from the call that enqueues to the end of the last job.
"""

from .command import main
