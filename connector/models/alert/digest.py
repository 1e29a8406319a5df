# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One mail a day with the open conditions of the backends that ask for a digest."""

from __future__ import annotations

from functools import partial

from markupsafe import Markup

from odoo import api, fields, models

from ..backend_alerts import DIGEST, alert_policy
from ..health import Condition
from ..health.health import only_on
from .check import is_compared

SECTION = Markup("<h3>{}</h3><ul>{}</ul>")
LINE = Markup("<li>{text} ({since}){fix}</li>")


class ConnectorAlert(models.Model):
    _inherit = "connector.alert"

    @api.model
    def _send_digests(self) -> None:
        """Send each responsible user the conditions of their backends, if any."""
        self = self.sudo()
        self._prune(fields.Datetime.now())
        of_user: dict[models.BaseModel, list[models.BaseModel]] = {}
        for backend in self.env["connector.health"]._find_backends().values():
            if alert_policy(backend) == DIGEST:
                user = backend._find_responsible().sudo()
                of_user.setdefault(user, []).append(backend)
        for user, backends in of_user.items():
            self._guard(partial(self._for_user(user)._send_digest, user, backends))

    @api.model
    def _send_digest(
        self, user: models.BaseModel, backends: list[models.BaseModel]
    ) -> None:
        """Send a mail with the conditions of backends, none if all is well."""
        backends = [one.with_env(self.env) for one in backends]
        found = self._find_for_digest(backends)
        count = sum(len(conditions) for __, conditions in found)
        if not count:
            return
        sections = [
            SECTION.format(
                title, Markup("").join(self._digest_line(one) for one in conditions)
            )
            for title, conditions in found
        ]
        subject = (
            self.env._("Connectors: %s open problems", count)
            if count > 1
            else self.env._("Connectors: 1 open problem")
        )
        url = f"{self.get_base_url()}/odoo/action-connector.connector_sync_error_action"
        link = Markup('<p><a href="{}">{}</a></p>').format(
            url, self.env._("Open in Odoo")
        )
        self._send_mail(user, subject, Markup("").join([*sections, link]))

    @api.model
    def _find_for_digest(
        self, backends: list[models.BaseModel]
    ) -> list[tuple[str, list[Condition]]]:
        """Return ``[(title, conditions)]`` of the database and of the backends."""
        conditions = self.env["connector.health"]._find_conditions()
        is_any_on = bool(only_on(backends))
        of_database = [one for one in conditions if not one.backend_model and is_any_on]
        sections = [(self.env._("All backends"), of_database)]
        for backend in backends:
            own = [
                condition
                for condition in conditions
                if condition.backend_key == (backend._name, backend.id)
                and is_compared(backend, condition.kind)
            ]
            sections.append((backend.display_name, own))
        return [(title, found) for title, found in sections if found]

    @api.model
    def _digest_line(self, condition: Condition) -> Markup:
        since = (
            self.env._("since %s", self._format_time(condition.since))
            if condition.since
            else self.env._("now")
        )
        fix = Markup("<br/>{}").format(condition.fix) if condition.fix else ""
        return LINE.format(text=condition.text, since=since, fix=fix)
