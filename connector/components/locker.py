# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from odoo import models

from odoo.addons.component.core import Component

from ..exception import RetryableJobError


class RecordLocker(Component):
    """Keep other transactions from working on the same records."""

    _name = "base.record.locker"
    _inherit = ["base.connector"]
    _usage = "record.locker"

    def lock(
        self,
        records: models.BaseModel,
        seconds: int | None = None,
        ignore_retry: bool = True,
    ) -> None:
        """Lock the rows of ``records`` until the transaction ends.

        Nobody waits: a refusal leaves the transaction usable. Records that do
        not exist any more cannot be held by anybody and are passed over.

        :param seconds: when the job is retried, by default as queue_job says
        :param ignore_retry: do not count this refusal as a try of the job
        :raise RetryableJobError: another transaction holds one of the rows
        """
        locked = records.sudo().try_lock_for_update()
        if len(locked) == len(records):
            return
        held = (records.sudo() - locked).exists()
        if held:
            raise RetryableJobError(
                f"Another transaction holds the lock on {held}.",
                seconds=seconds,
                ignore_retry=ignore_retry,
            )
