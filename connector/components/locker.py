# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from odoo import models

from odoo.addons.component.core import Component

from ..exception import RetryableJobError


class RecordLocker(Component):
    """Locker of records: no other transaction writes them meanwhile."""

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

        It does not wait: a refusal leaves the transaction usable. Deleted records are
        ignored.

        :param seconds: wait before the retry, by default that of the job function
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
