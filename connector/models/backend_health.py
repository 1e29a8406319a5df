# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The health of a backend in words, and as a banner with the button that helps.

``connector.health`` finds the problems. A backend without problems is described by its
state.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from odoo import api, fields, models
from odoo.tools import SQL, format_datetime

from .backend import PAUSED
from .health.condition import ERROR, WARNING, Condition, worst_of
from .health.health import by_key

#: the last runs of a model among which its last success is searched
RECENT_RUNS = 5
#: conditions that the banner of the form shows; the others have a number above it
BANNER_KINDS = (
    "connection",
    "refused",
    "overdue",
    "paused_automatically",
    "runner",
    "cron",
)
_TEST = "button_check_connection"
#: ``{condition: method of the button that helps}``
_BUTTONS = {
    "connection": _TEST,
    "refused": _TEST,
    "overdue": "button_import_now",
    "paused_automatically": "button_resume",
}


class ConnectorBackendMixin(models.AbstractModel):
    """Backend that describes its health."""

    _inherit = "connector.backend.mixin"

    health_status = fields.Selection(
        [
            ("ok", "Working"),
            ("off", "Off"),
            (WARNING, "Needs attention"),
            (ERROR, "Failing"),
        ],
        compute="_compute_health",
    )
    health_text = fields.Char(
        string="Health",
        compute="_compute_health",
        help="The worst problem, and its time",
    )
    banner = fields.Json(compute="_compute_health")
    last_success_at = fields.Datetime(
        string="Last success",
        compute="_compute_last_success_at",
        help="When records or changes were last read or sent without a failure",
    )
    may_configure = fields.Boolean(compute="_compute_may_configure")

    @api.depends_context("uid")
    def _compute_may_configure(self):
        for backend in self:
            backend.may_configure = backend.has_access("write")

    # -- health ---------------------------------------------------------------

    @api.depends_context("lang", "tz")
    def _compute_health(self):
        found = self._find_conditions()
        for backend in self:
            conditions = found[backend._origin.id]
            status, text = backend._describe_health(conditions)
            backend.health_status, backend.health_text = status, text
            backend.banner = backend._describe_banner(conditions)

    def _find_conditions(self) -> dict[int, list[Condition]]:
        """Return ``{backend id: conditions}``, the worst first.

        A job runner or a scheduled action that is down concerns each active backend.
        """
        health, stored = self.env["connector.health"], by_key(self._origin)
        of_database = health._find_database_conditions(stored) if stored else []
        found: dict[int, list[Condition]] = defaultdict(list)
        for condition in health._find_backend_conditions(stored, of_database):
            found[condition.backend_id].append(condition)
        for backend in self._origin:
            if backend.state == "production" and not backend._find_reason_to_pause():
                found[backend.id] += of_database
        for conditions in found.values():
            conditions.sort(key=lambda condition: condition.severity)
        return found

    def _describe_health(self, conditions: list[Condition]) -> tuple[str, str]:
        """Return the status, and the worst condition or the state in words."""
        if conditions and not self._is_archived():
            first = conditions[0]
            text = self._with_time(first.text, first.since)
            if others := len(conditions) - 1:
                text = self.env._(
                    "%(text)s (and %(count)s more)", text=text, count=others
                )
            return worst_of(conditions), text
        if self._is_archived():
            return "off", self.env._("Archived")
        if self.state == "draft":
            return "off", self.env._("Not connected yet")
        if self.state == PAUSED:
            return "off", self.env._("Paused")
        if self._find_reason_to_pause():
            return WARNING, self.env._("Off: this is a copy of the database")
        if self.state == "checked":
            return "off", self.env._("Connected, not active")
        return "ok", self.env._("Working")

    @api.model
    def _with_time(self, text: str, since: datetime | None) -> str:
        """Return a sentence with the time since when it is true."""
        if since is None:
            return text
        return self.env._(
            "%(text)s since %(time)s",
            text=text.rstrip("."),
            time=format_datetime(self.env, since, dt_format="short"),
        )

    # -- the banner -----------------------------------------------------------

    def _describe_banner(self, conditions: Iterable[Condition]) -> list[dict[str, Any]]:
        """Return the lines of the banner, the worst first."""
        shown = [each for each in conditions if each.kind in BANNER_KINDS]
        if shown and not self._is_archived():
            return [
                self._banner_line(
                    "danger" if each.severity == ERROR else "warning",
                    self._with_time(each.text, each.since),
                    each.fix,
                    self._find_button(each),
                )
                for each in shown
            ]
        if not self._origin.id or not (reason := self._find_reason_to_pause()):
            return []
        if self._is_archived() or self.state in ("draft", PAUSED):
            # the header has the button: Test connection, or Resume
            return [self._banner_line("info", reason)]
        return [self._banner_line("warning", reason, "", "button_reset_to_draft")]

    def _find_button(self, condition: Condition) -> str | None:
        """Return the method of the button that helps, None if no button does."""
        if condition.kind == "paused_automatically" and self.state != PAUSED:
            return "button_reset_to_draft"  # off in a copy of the database
        return _BUTTONS.get(condition.kind)

    def _banner_line(
        self, level: str, text: str, fix: str = "", button: str | None = None
    ) -> dict[str, Any]:
        labels = {
            _TEST: self.env._("Test connection"),
            "button_import_now": self.env._("Import changes"),
            "button_resume": self.env._("Resume"),
            "button_reset_to_draft": self.env._("Reset to draft"),
        }
        if button and not self.may_configure:
            button = None
        return {
            "level": level,
            "text": text,
            "fix": fix,
            "button": button and {"name": button, "label": labels[button]},
        }

    # -- the last success -----------------------------------------------------

    def _compute_last_success_at(self):
        times = self._find_last_successes()
        for backend in self:
            of_models = times.get(backend._origin.id, {}).values()
            backend.last_success_at = max(of_models, default=False)

    def _find_last_successes(self) -> dict[int, dict[str, datetime]]:
        """Return ``{backend id: {binding model: time}}`` by two queries.

        A search for changes that ended is a success, and so is a job of one of the
        last runs in which no record failed.
        """
        self.env["connector.cursor"].flush_model(["looked_at"])
        self.env["connector.sync.outcome"].flush_model()
        times: dict[int, dict[str, datetime]] = defaultdict(dict)
        for backend_id, model_name, at in (
            *self._read_searches(),
            *self._read_outcomes(),
        ):
            at = at.replace(microsecond=0)
            known = times[backend_id].get(model_name)
            times[backend_id][model_name] = max(known, at) if known else at
        return times

    def _read_searches(self) -> list[tuple]:
        return self.env.execute_query(
            SQL(
                """
            SELECT backend_id, model_name, max(looked_at)
            FROM connector_cursor
            WHERE backend_model = %s AND backend_id = ANY(%s)
              AND looked_at IS NOT NULL
            GROUP BY backend_id, model_name
            """,
                self._name,
                self._origin.ids,
            )
        )

    def _read_outcomes(self) -> list[tuple]:
        return self.env.execute_query(
            SQL(
                """
            SELECT run.backend_id, run.model_name,
                   to_timestamp(max(outcome.finished_at)) AT TIME ZONE 'UTC'
            FROM (
                SELECT id, backend_id, model_name, row_number() OVER (
                    PARTITION BY backend_id, model_name, direction ORDER BY id DESC
                ) AS rank
                FROM connector_sync_run
                WHERE backend_model = %s AND backend_id = ANY(%s)
                  AND direction IN ('import', 'export')
            ) AS run
            JOIN connector_sync_outcome AS outcome ON outcome.run_id = run.id
            WHERE run.rank <= %s AND coalesce(outcome.failed, 0) <= 0
              AND outcome.finished_at > 0
            GROUP BY run.backend_id, run.model_name
            """,
                self._name,
                self._origin.ids,
                RECENT_RUNS,
            )
        )
