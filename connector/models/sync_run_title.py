# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The title and the duration of a run, in words.

The duration is the time in which at least one job of the run worked: overlapping jobs
count once, and the time between a failure and its retry does not count.
"""

from __future__ import annotations

from typing import Any

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date, format_datetime

from ..outcome import Outcome
from ..wording import plural_of


def describe_seconds(seconds: float) -> str:
    """Return a duration in words, such as ``5 min 5 s``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    total = round(seconds)
    parts = [
        (total // 86400, "d"),
        (total // 3600 % 24, "h"),
        (total // 60 % 60, "min"),
        (total % 60, "s"),
    ]
    shown = [f"{number} {unit}" for number, unit in parts if number]
    return " ".join(shown[:2])


class ConnectorSyncRun(models.Model):
    _inherit = "connector.sync.run"

    failed_count = fields.Integer(search="_search_failed_count")
    retry_text = fields.Char(compute="_compute_retry_text")
    duration_text = fields.Char(
        string="Duration",
        compute="_compute_duration_text",
        help="The time in which jobs worked, without the waits between retries",
    )

    @api.depends("outcome_ids")
    def _compute_duration_text(self):
        for run in self:
            seconds = run.duration_seconds
            run.duration_text = describe_seconds(seconds) if seconds else ""

    @api.depends("failed_job_count", "model_description")
    @api.depends_context("lang")
    def _compute_retry_text(self):
        for run in self:
            count, name = run.failed_job_count, run.model_description or ""
            names = name if count == 1 else plural_of(name, self.env.lang)
            run.retry_text = self.env._(
                "Retry %(count)s failed jobs of %(names)s", count=count, names=names
            )

    @api.depends("backend_name", "model_description", "direction", "day", "outcome_ids")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        for run in self:
            failed = run.failed_count
            if not failed:
                run.display_name = run._title()
                continue
            run.display_name = self.env._(
                "%(title)s – %(failed)s of %(total)s failed",
                title=run._title(),
                failed=failed,
                total=max(run.found_count, run._count_outcomes()),
            )

    def _title(self) -> str:
        """Return the title of the run without its result."""
        titles = {
            "import": self.env._("Import of %(models)s, %(date)s"),
            "export": self.env._("Export of %(models)s, %(date)s"),
            "removal": self.env._("Deletions of %(models)s, %(date)s"),
            "dry_run": self.env._("Dry run of %(models)s, %(date)s"),
        }
        description = self.model_description or ""
        is_known = description != self.model_name
        plural = plural_of(description, self.env.lang) if is_known else description
        names = {"models": plural}
        if self.day:
            day = format_date(self.env, self.day, date_format="d MMM")
            title = self.env._("Export of %(models)s, edits of %(date)s")
            return title % {**names, "date": day}
        started = self.create_date or fields.Datetime.now()
        date = format_datetime(self.env, started, dt_format="d MMM HH:mm")
        return titles[self.direction] % {**names, "date": date}

    def _subject_text(self) -> str:
        """Return the backend and the model, the same for all of their runs."""
        return f"{self.backend_name}: {self.model_description}"

    def _count_outcomes(self) -> int:
        """Return how many records have an outcome."""
        return sum(self[f"{outcome}_count"] for outcome in Outcome)

    def _read_seconds(self) -> list[tuple[int, float]]:
        """Return the seconds in which jobs of each run worked; overlaps count once."""
        if not self.ids:
            return []
        self.env["connector.sync.outcome"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT run_id, SUM(GREATEST(
                    finished_at - GREATEST(started_at, busy_until), 0
                )) FROM (
                    SELECT run_id, started_at, finished_at, MAX(finished_at) OVER (
                        PARTITION BY run_id ORDER BY started_at, id
                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                    ) AS busy_until
                    FROM connector_sync_outcome
                    WHERE run_id = ANY(%s) AND started_at > 0
                ) AS spans GROUP BY run_id
                """,
                self.ids,
            )
        )

    def _search_failed_count(self, operator: str, value: Any) -> Any:
        """Return the domain of the runs with failed records: ``failed_count > 0``."""
        if (operator, value) not in ((">", 0), ("!=", 0)):
            return NotImplemented
        return Domain(
            "id",
            "in",
            SQL(
                "(SELECT run_id FROM connector_sync_outcome WHERE failed <> 0"
                " GROUP BY run_id HAVING SUM(failed) > 0)"
            ),
        )
