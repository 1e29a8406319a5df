# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The number of errors of a cause that are being retried."""

from __future__ import annotations

from odoo import api, fields, models

from ..jobs.error_states import RETRYING


class ConnectorSyncCause(models.Model):
    _inherit = "connector.sync.cause"

    retrying_count = fields.Integer(
        string="Retrying", compute="_compute_retrying_count"
    )

    @api.depends("error_ids.state")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_retrying_count(self):
        counts = dict(
            self.env["connector.sync.error"]._read_group(
                [("cause_id", "in", self.ids), ("state", "=", RETRYING)],
                ["cause_id"],
                ["__count"],
            )
        )
        for cause in self:
            cause.retrying_count = counts.get(cause, 0)
