# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Check the alerts where no scheduled action does.

If scheduled actions have stopped, the page that the next internal user opens checks the
alerts, and so does a monitor that reads the health: at most once a minute in each
process, in a separate transaction.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from odoo import api, fields, models

from ...database import separate_transaction

_logger = logging.getLogger(__name__)

CRON = "connector.ir_cron_check_alerts"
#: a scheduled action that runs each minute and did not for so long has stopped
LATE = timedelta(minutes=3)
EVERY_SECONDS = 60
#: when each database was last looked at: {database: seconds}
_looked_at: dict[str, float] = {}


class ConnectorAlert(models.Model):
    _inherit = "connector.alert"

    @api.model
    def _check_if_late(self) -> bool:
        """Check the alerts if the scheduled action has not; return whether it did."""
        dbname, now = self.env.cr.dbname, time.monotonic()
        if now - _looked_at.get(dbname, -EVERY_SECONDS) < EVERY_SECONDS:
            return False
        _looked_at[dbname] = now
        if not self._is_cron_late():
            return False
        try:
            with separate_transaction(self) as alerts:
                alerts._check()
        except Exception:
            # the page of the user is shown anyway
            _logger.warning("The alerts could not be checked", exc_info=True)
            return False
        return True

    @api.model
    def _is_cron_late(self) -> bool:
        cron = self.env.ref(CRON, raise_if_not_found=False)
        if not cron:
            return True
        cron = cron.sudo()
        last = cron.lastcall or cron.create_date
        return not cron.active or last < fields.Datetime.now() - LATE


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        info = super().session_info()
        if self.env.user._is_internal():
            self.env["connector.alert"].sudo()._check_if_late()
        return info
