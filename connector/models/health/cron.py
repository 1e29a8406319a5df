# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whether the scheduled actions of connectors are run.

The schedule of backends is one scheduled action, due each minute. It is found off where
it was deleted or deactivated, where it fails, and where it is due and no worker starts
it. This is found by the request that asks: no scheduled action is needed to find it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from odoo import api, fields, models
from odoo.service.server import cron_database_list
from odoo.tools import config

from .condition import ERROR, WARNING, Condition
from .health import only_on
from .liveness import find_runner, is_cron_worker_busy, starts_when_notified
from .runner import WITHOUT_RUNNER

SCHEDULE = "connector.ir_cron_run_schedules"
#: an action that is due for less is about to start
DUE = timedelta(seconds=2)
#: workers may be busy with other actions for so long
LATE = timedelta(minutes=10)
#: and with other databases
UNSURE = timedelta(seconds=90)


class ConnectorHealth(models.AbstractModel):
    _inherit = "connector.health"

    @api.model
    def _find_database_conditions(self, backends):
        found = super()._find_database_conditions(backends)
        if only_on(backends.values()):
            xml_ids = [SCHEDULE]
            cron = self.env.ref(WITHOUT_RUNNER, raise_if_not_found=False)
            if cron and cron.sudo().active and not find_runner(self.env.cr):
                xml_ids.append(WITHOUT_RUNNER)
            conditions = map(self._find_cron_condition, xml_ids)
            # one that stops both is one condition
            found += {each.key: each for each in conditions if each}.values()
        return found

    @api.model
    def _find_cron_condition(self, xml_id: str) -> Condition | None:
        """Return the reason why a scheduled action is not run, None if it is run."""
        cron = self.env.ref(xml_id, raise_if_not_found=False)
        cron = cron and cron.sudo().with_context(active_test=False).exists()
        if not cron:
            return self._condition(
                None,
                "cron",
                key="cron:deleted",
                text=self.env._("The scheduled action of the backends was deleted."),
                fix=self.env._("Update the app Connector to create it again."),
            )
        found = None
        if not cron.active:
            found = self._condition(
                None,
                "cron",
                key="cron:inactive",
                text=self.env._("The scheduled action “%s” is off.", cron.name),
                since=cron.write_date,
                fix=self.env._(
                    "Activate it in Settings > Technical > Scheduled Actions."
                ),
            )
        elif cron.nextcall + DUE < fields.Datetime.now():
            found = self._find_late_cron(cron, cron.nextcall)
        if found is None and cron.failure_count:
            found = self._condition(
                None,
                "cron",
                key="cron:failing",
                text=self.env._("The scheduled action “%s” fails.", cron.name),
                since=cron.first_failure_date,
                fix=self.env._("See the log of the server."),
            )
        return found and found._replace(action=self._open_cron(cron))

    @api.model
    def _find_late_cron(
        self, cron: models.BaseModel, due_at: datetime
    ) -> Condition | None:
        """Return why a due scheduled action was not started, None if it is about to."""
        if is_cron_worker_busy(self.env.cr):
            if due_at + LATE > fields.Datetime.now():
                return None
            return self._condition(
                None,
                "cron",
                key="cron:late",
                severity=WARNING,
                text=self.env._("The scheduled action “%s” is late.", cron.name),
                since=due_at,
                fix=self.env._(
                    "Other scheduled actions take long. Start Odoo with more workers "
                    "for them (--max-cron-threads)."
                ),
            )
        if starts_when_notified(self.env.cr.dbname, cron.id, due_at, cron._notifydb):
            return None
        # the workers of several databases may be busy with another one
        is_alone = len(cron_database_list()) == 1
        is_sure = is_alone or due_at + UNSURE < fields.Datetime.now()
        return self._condition(
            None,
            "cron",
            key="cron:stopped",
            severity=ERROR if is_sure else WARNING,
            text=self.env._("Scheduled actions are not run."),
            since=due_at,
            fix=self._fix_stopped_cron(),
        )

    @api.model
    def _fix_stopped_cron(self) -> str:
        """Return how to start scheduled actions that no worker starts."""
        if config["max_cron_threads"]:
            return self.env._(
                "Check that a server runs scheduled actions of this database "
                "(--max-cron-threads, --db-filter), and its log."
            )
        return self.env._(
            "This server is started with --max-cron-threads=0. Start it with 1 or "
            "more, or start another server for this database."
        )

    @api.model
    def _open_cron(self, cron: models.BaseModel) -> dict[str, Any] | None:
        """Return the window of the action, None for users who may not read it."""
        may_read = cron.sudo(self.env.su).has_access("read")
        return self._open_record(cron) if may_read else None
