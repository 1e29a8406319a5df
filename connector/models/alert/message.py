# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Activities and mails of alerts.

Each recipient gets them in their language: the conditions are found once more in that
language. The import creates the activities of decisions and conflicts
(``sync_run.py``, ``components/two_way/conflict.py``); their alert is a mail only.

Mails are sent after the commit. If that fails, Odoo's mail queue sends them later.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_datetime, format_time

from ..backend_alerts import AT_ONCE, alert_failures, alert_policy
from ..health import Condition
from ..health.health import only_on
from ..sync_error import OPEN_STATES

#: kinds of conditions whose activity exists before the alert
_HAVE_ACTIVITY = ("decision", "conflict")
#: failing records that a mail names
_SHOWN_ERRORS = 5
_MAX_REASON = 500
BODY = Markup("""\
<p><strong>{text}</strong></p>
<table>{rows}</table>
{errors}
<p><a href="{url}">{link}</a></p>
""")
ROW = Markup(
    '<tr><td style="vertical-align: top; padding-right: 16px;">{}</td><td>{}</td></tr>'
)


class ConnectorAlert(models.Model):
    _inherit = "connector.alert"

    # -- occasions ------------------------------------------------------------

    def _notify(self, condition: Condition, now: datetime) -> None:
        """Send an alert that is due: a new one, or one about many records."""
        backends = [
            backend
            for backend in self._find_concerned()
            if alert_policy(backend) == AT_ONCE
        ]
        if not backends:
            return
        if self.notified_at:
            limit = min(filter(None, map(alert_failures, backends)), default=0)
            if not self.notified_count < limit <= condition.count:
                return
        users = self._send_alert(backends, is_new=not self.notified_at)
        self.write(
            {
                "notified_at": now,
                "notified_count": condition.count,
                "user_ids": [fields.Command.set(users.ids)],
            }
        )

    @api.model
    def _find_concerned(self) -> list[models.BaseModel]:
        """Return the backend of the alert, or all that are on."""
        if self.backend_model:
            return [self._get_backend()]
        return only_on(self.env["connector.health"].sudo()._find_backends().values())

    # -- recipients -----------------------------------------------------------

    def _send_alert(
        self, backends: list[models.BaseModel], is_new: bool
    ) -> models.BaseModel:
        """Notify the responsible users of the backends; return them."""
        notified = self.env["res.users"]
        for backend in backends:
            user = backend._find_responsible().sudo()
            if user in notified:
                continue
            notified |= user
            alert = self._for_user(user)
            condition = alert._find_condition()
            subject = alert._subject(condition)
            body = alert._body(condition)
            if is_new and self.kind not in _HAVE_ACTIVITY:
                self._schedule_activity(backend, user, subject, body)
            alert._send_mail(user, subject, body)
        return notified

    def _for_user(self, user: models.BaseModel) -> models.BaseModel:
        """Return the alert in the language and time zone of a user."""
        lang = user.lang or self.env.lang or "en_US"
        return self.with_context(lang=lang, tz=user.tz or "UTC")

    def _find_condition(self) -> Condition:
        """Return the condition of the alert, in the language of the context."""
        health = self.env["connector.health"].sudo()
        backend = self._get_backend() if self.backend_model else None
        for found in health._find_conditions(backend):
            if found.identity == self._identity():
                return found
        return Condition(
            self.kind,
            self.severity,
            *self._identity(),
            text=self.text,
            since=self.since,
            count=self.count,
            fix=self.fix or "",
            code=self.code or None,
        )

    def _schedule_activity(
        self, backend: models.BaseModel, user: models.BaseModel, subject: str, body: str
    ) -> None:
        """Create the activity of a new alert, if the backend can have one."""
        if "activity_ids" not in backend._fields:
            return
        activity = backend.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=subject,
            note=Markup("%s") % body,
            user_id=user.id,
        )
        if activity:
            self.activity_list = [*(self.activity_list or ()), *activity.ids]

    def _finish_activities(self, is_silent: bool = False) -> None:
        """Set the activities to done; delete them if a person ignored the errors."""
        ids = self.activity_list or []
        activities = self.env["mail.activity"].browse(ids).exists()
        if is_silent:
            activities.unlink()
        elif activities:
            activities.action_feedback(feedback=self._recovered_subject())

    def _notify_recovery(self) -> None:
        for user in self.user_ids.filtered("active"):
            alert = self._for_user(user)
            subject = alert._recovered_subject()
            rows = [(self.env._("Began"), alert._format_time(self.since))]
            body = alert._layout(subject, rows)
            alert._send_mail(user, subject, body)

    def _send_mail(self, user: models.BaseModel, subject: str, body: Markup) -> None:
        """Send a mail to a user after the commit, or a message in Odoo."""
        if not user.partner_id.email:
            self.env["mail.thread"].message_notify(
                partner_ids=user.partner_id.ids,
                subject=subject,
                body=Markup("%s") % body,
            )
            return
        mail = self.env["mail.mail"].create(
            {
                "subject": subject,
                "body_html": body,
                "recipient_ids": [fields.Command.link(user.partner_id.id)],
                "auto_delete": True,
            }
        )
        mail.send_after_commit()

    # -- texts ----------------------------------------------------------------

    def _subject(self, condition: Condition) -> str:
        return self.env._(
            "%(backend)s: %(problem)s since %(time)s",
            backend=self._title(),
            problem=condition.text.rstrip(". "),
            time=self._format_time(condition.since or self.since),
        )

    def _recovered_subject(self) -> str:
        text = self._find_condition().text
        return self.env._(
            "%(backend)s works again since %(time)s: %(problem)s",
            backend=self._title(),
            problem=text.rstrip(". "),
            time=self._format_time(self.absent_since or fields.Datetime.now()),
        )

    def _title(self) -> str:
        return self.backend_name if self.backend_model else self.env._("Connectors")

    def _body(self, condition: Condition) -> Markup:
        rows = [
            (self.env._("Where"), self.backend_name),
            (self.env._("Since"), self._format_time(condition.since or self.since)),
        ]
        if condition.count > 1:
            rows.append((self.env._("How many"), str(condition.count)))
        if condition.fix:
            rows.append((self.env._("Suggested fix"), condition.fix))
        return self._layout(condition.text, rows, self._list_errors())

    def _layout(
        self, text: str, rows: list[tuple[str, Any]], errors: Markup | str = ""
    ) -> Markup:
        return BODY.format(
            text=text,
            rows=Markup("").join(ROW.format(*row) for row in rows),
            errors=errors,
            url=self._url(),
            link=self.env._("Open in Odoo"),
        )

    def _list_errors(self) -> Markup:
        """Return the newest errors of the condition, with reason and fix."""
        domain = self._errors_domain()
        if domain is None:
            return Markup("")
        domain.append(("state", "in", OPEN_STATES))
        errors = self.env["connector.sync.error"].search(domain, limit=_SHOWN_ERRORS)
        lines = []
        for error in errors:
            reason = (error.reason or "").strip()[:_MAX_REASON]
            name = error.record_name or error.external_id
            line = Markup("<strong>{}</strong>: {}").format(name, reason)
            fix = error.suggested_fix
            lines.append(
                Markup("<li>{}{}</li>").format(
                    line if name else reason,
                    Markup("<br/><em>{}</em>").format(fix) if fix else "",
                )
            )
        return (
            Markup("<ul>{}</ul>").format(Markup("").join(lines))
            if lines
            else Markup("")
        )

    def _url(self) -> str:
        base = self.get_base_url()
        if not self.backend_model:
            return f"{base}/odoo/action-connector.connector_sync_error_action"
        return f"{base}/odoo/{self.backend_model}/{self.backend_id}"

    def _format_time(self, time: datetime) -> str:
        """Return a time in the zone of the context; of today, without the date."""
        local = fields.Datetime.context_timestamp(self, time)
        today = fields.Datetime.context_timestamp(self, fields.Datetime.now())
        if local.date() == today.date():
            return format_time(self.env, local.time(), time_format="short")
        return format_datetime(self.env, time, dt_format="short")
