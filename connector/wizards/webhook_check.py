# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""*Check webhooks*: which notifications a backend sends, and *Repair*.

The dialog shows ``compare_subscriptions`` (``components/webhook_subscriptions.py``).
*Repair* compares again, and changes only what is still as it was shown.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..components.webhook_subscriptions import (
    OTHER,
    REPAIRABLE,
    SubscriptionState,
    compare_subscriptions,
)
from ..exception import ConnectorException, JobError

USAGE = "webhook.subscriptions"


class ConnectorWebhookMixin(models.AbstractModel):
    _inherit = "connector.webhook.mixin"

    @api.model
    def _webhook_subscribed_topics(self) -> list[str]:
        """Return the topics that the backend must send: those of the mapping."""
        return [topic for topic, model in self._webhook_topics.items() if model]

    def action_check_webhooks(self) -> dict[str, Any]:
        """Show which notifications the backend sends, and to which address."""
        self.ensure_one()
        self.check_access("write")
        return self.env["connector.webhook.check"]._open(self)

    def _compare_webhooks(self) -> list[SubscriptionState]:
        """Return the state of each topic that the backend must send."""
        names_topic = self._webhook_scheme and self._webhook_scheme.names_topic
        expected = {
            topic: self._webhook_address("" if names_topic else topic)
            for topic in self._webhook_subscribed_topics()
        }
        with self.work_on(self._name) as work:
            found = list(work.component(usage=USAGE).list())
        return compare_subscriptions(expected, found, self._is_own_webhook_address)

    def _is_own_webhook_address(self, address: str) -> bool:
        """Return whether an address is one of this backend, on any server."""
        path = re.escape(self._webhook_path())
        return bool(
            re.match(
                rf"/connector/webhook/(db/[^/]+/)?{path}(/|$)", urlsplit(address).path
            )
        )

    def _repair_webhooks(self, rows: list[SubscriptionState]) -> None:
        """Repair subscriptions in the backend."""
        secret = self.sudo().webhook_token
        if not secret:
            raise UserError(
                self.env._(
                    "%s has no webhook secret yet. Create a new token, or enter the "
                    "secret of the other system, then repair the webhooks.",
                    self.display_name,
                )
            )
        with self.work_on(self._name) as work:
            subscriptions = work.component(usage=USAGE)
            for row in rows:
                subscriptions.repair(row, secret)


class ConnectorWebhookCheck(models.TransientModel):
    """The notifications that a backend sends, in a dialog."""

    _name = "connector.webhook.check"
    _description = "Check of Webhooks"

    backend_model = fields.Char(required=True, readonly=True)
    backend_id = fields.Many2oneReference(
        model_field="backend_model", required=True, readonly=True
    )
    line_ids = fields.One2many("connector.webhook.check.line", "check_id")
    can_repair = fields.Boolean(compute="_compute_can_repair")

    @api.depends("line_ids.state")
    def _compute_can_repair(self):
        for check in self:
            states = set(check.line_ids.mapped("state"))
            check.can_repair = bool(states & set(REPAIRABLE))

    @api.model
    def _open(self, backend: models.BaseModel) -> dict[str, Any]:
        """Return the action that shows the subscriptions of a backend."""
        rows = self._ask(backend, backend._compare_webhooks)
        check = self.create(
            {
                "backend_model": backend._name,
                "backend_id": backend.id,
                "line_ids": [
                    fields.Command.create(
                        {
                            "topic": row.topic,
                            "state": row.state,
                            "expected_address": row.address,
                            "address": row.subscription and row.subscription.address,
                            "subscription_key": self._key(row),
                            "repair": row.state in REPAIRABLE and row.state != OTHER,
                        }
                    )
                    for row in rows
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Webhooks of %s", backend.display_name),
            "res_model": self._name,
            "res_id": check.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    @api.model
    def _key(self, row: SubscriptionState) -> str:
        return str(row.subscription.id) if row.subscription else ""

    @api.model
    def _ask(self, backend: models.BaseModel, call: Any, *args: Any) -> Any:
        """Call the backend for a user.

        :raise UserError: the backend is off, or it refused
        """
        if hasattr(backend, "_check_is_on"):
            backend._check_is_on()
        with backend.work_on(backend._name) as work:
            if not work.many_components(usage=USAGE):
                raise UserError(
                    self.env._(
                        "%(backend)s cannot list its webhooks: its connector has no "
                        "component with the usage %(usage)s.",
                        backend=backend.display_name,
                        usage=USAGE,
                    )
                )
        try:
            return call(*args)
        except (ConnectorException, JobError) as error:
            raise UserError(
                self.env._(
                    "The webhooks of %(backend)s could not be checked: %(reason)s",
                    backend=backend.display_name,
                    reason=error,
                )
            ) from error

    def action_repair(self) -> dict[str, Any]:
        """Create the missing webhooks, delete the wrong ones, and check again."""
        self.ensure_one()
        if not hasattr(self.env.registry.get(self.backend_model), "_compare_webhooks"):
            raise UserError(self.env._("%s has no webhooks.", self.backend_model))
        backend = self.env[self.backend_model].browse(self.backend_id)
        backend.check_access("write")
        chosen = {
            (line.topic, line.state, line.subscription_key or "")
            for line in self.line_ids
            if line.repair
        }
        rows = [
            row
            for row in self._ask(backend, backend._compare_webhooks)
            if row.state in REPAIRABLE
            and (row.topic, row.state, self._key(row)) in chosen
        ]
        self._ask(backend, backend._repair_webhooks, rows)
        return self._open(backend)


class ConnectorWebhookCheckLine(models.TransientModel):
    """One topic, or one subscription of it."""

    _name = "connector.webhook.check.line"
    _description = "Checked Webhook"

    check_id = fields.Many2one(
        "connector.webhook.check", required=True, ondelete="cascade"
    )
    topic = fields.Char(readonly=True)
    state = fields.Selection(
        [
            ("active", "Active"),
            ("missing", "Missing"),
            ("elsewhere", "Sent to another server or database"),
            ("other", "Sent to another Odoo, too"),
            ("disabled", "Disabled in the backend"),
            ("doubled", "Sent twice"),
        ],
        readonly=True,
    )
    address = fields.Char(readonly=True, help="To which the backend sends")
    expected_address = fields.Char(readonly=True)
    subscription_key = fields.Char(readonly=True)
    repair = fields.Boolean(
        help="A webhook of another Odoo is deleted only if you choose so"
    )
