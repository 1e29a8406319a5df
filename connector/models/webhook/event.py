# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A stored notification of a backend.

::

    received ──► imported    its records were imported, in the same transaction
       │    ├──► delayed     another job held some of them: separate jobs import them
       │    └──► failed      some could not be imported: separate jobs try again
       │           └──► imported   by ``_settle``, once none of these jobs is left
       └───────► nothing     no binding model, or no record, to import
    any ──── Replay ──► received

*Received* means waiting: ``import_notified`` (``import_notified.py``) takes all waiting
events of a binding model. A job can be missing: its backend was archived, or it started
just before an event was committed. ``_run_waiting`` then delays one, every minute.

A delivery id is stored once per backend. The unique index decides, so two workers that
receive the same notification store one event.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from psycopg2 import errors

from odoo import api, fields, models
from odoo.tools import SQL

from ...components.external_id import storable_text
from ...jobs.lifecycle import company_of

RECEIVED, IMPORTED, NOTHING = "received", "imported", "nothing"
DELAYED, FAILED = "delayed", "failed"
#: records that one job imports, apart from an event that has more
MAX_IMPORTED = 1000
_MAX_ERROR = 5000


class ConnectorWebhookEvent(models.Model):
    """A notification that a backend sent."""

    _name = "connector.webhook.event"
    _inherit = ["connector.sync.subject"]
    _description = "Webhook Event"
    _order = "id desc"
    _log_access = False
    _rec_name = "topic"

    # an unknown topic has no model
    model_name = fields.Char(required=False, readonly=True)
    topic = fields.Char(readonly=True)
    delivery_id = fields.Char(
        string="Delivery ID", readonly=True, help="The same if it is sent again"
    )
    received_at = fields.Datetime(readonly=True, required=True)
    sent_at = fields.Datetime(readonly=True, help="According to the backend")
    headers = fields.Json(readonly=True, help="Without signatures and secrets")
    payload = fields.Text(readonly=True)
    external_ids = fields.Json(string="Records to import", readonly=True)
    external_ids_text = fields.Char(
        string="IDs in the backend", compute="_compute_external_ids_text"
    )
    state = fields.Selection(
        [
            (RECEIVED, "Waiting"),
            (IMPORTED, "Imported"),
            (NOTHING, "Nothing to do"),
            (DELAYED, "Delayed"),
            (FAILED, "Failed"),
        ],
        string="Outcome",
        required=True,
        readonly=True,
    )
    duplicate_count = fields.Integer(
        string="Sent again",
        compute="_compute_duplicate_count",
        compute_sudo=True,
        help="How often the same delivery came again, at least",
    )
    error = fields.Text(string="Reason", readonly=True)
    failed_ids = fields.Json(readonly=True, help="Records that separate jobs import")
    processed_at = fields.Datetime(readonly=True)
    job_uuid = fields.Char(string="Job UUID", readonly=True)

    _delivery_uniq = models.UniqueIndex(
        "(backend_model, backend_id, delivery_id) WHERE delivery_id IS NOT NULL",
        "This delivery was received already.",
    )
    _waiting_index = models.Index(
        "(backend_model, backend_id, model_name, id) WHERE state = 'received'"
    )
    _unsettled_index = models.Index(
        "(id) WHERE state IN ('delayed', 'failed') AND failed_ids IS NOT NULL"
    )
    _age_index = models.Index("(received_at)")

    @api.depends("external_ids")
    def _compute_external_ids_text(self):
        for event in self:
            event.external_ids_text = ", ".join(map(str, event.external_ids or ()))

    def _compute_duplicate_count(self):
        duplicates = self.env["connector.webhook.duplicate"].search(
            [("event_id", "in", self.ids)]
        )
        counts = {each.event_id.id: each.count for each in duplicates}
        for event in self:
            event.duplicate_count = counts.get(event.id, 0)

    @api.depends("backend_name", "topic")
    def _compute_display_name(self):
        for event in self:
            event.display_name = f"{event.backend_name}: {event.topic or event.id}"

    # -- received -------------------------------------------------------------

    @api.model
    def _are_many_waiting(self, backend: models.BaseModel, limit: int) -> bool:
        """Return whether at least ``limit`` events of a backend wait."""
        self.env.cr.execute(
            """
            SELECT count(*) FROM (
                SELECT FROM connector_webhook_event
                WHERE state = 'received' AND backend_model = %s AND backend_id = %s
                LIMIT %s) AS waiting
            """,
            (backend._name, backend.id, limit),
        )
        return self.env.cr.fetchone()[0] >= limit

    @api.model
    def _store(self, backend: models.BaseModel, **values: Any) -> models.BaseModel:
        """Insert an event and return it; count a delivery that is known."""
        row = {
            "backend_model": backend._name,
            "backend_id": backend.id,
            "company_id": company_of(backend).id or None,
            "received_at": fields.Datetime.now(),
            **values,
        }
        for name in ("headers", "external_ids"):
            row[name] = None if row[name] is None else json.dumps(row[name])
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(
                    SQL(
                        "INSERT INTO connector_webhook_event (%s) VALUES (%s)"
                        " ON CONFLICT DO NOTHING RETURNING id",
                        SQL(", ").join(map(SQL.identifier, row)),
                        SQL(", ").join(SQL("%s", each) for each in row.values()),
                    )
                )
                new_ids = [event_id for (event_id,) in self.env.cr.fetchall()]
        except errors.SerializationFailure:  # it was committed since this one began
            new_ids = []
        if not new_ids:
            duplicates = self.env["connector.webhook.duplicate"]
            duplicates._count(backend, row["delivery_id"])
        return self.browse(new_ids)

    # -- imported -------------------------------------------------------------

    @api.model
    def _take(
        self, backend: models.BaseModel, model_name: str
    ) -> tuple[models.BaseModel, list[Any], bool]:
        """Lock the waiting events of a binding model.

        An event that another job imports now is left out, and so are those that would
        exceed ``MAX_IMPORTED`` records.

        :return: the events, the distinct external ids in the order in which they came,
            and whether events are left
        """
        self.env.cr.execute(
            """
            SELECT id, external_ids FROM connector_webhook_event
            WHERE state = 'received' AND backend_model = %s AND backend_id = %s
              AND model_name = %s
            ORDER BY id
            FOR NO KEY UPDATE SKIP LOCKED
            """,
            (backend._name, backend.id, model_name),
        )
        taken: list[int] = []
        by_key: dict[str, Any] = {}
        rows = self.env.cr.fetchall()
        for event_id, external_ids in rows:
            new = {str(each): each for each in external_ids or ()}
            if by_key and len(by_key.keys() | new.keys()) > MAX_IMPORTED:
                continue
            taken.append(event_id)
            for key, external_id in new.items():
                by_key.setdefault(key, external_id)
        return self.browse(taken), list(by_key.values()), len(taken) < len(rows)

    def _note_imported(
        self,
        failed: Mapping[str, str],
        waiting: Collection[str],
        job_uuid: str | None,
        missing: Collection[str] = (),
    ) -> None:
        """Store the outcome of the events.

        :param failed: ``{external id as text: reason}``
        :param waiting: those of them that only wait for another job
        :param missing: external ids that do not exist in the backend, and are not bound
        """
        common = {"processed_at": fields.Datetime.now(), "job_uuid": job_uuid}
        imported = self
        for event in self if failed or missing else ():
            keys = [str(each) for each in event.external_ids or ()]
            lost = {key: failed[key] for key in keys if key in failed}
            absent = [key for key in keys if key in missing]
            if lost or absent:
                imported -= event
                event.write(
                    {**common, **event._outcome_of(keys, lost, absent, waiting)}
                )
        imported.write(
            {**common, "state": IMPORTED, "error": False, "failed_ids": False}
        )

    def _outcome_of(
        self,
        keys: list[str],
        lost: Mapping[str, str],
        absent: list[str],
        waiting: Collection[str],
    ) -> dict[str, Any]:
        """Return the outcome of an event some of whose records were not imported."""
        lines = [
            self.env._(
                "Record %(id)s: %(reason)s A separate job imports it again.",
                id=key,
                reason=reason,
            )
            for key, reason in lost.items()
        ]
        if absent:
            lines.append(
                self.env._(
                    "%(backend)s has no record with the ID %(ids)s, and no record in "
                    "Odoo is bound to it: nothing was imported.",
                    backend=self.backend_name,
                    ids=", ".join(absent),
                )
            )
        state = NOTHING if len(absent) == len(keys) else IMPORTED
        if lost:
            state = FAILED if lost.keys() - set(waiting) else DELAYED
        return {
            "state": state,
            "failed_ids": list(lost) or False,
            "error": storable_text("\n".join(lines))[:_MAX_ERROR],
        }
