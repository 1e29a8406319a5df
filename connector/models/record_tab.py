# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The entries of the Connectors tab of a record: one for each of its bindings.

A user who may read the record and its bindings sees them. The errors and the history,
which only operators may read otherwise, are limited to the record and to the fields
that the user may read.
"""

from __future__ import annotations

from typing import Any

from odoo import api, models
from odoo.tools import format_datetime

from ..binding_models import find_bindings
from ..binding_status import find_findings
from .access import OPERATOR

#: synchronizations that the tab lists
SHOWN_CHANGES = 5
#: fields of each that it lists
SHOWN_FIELDS = 6
_MAX_VALUE = 200


class ConnectorRecordTab(models.AbstractModel):
    _name = "connector.record.tab"
    _description = "Connectors Tab"

    @api.model
    def get_tab(self, res_model: str, res_id: int) -> list[dict[str, Any]]:
        """Return the entries of a record, sorted by the name of the backend.

        :raise odoo.exceptions.AccessError: the user may not read the record
        """
        record = self.env[res_model].with_context(active_test=False).browse(res_id)
        record = record.exists()
        record.check_access("read")
        entries = [
            self._entry_of(binding)
            for bindings in (find_bindings(record) if record else ())
            for binding in bindings
        ]
        return sorted(entries, key=lambda entry: entry["backend"])

    def _entry_of(self, binding: models.BaseModel) -> dict[str, Any]:
        row = self.env["connector.bound.record"]._find_row(binding).sudo()
        (bound,) = row._as_bound()
        findings = find_findings(self.env, [bound])[bound.key]
        labels = dict(row._fields["status"]._description_selection(self.env))
        backend = binding.backend_id.sudo()
        is_mixin = "unconfirmed_fields" in binding._fields
        entry = {
            "model": binding._name,
            "id": binding.id,
            "row_id": row.id,
            "backend": backend.display_name,
            "external_id": bound.external_id or "",
            "url": is_mixin and binding._find_external_url() or "",
            "status": findings.status,
            "status_label": labels[findings.status],
            "synchronized_at": self._format(binding.sync_date),
            "waiting_fields": (is_mixin and binding.unconfirmed_fields) or "",
            "has_jobs": findings.has_jobs,
            "has_conflict": findings.has_conflict,
            "notice": self._find_notice(binding, backend),
            "error": self._error(findings.error_id),
            "history": self._history(binding),
            "may_see_history": self.env["connector.bound.record"].has_access("read"),
        }
        return {**entry, **(self._rights(binding) if is_mixin else {})}

    def _rights(self, binding: models.BaseModel) -> dict[str, bool]:
        may = binding._may_synchronize()
        return {
            "can_update": may and bool(binding.external_id) and binding._can_update(),
            "can_push": may and binding._can_push(),
            "can_decide": binding._may_decide(),
            "can_retry": self.env.user.has_group(OPERATOR),
            "can_unbind": binding.has_access("unlink"),
            "can_accept": bool(binding.external_created_at)
            and binding.has_access("write"),
        }

    def _find_notice(self, binding: models.BaseModel, backend: models.BaseModel) -> str:
        """Return why the record is not synchronized now, empty if it is."""
        is_mixin = "unconfirmed_fields" in binding._fields
        reason = is_mixin and binding.sudo()._find_reason_to_stop()
        return reason or backend._find_reason_to_pause() or ""

    def _error(self, error_id: int) -> dict[str, Any] | None:
        error = self.env["connector.sync.error"].sudo().browse(error_id).exists()
        if not error:
            return None
        return {
            "id": error.id,
            "reason": error.reason or "",
            "fix": ("suggested_fix" in error and error.suggested_fix) or "",
            "since": self._format(error.first_seen),
            "attempts": error.attempts,
        }

    # -- history ------------------------------------------------------------------

    def _history(self, binding: models.BaseModel) -> list[dict[str, Any]]:
        """Return the last synchronizations of a binding, the newest first."""
        changes = self.env["connector.sync.change"].sudo()
        row = self.env["connector.bound.record"]._find_row(binding).sudo()
        found = changes.search(row._domain_of_history(), limit=SHOWN_CHANGES)
        directions, outcomes, triggers = (
            dict(changes._fields[name]._description_selection(self.env))
            for name in ("direction", "outcome", "trigger")
        )
        return [
            {
                "id": change.id,
                "at": self._format(change.at),
                "direction": directions.get(change.direction, change.direction),
                "outcome": outcomes.get(change.outcome, change.outcome),
                "by": change.user_id.display_name or triggers.get(change.trigger, ""),
                "changes": self._readable_changes(binding, change.changes),
                "reason": change.reason or "",
            }
            for change in found
        ]

    def _readable_changes(
        self, binding: models.BaseModel, changes: dict[str, Any] | None
    ) -> list[dict[str, str]]:
        """Return the changed fields with labels, as far as the user may read them."""
        found: list[dict[str, str]] = []
        for name, (old, new) in (changes or {}).items():
            field = binding._fields.get(name)
            if field and not binding._has_field_access(field, "read"):
                continue
            label = field._description_string(self.env) if field else name
            found.append({"label": label, "old": _text(old), "new": _text(new)})
        if len(found) > SHOWN_FIELDS:
            more = self.env._("%s more fields", len(found) - SHOWN_FIELDS)
            found[SHOWN_FIELDS:] = [{"label": more, "old": "", "new": "…"}]
        return found

    def _format(self, value: Any) -> str:
        return format_datetime(self.env, value, dt_format="short") if value else ""


def _text(value: Any) -> str:
    text = "" if value is None or value is False else str(value)
    return text if len(text) <= _MAX_VALUE else f"{text[: _MAX_VALUE - 1]}…"
