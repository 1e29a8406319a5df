# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How many days a backend keeps the rows of synchronizations. 0: forever."""

from __future__ import annotations

from odoo import fields, models


class ConnectorBackendMixin(models.AbstractModel):
    """Retention settings of a backend."""

    _inherit = "connector.backend.mixin"

    keep_history_days = fields.Integer(
        string="Keep record history (days)",
        default=90,
        required=True,
        help="History of single records: the changes, and why a record was skipped or "
        "failed. 0: keep forever",
    )
    keep_outcomes_days = fields.Integer(
        string="Keep outcomes of jobs (days)",
        default=30,
        required=True,
        help="Afterwards a run keeps its totals, but not the outcome of each of its "
        "jobs. 0: keep forever",
    )
    keep_runs_days = fields.Integer(
        string="Keep runs (days)",
        default=180,
        required=True,
        help="Runs with their totals, and imports of changes. 0: keep forever",
    )
    keep_events_days = fields.Integer(
        string="Keep webhook events (days)",
        default=30,
        required=True,
        help="Processed webhook events. 0: keep forever",
    )
    keep_payloads_days = fields.Integer(
        string="Keep payloads (days)",
        default=14,
        required=True,
        help="Records that a search has read for its jobs, and the values of resolved "
        "errors. 0: keep forever",
    )
    keep_errors_days = fields.Integer(
        string="Keep resolved errors (days)",
        default=90,
        required=True,
        help="Errors that were resolved. Open and ignored errors are kept. "
        "0: keep forever",
    )

    _retention_is_not_negative = models.Constraint(
        "CHECK (LEAST(keep_history_days, keep_outcomes_days, keep_runs_days,"
        " keep_events_days, keep_payloads_days, keep_errors_days) >= 0"
        " AND GREATEST(keep_history_days, keep_outcomes_days, keep_runs_days,"
        " keep_events_days, keep_payloads_days, keep_errors_days) <= 36525)",
        "A retention is between 0 days, forever, and 100 years.",
    )
