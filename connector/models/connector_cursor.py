# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..cursor_position import check_found, check_position, read_position
from ..database import pg_try_advisory_lock
from ..exception import RetryableJobError
from .connector_sync_subject import ConnectorSyncSubject

RETRY_SECONDS = 5


def since(position: dict[str, Any] | None, overlap_seconds: int) -> datetime | None:
    """Return from when on to look for changes, None to look for all there is.

    What is settled needs no overlap: look for what is later.
    """
    position = position or {}
    moment = fields.Datetime.to_datetime(position.get("since"))
    if not moment:
        return None
    if position.get("settled"):
        return moment + timedelta(seconds=1)
    return moment - timedelta(seconds=overlap_seconds)


def moved(
    position: dict[str, Any] | None,
    moment: datetime,
    overlap_seconds: int,
    read_at: datetime,
) -> dict[str, Any]:
    """Return the position after a search that found all up to ``moment``.

    Where the moment stays the same for longer than the overlap, nothing can be
    committed any more that is not later: it is settled. The seconds are counted by
    our clock, from the first search that came to the moment.
    """
    position = dict(position or {})
    text = fields.Datetime.to_string(moment)
    reached_at = fields.Datetime.to_datetime(position.get("reached_at"))
    if text > (position.get("since") or "") or not reached_at:
        position["since"] = max(text, position.get("since") or "")
        position["reached_at"] = fields.Datetime.to_string(read_at)
        position.pop("settled", None)
    elif read_at - reached_at >= timedelta(seconds=overlap_seconds + 2):
        position["settled"] = True
    return position


class ConnectorCursor(models.Model):
    """How far a backend's records of one model were looked through.

    It is locked by who moves it, and moved in the transaction that enqueues what
    was found: both happen, or neither.
    """

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
        readonly=True, help="{date: external ids} that the overlap will find again"
    )
    looked_at = fields.Datetime(string="Last search", readonly=True)
    overlap_seconds = fields.Integer(
        string="Overlap (s)",
        default=60,
        required=True,
        help="Look that much further back: for what the backend was still committing, "
        "and for the difference of the clocks",
    )

    _purpose_uniq = models.Constraint(
        "UNIQUE (backend_model, backend_id, model_name, name)",
        "There is a cursor for this backend, model and purpose already.",
    )
    _overlap_not_negative = models.Constraint(
        "CHECK (overlap_seconds >= 0)", "A cursor cannot look into the future."
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
        """Refuse what every later import would fail at."""
        for cursor in self:
            try:
                check_position(cursor.position)
                check_found(cursor.found)
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "No import could begin at this position of %(cursor)s: "
                        "%(error)s. A position looks like "
                        '{"since": "2026-01-31 12:00:00"}.',
                        cursor=cursor.display_name,
                        error=error,
                    )
                ) from error

    @api.model
    def _find(self, backend, model_name: str, name: str = "import"):
        """Return the cursor of a backend, model and purpose, or none."""
        return self.search(
            [
                ("backend_model", "=", backend._name),
                ("backend_id", "=", backend.id),
                ("model_name", "=", model_name),
                ("name", "=", name),
            ]
        )

    @api.model
    def _ensure(
        self, backend, model_name: str, name: str = "import", overlap_seconds: int = 60
    ):
        """Return the cursor of a backend, model and purpose; make it if need be.

        :param overlap_seconds: of a new one
        :raise RetryableJobError: another transaction makes it now
        """
        cursor = self._find(backend, model_name, name)
        if cursor:
            return cursor
        key = (self._name, backend._name, backend.id, model_name, name)
        error = RetryableJobError(
            f"Another transaction makes the cursor {key[1:]} now.",
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
        """Keep other transactions from moving the cursor till this one ends.

        :raise RetryableJobError: another one has it
        """
        self.ensure_one()
        if not self.try_lock_for_update():
            raise RetryableJobError(
                f"Another job moves the cursor {self.display_name} now.",
                seconds=RETRY_SECONDS,
                ignore_retry=True,
            )

    def _since(self) -> datetime | None:
        """Return from when on to look for changes (UTC), None for all there is."""
        return since(self.position, self.overlap_seconds)

    def _move_to(self, moment: datetime, read_at: datetime | None = None) -> None:
        """Move on to a moment (UTC), never back.

        :param read_at: our time (UTC) when the search began
        """
        read_at = read_at or fields.Datetime.now()
        self._move(moved(self.position, moment, self.overlap_seconds, read_at))

    def _remember(self, found: dict[str, list], looked_at: datetime) -> None:
        """Note what was found, by date, and our time (UTC) of looking."""
        self.write({"found": dict(found), "looked_at": looked_at})

    def _move(self, position: dict[str, Any]) -> None:
        """Note how far things were looked through, in whatever the backend counts.

        Takes the lock, if it is not held.
        """
        self._lock()
        self.position = position
