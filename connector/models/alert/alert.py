# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The state of each condition that users are notified of.

One row per condition of ``connector.health``; a unique index holds that::

             found                    absent                     absent for a while
    no row ─────────► open ─────────────────────► recovering ───────────────────► closed
              alert    ▲ ▲                             │          "works again"     │
                       │ └── found again: no message ──┘                            │
                       └──────────────────── found again: alert ────────────────────┘

Messages are sent for two transitions only: from no row or *closed* to *open*, and to
*closed*. So a fault that repeats sends one message. A fault that comes and goes stays
*open* or *recovering*: each return doubles the time for which it must be absent.

The messages are created in the transaction that changes the row, and mails are sent
after its commit. A transaction that is rolled back sends nothing, and of two servers
that check at the same time one fails, because it cannot change the same row.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from odoo import api, fields, models

from ..health import Condition
from ..health.condition import Identity

OPEN = "open"
RECOVERING = "recovering"
CLOSED = "closed"
#: a condition is over when it was absent for this long
QUIET = timedelta(minutes=2)
#: the longest time for which a condition that came back must be absent
MAX_QUIET = timedelta(hours=1)
#: returns within this time after the end of a condition count
RETURN = timedelta(hours=1)
#: days for which closed alerts are kept
KEPT_DAYS = 90


class ConnectorAlert(models.Model):
    """A condition that the responsible users were notified of."""

    _name = "connector.alert"
    _inherit = ["connector.sync.subject"]
    _description = "Connector Alert"
    _order = "last_found desc, id desc"
    _rec_name = "text"

    # an alert may concern the whole database
    backend_model = fields.Char(required=False)
    backend_id = fields.Many2oneReference(required=False)
    model_name = fields.Char(required=False)
    key = fields.Char(required=True, readonly=True, help="Identifies the condition")
    kind = fields.Char(required=True, readonly=True)
    code = fields.Char(readonly=True, help="The cause of the errors")
    severity = fields.Selection(
        [("error", "Error"), ("warning", "Warning")], readonly=True
    )
    text = fields.Char(string="Alert", readonly=True)
    fix = fields.Text(string="Suggested fix", readonly=True)
    count = fields.Integer(readonly=True)
    state = fields.Selection(
        [(OPEN, "Open"), (RECOVERING, "Recovering"), (CLOSED, "Closed")],
        default=OPEN,
        required=True,
        readonly=True,
    )
    since = fields.Datetime(readonly=True)
    last_found = fields.Datetime(readonly=True)
    absent_since = fields.Datetime(readonly=True, string="Works again since")
    closed_at = fields.Datetime(readonly=True)
    notified_at = fields.Datetime(
        readonly=True, help="Empty where the backend sends no message immediately"
    )
    notified_count = fields.Integer(
        readonly=True, help="The number of records in the last message"
    )
    return_count = fields.Integer(
        string="Returns", readonly=True, help="How often it came back lately"
    )
    user_ids = fields.Many2many("res.users", string="Notified users", readonly=True)
    activity_list = fields.Json(readonly=True, help="Ids of the activities")

    _condition_uniq = models.UniqueIndex(
        "(COALESCE(backend_model, ''), COALESCE(backend_id, 0), key)",
        "This condition has an alert already.",
    )

    @api.depends("backend_model", "backend_id")
    @api.depends_context("lang")
    def _compute_names(self):
        of_database = self.filtered(lambda alert: not alert.backend_model)
        of_database.backend_name = self.env._("All backends")
        of_database.model_description = False
        return super(ConnectorAlert, self - of_database)._compute_names()

    def _identity(self) -> Identity:
        """Return the ``identity`` of the condition."""
        return self.backend_model or None, self.backend_id or None, self.key

    def _get_backend(self) -> models.BaseModel | None:
        """Return the backend, None for the database, or if it does not exist."""
        if not self.backend_model or self.backend_model not in self.env:
            return None
        return self.env[self.backend_model].browse(self.backend_id).exists() or None

    def _errors_domain(self) -> list[tuple] | None:
        """Return the domain of the errors of the condition, None if it has none.

        Its key is ``cause``, or ``error:cause:id of the common cause[:records]``.
        """
        if not self.code or not self.backend_model:
            return None
        domain = [
            ("backend_model", "=", self.backend_model),
            ("backend_id", "=", self.backend_id),
            ("cause", "=", self.code),
            ("model_name", "!=" if self.key.endswith(":records") else "=", False),
        ]
        common = self.key.split(":")[2:3]
        if common and common != ["0"]:
            domain.append(("cause_id", "=", int(common[0])))
        return domain

    # -- transitions ----------------------------------------------------------

    @api.model
    def _open(self, condition: Condition, now: datetime) -> ConnectorAlert:
        """Return a new alert."""
        return self.create(
            {
                "backend_model": condition.backend_model,
                "backend_id": condition.backend_id,
                "key": condition.key,
                **self._values_of(condition, now),
            }
        )

    def _open_again(self, condition: Condition, now: datetime) -> None:
        """Open an alert whose condition is found after it was closed."""
        is_return = self.closed_at and now - self.closed_at < RETURN
        self.write(
            {
                **self._values_of(condition, now),
                "state": OPEN,
                "return_count": self.return_count + 1 if is_return else 0,
                "absent_since": False,
                "closed_at": False,
                "notified_at": False,
                "notified_count": 0,
                "activity_list": False,
            }
        )

    def _found_again(self, condition: Condition, now: datetime) -> None:
        """Update an open alert; one that was recovering has returned."""
        values = self._values_of(condition, self.last_found)
        # while the condition comes and goes, it has existed since the first message
        values["since"] = min(
            filter(None, (self.since, values["since"])), default=False
        )
        if self.state == RECOVERING:
            values |= {
                "state": OPEN,
                "absent_since": False,
                "return_count": self.return_count + 1,
                "last_found": now,
            }
        changed = {name: value for name, value in values.items() if self[name] != value}
        if changed:
            self.write({**changed, "last_found": now})

    def _quiet_time(self) -> timedelta:
        """Return for how long the condition must be absent to be over."""
        return min(QUIET * 2 ** min(self.return_count, 10), MAX_QUIET)

    @api.model
    def _values_of(self, condition: Condition, found_at: datetime) -> dict:
        return {
            "kind": condition.kind,
            "code": condition.code,
            "severity": condition.severity,
            "text": condition.text,
            "fix": condition.fix or False,
            "count": condition.count,
            "since": condition.since or found_at,
            "last_found": found_at,
        }

    @api.model
    def _prune(self, now: datetime) -> None:
        """Delete alerts that were closed long ago."""
        before = now - timedelta(days=KEPT_DAYS)
        self.search([("state", "=", CLOSED), ("closed_at", "<", before)]).unlink()
