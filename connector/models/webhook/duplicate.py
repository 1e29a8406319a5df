# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How often a delivery came again.

The number is not in the row of the event: a backend that sends one notification
thousands of times would change this row all the time, and the job that imports the
event could never lock it.
"""

from __future__ import annotations

from psycopg2 import errors

from odoo import api, fields, models


class ConnectorWebhookDuplicate(models.Model):
    """The number of repetitions of one event."""

    _name = "connector.webhook.duplicate"
    _description = "Webhook Event That Came Again"
    _log_access = False

    event_id = fields.Many2one(
        "connector.webhook.event", required=True, readonly=True, ondelete="cascade"
    )
    count = fields.Integer(readonly=True)

    _event_uniq = models.UniqueIndex("(event_id)")

    @api.model
    def _count(self, backend: models.BaseModel, delivery_id: str) -> None:
        """Count a delivery, unless another request does so at the same time."""
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(
                    """
                    INSERT INTO connector_webhook_duplicate AS known (event_id, count)
                    SELECT id, 1 FROM connector_webhook_event
                    WHERE backend_model = %s AND backend_id = %s AND delivery_id = %s
                      AND pg_try_advisory_xact_lock(
                              'connector_webhook_duplicate'::regclass::int, id)
                    ON CONFLICT (event_id) DO UPDATE SET count = known.count + 1
                    """,
                    (backend._name, backend.id, delivery_id),
                    log_exceptions=False,
                )
        except errors.SerializationFailure:
            return
