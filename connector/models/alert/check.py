# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Compare the conditions with the alerts, and notify of the differences.

A scheduled action does it each minute for all backends. A backend that stops is checked
immediately, in the transaction that stops it.

Only backends that are *watched* are compared: those that are on, and those that were
paused automatically. The alerts of others stay as they are, and are compared when the
backend is on again. A copied or neutralized database has no backend that is on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from psycopg2 import errors

from odoo import api, fields, models

from ...database import pg_try_advisory_lock
from ..backend import PAUSED
from ..backend_alerts import NONE, alert_policy
from ..health import Condition
from ..health.condition import Identity
from ..health.health import Key, by_key, is_on, only_on
from ..sync_error import IGNORED
from .alert import CLOSED, OPEN, RECOVERING

_logger = logging.getLogger(__name__)

#: two checks of a database do not run at the same time
LOCK = "connector.alert"
#: the condition of a paused backend that users are notified of
PAUSE = "paused_automatically"
#: another check has just changed the same alert
_CONCURRENT = (errors.SerializationFailure, errors.UniqueViolation)


class ConnectorAlert(models.Model):
    _inherit = "connector.alert"

    @api.model
    def _check(self) -> None:
        """Compare all backends; the scheduled action."""
        if not pg_try_advisory_lock(self.env, LOCK):
            return  # another server does
        health = self.env["connector.health"].sudo()
        backends = health._find_backends()
        self.sudo()._compare(backends, health._find_conditions_of(backends))

    @api.model
    def _check_backend(self, backend: models.BaseModel) -> None:
        """Compare one backend, whose state has just changed.

        An error is logged: the change is stored even if nobody can be notified.
        """
        try:
            with self.env.cr.savepoint():
                if pg_try_advisory_lock(self.env, LOCK):
                    found = (
                        self.env["connector.health"].sudo()._find_conditions(backend)
                    )
                    self.sudo()._compare(
                        by_key(backend.sudo()), found, of_database=False
                    )
        except _CONCURRENT:
            return  # the other transaction has notified
        except Exception:
            _logger.exception("The users of %s could not be notified", backend)

    @api.model
    def _compare(
        self,
        backends: dict[Key, models.BaseModel],
        conditions: Iterable[Condition],
        of_database: bool = True,
    ) -> None:
        """Open, update and close alerts.

        :param conditions: those of the backends
        :param of_database: compare the conditions of the whole database as well
        """
        now = fields.Datetime.now()
        watched = {
            key: backend
            for key, backend in backends.items()
            if alert_policy(backend) != NONE
        }
        of_database = of_database and bool(only_on(watched.values()))
        found = {}
        for condition in conditions:
            backend = watched.get(condition.backend_key)
            if backend is not None:
                is_due = is_compared(backend, condition.kind)
            else:
                is_due = of_database and not condition.backend_model
            if is_due:
                found[condition.identity] = condition
        alerts = self._find_alerts(watched, of_database, found)
        for key, condition in found.items():
            alert = alerts.pop(key, self)
            self._guard(partial(alert._note_found, condition, now))
        for alert in alerts.values():
            backend = watched.get((alert.backend_model, alert.backend_id))
            if backend is None or is_compared(backend, alert.kind):
                self._guard(partial(alert._note_absent, now))

    @api.model
    def _guard(self, run: Callable[[], None]) -> None:
        """Send one alert or digest; its error does not keep others from being sent.

        An error of a concurrent check ends all: that check sends them.
        """
        try:
            with self.env.cr.savepoint():
                run()
        except _CONCURRENT:
            raise
        except Exception:
            _logger.exception("An alert could not be sent")

    @api.model
    def _find_alerts(
        self,
        watched: dict[Key, models.BaseModel],
        of_database: bool,
        found: dict[Identity, Condition],
    ) -> dict[Identity, models.BaseModel]:
        """Return the alerts to compare, by the identity of their condition."""
        keys = [key for *__, key in found]
        domain = fields.Domain("state", "!=", CLOSED) | fields.Domain("key", "in", keys)
        alerts = {}
        for alert in self.search(domain):
            if not alert.backend_model:
                if of_database:
                    alerts[alert._identity()] = alert
            elif (alert.backend_model, alert.backend_id) in watched:
                alerts[alert._identity()] = alert
            elif alert._get_backend() is None:
                alert.unlink()
        return alerts

    def _note_found(self, condition: Condition, now: datetime) -> None:
        """Open or update the alert of a condition; it may not exist yet."""
        alert = self
        if not alert:
            alert = self._open(condition, now)
        elif alert.state == CLOSED:
            alert._open_again(condition, now)
        else:
            alert._found_again(condition, now)
        alert._notify(condition, now)

    def _note_absent(self, now: datetime) -> None:
        """Close an alert whose condition was absent for some time."""
        if self.state == CLOSED:
            return
        if self._was_ignored():
            self._close(now, is_silent=True)
        elif self.state == OPEN:
            self.write({"state": RECOVERING, "absent_since": now})
        elif now - self.absent_since >= self._quiet_time():
            self._close(now)

    def _close(self, now: datetime, is_silent: bool = False) -> None:
        self.write({"state": CLOSED, "closed_at": now})
        self._finish_activities(is_silent)
        if self.notified_at and not is_silent:
            self._notify_recovery()

    def _was_ignored(self) -> bool:
        """Return whether a person has ignored the errors of this alert."""
        domain = self._errors_domain()
        if domain is None:
            return False
        domain += [("state", "=", IGNORED), ("write_date", ">=", self.create_date)]
        return bool(self.env["connector.sync.error"].search_count(domain, limit=1))


def is_compared(backend: models.BaseModel, kind: str) -> bool:
    """Return whether users are notified of a kind of condition of a backend."""
    if is_on(backend):
        return True
    is_paused_for_reason = (
        backend._has_states and backend.state == PAUSED and bool(backend.pause_reason)
    )
    return kind == PAUSE and is_paused_for_reason
