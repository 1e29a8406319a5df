# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The cursor of an incremental import: up to where the backend was searched.

::

    position = {"since": …, "reached_at": …, "settled": …}     UTC, as Odoo writes times

    ────────────────────┬────────────────┬──────────► changes of the backend
          imported      │ overlap window │
                        └ next search    └ since

The next search starts ``overlap_seconds`` before ``since``: the backend may still have
been committing changes, and the clocks differ. ``found`` keeps the external ids in this
window, so that no record is imported twice. Where ``since`` stays the same for longer
than the window, nothing can be committed any more that is not later: the position is
*settled* and needs no overlap.

The cursor is locked by the job that moves it, and moved in the transaction that
enqueues the found records: both happen, or neither.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..cursor_position import check_found, check_position, moved, read_position, since
from ..database import pg_try_advisory_lock
from ..exception import RetryableJobError
from .sync_subject import ConnectorSyncSubject

RETRY_SECONDS = 5


class ConnectorCursor(models.Model):
    """Position of the incremental search of one model in one backend."""

    _name = "connector.cursor"
    _inherit = ["connector.sync.subject"]
    _description = "Synchronization Cursor"
    _order = "backend_model, backend_id, model_name, name"
    _identifying_fields = (*ConnectorSyncSubject._identifying_fields, "name")

    name = fields.Char(string="Purpose", required=True, readonly=True, default="import")
    position = fields.Json(string="Position (data)", readonly=True)
    position_text = fields.Char(
        string="Position",
        compute="_compute_position_text",
        inverse="_inverse_position_text",
        help='As JSON, like {"since": "2026-01-31 12:00:00"}. Empty: from the start.',
    )
    found = fields.Json(
        readonly=True, help="{time: external ids} that the next search finds again"
    )
    looked_at = fields.Datetime(string="Last search", readonly=True)
    overlap_seconds = fields.Integer(
        string="Overlap (s)",
        default=60,
        required=True,
        help="The next search starts this many seconds earlier, for changes that the "
        "backend was still committing and for the difference of the clocks",
    )

    _purpose_uniq = models.Constraint(
        "UNIQUE (backend_model, backend_id, model_name, name)",
        "A cursor of this backend, model and purpose already exists.",
    )
    _overlap_not_negative = models.Constraint(
        "CHECK (overlap_seconds >= 0)", "The overlap cannot be negative."
    )

    @api.depends("backend_name", "model_description", "name")
    def _compute_display_name(self):
        for cursor in self:
            cursor.display_name = (
                f"{cursor.backend_name}: {cursor.model_description} ({cursor.name})"
            )

    @api.depends("position")
    def _compute_position_text(self):
        for cursor in self:
            cursor.position_text = cursor.position and json.dumps(cursor.position)

    def _inverse_position_text(self):
        for cursor in self:
            try:
                position = read_position(cursor.position_text)
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "The position of %(cursor)s must be JSON, like "
                        '{"since": "2026-01-31 12:00:00"}; found %(text)s: %(error)s',
                        cursor=cursor.display_name,
                        text=cursor.position_text,
                        error=error,
                    )
                ) from error
            cursor.position = position
            cursor.found = False

    @api.constrains("position", "found")
    def _check_readable(self):
        """Refuse a position at which every later import would fail."""
        for cursor in self:
            try:
                check_position(cursor.position)
                check_found(cursor.found)
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "No import can begin at this position of %(cursor)s: "
                        "%(error)s. A position looks like "
                        '{"since": "2026-01-31 12:00:00"}.',
                        cursor=cursor.display_name,
                        error=error,
                    )
                ) from error

    @api.model
    def _find(self, backend, model_name: str, name: str = "import"):
        """Return the cursor of a backend, model and purpose, empty if there is none."""
        return self.search([*self._domain_of(backend, model_name), ("name", "=", name)])

    @api.model
    def _ensure(
        self, backend, model_name: str, name: str = "import", overlap_seconds: int = 60
    ):
        """Return the cursor of a backend, model and purpose; create a missing one.

        :param overlap_seconds: of a new cursor
        :raise RetryableJobError: another transaction is creating it
        """
        cursor = self._find(backend, model_name, name)
        if cursor:
            return cursor
        key = (self._name, backend._name, backend.id, model_name, name)
        error = RetryableJobError(
            f"Another transaction is creating the cursor {key[1:]}.",
            seconds=RETRY_SECONDS,
            ignore_retry=True,
        )
        if not pg_try_advisory_lock(self.env, key):
            raise error
        try:
            return self.create(
                {
                    "backend_model": backend._name,
                    "backend_id": backend.id,
                    "model_name": model_name,
                    "name": name,
                    "overlap_seconds": overlap_seconds,
                }
            )
        except psycopg2.errors.UniqueViolation as violation:
            raise error from violation

    def _lock(self) -> None:
        """Lock the cursor until the transaction ends.

        :raise RetryableJobError: another transaction holds the lock
        """
        self.ensure_one()
        if not self.try_lock_for_update():
            raise RetryableJobError(
                f"Another job moves the cursor {self.display_name} now.",
                seconds=RETRY_SECONDS,
                ignore_retry=True,
            )

    def _since(self) -> datetime | None:
        """Return the start of the next search (UTC), None to search for all records."""
        return since(self.position, self.overlap_seconds)

    def _move_to(self, reached: datetime, read_at: datetime | None = None) -> None:
        """Move forward to a time (UTC), never back.

        :param read_at: local time (UTC) at which the search started
        """
        read_at = read_at or fields.Datetime.now()
        self._move(moved(self.position, reached, self.overlap_seconds, read_at))

    def _remember(self, found: dict[str, list], looked_at: datetime) -> None:
        """Store the found external ids by time, and the local time of the search."""
        self.write({"found": dict(found), "looked_at": looked_at})

    def _move(self, position: dict[str, Any]) -> None:
        """Lock the cursor and store a position, in the unit of the backend."""
        self._lock()
        self.position = position
