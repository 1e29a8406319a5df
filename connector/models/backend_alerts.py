# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Settings of a backend about alerts: recipient, policy, threshold."""

from __future__ import annotations

from odoo import fields, models

AT_ONCE = "at_once"
DIGEST = "digest"
NONE = "none"
#: of backends without these settings
DEFAULT_FAILURES = 20


class ConnectorBackendMixin(models.AbstractModel):
    """Settings of a backend about alerts."""

    _inherit = "connector.backend.mixin"

    alert_user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        domain=[("share", "=", False)],
        copy=False,
        help="Gets the alerts and decides about conflicts. Empty: the user who changed "
        "the backend last",
    )
    alert_policy = fields.Selection(
        [
            (AT_ONCE, "Immediately"),
            (DIGEST, "One mail a day"),
            (NONE, "No alerts"),
        ],
        string="Send alerts",
        default=AT_ONCE,
        required=True,
        help="Immediately: an activity and a mail when a problem begins, and a mail "
        "when it is over. One mail a day: the open problems, if there are any",
    )
    alert_failures = fields.Integer(
        string="Alert again at (records)",
        default=DEFAULT_FAILURES,
        required=True,
        help="The first failing record of a cause sends an alert. Another one is sent "
        "when so many records fail. 0: never",
    )

    _alert_failures_not_negative = models.Constraint(
        "CHECK (alert_failures >= 0)", "The number of failing records is not negative."
    )

    def _find_responsible(self) -> models.BaseModel:
        """Return the responsible user of the settings, or the default one."""
        user = self.sudo().alert_user_id
        if user.active and user._is_internal():
            return user.sudo(self.env.su)
        return super()._find_responsible()


def alert_policy(backend: models.BaseModel) -> str:
    """Return when the alerts of a backend are sent."""
    return backend.alert_policy if "alert_policy" in backend._fields else AT_ONCE


def alert_failures(backend: models.BaseModel) -> int:
    """Return at how many failing records another alert is sent, 0 for none."""
    if "alert_failures" in backend._fields:
        return backend.alert_failures
    return DEFAULT_FAILURES
