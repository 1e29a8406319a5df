# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Changes of the settings of a backend, in its chatter.

A backend model that inherits ``mail.thread`` tracks every setting without declaring it:
each stored field that a user can edit, and the state. Of a secret, the chatter says
that it was changed, and never its value.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from odoo import api, models
from odoo.fields import NO_ACCESS
from odoo.tools import ormcache, plaintext2html

from ..secret_input import secrets_of

#: types of which the chatter can show the old and the new value
TRACKED_TYPES = frozenset(
    (
        "boolean",
        "char",
        "date",
        "datetime",
        "float",
        "integer",
        "many2many",
        "many2one",
        "monetary",
        "selection",
        "text",
    )
)
#: set by the schedule, or by other fields of the same write
_NOT_SETTINGS = ("next_import_at", "next_removal_at")


class ConnectorBackendMixin(models.AbstractModel):
    """Backend whose settings are tracked."""

    _inherit = "connector.backend.mixin"

    @ormcache("self.env.uid", "self.env.su")
    def _track_get_fields(self):
        """Return the fields that the model tracks, and all its settings."""
        tracked = getattr(super(), "_track_get_fields", set)() or set()
        settings = set(self._find_settings()) - tracked
        return tracked | set(self.fields_get(settings, attributes=()))

    @api.model
    def _find_settings(self) -> Iterator[str]:
        """Yield the settings: stored fields that a user can edit, and the state."""
        mail = {
            name
            for model_name in ("mail.thread", "mail.activity.mixin")
            for name in self.env[model_name]._fields
        }
        for name, field in self._fields.items():
            is_setting = name == "state" or not (field.readonly or name in mail)
            if (
                is_setting
                and field.store
                and field.type in TRACKED_TYPES
                and field.groups != NO_ACCESS
                and name not in _NOT_SETTINGS
            ):
                yield name

    def write(self, vals):
        """Log in the chatter which secrets the write changes."""
        labels = {
            name: label for name, label in self._label_secrets().items() if name in vals
        }
        if not labels or not hasattr(self, "_message_log"):
            return super().write(vals)
        before = self._read_secrets(labels)
        written = super().write(vals)
        for backend, values in self._read_secrets(labels).items():
            changed = {
                labels[name]: (before[backend][name], value)
                for name, value in values.items()
                if value != before[backend][name]
            }
            if changed:
                backend._log_changed_secrets(changed)
        return written

    @api.model
    def _label_secrets(self) -> dict[str, str]:
        """Return ``{field of a secret: its name on the form}``."""
        inputs = {secret.secret_field: secret.input_name for secret in secrets_of(self)}
        if "webhook_token" in self._fields:
            inputs["webhook_token"] = "new_webhook_secret"
        return {
            name: self._fields[shown]._description_string(self.env)
            for name, shown in inputs.items()
        }

    def _read_secrets(self, names: Any) -> dict[models.BaseModel, dict[str, Any]]:
        return {
            backend: {name: backend.sudo()[name] for name in names} for backend in self
        }

    def _log_changed_secrets(self, changed: dict[str, tuple]) -> None:
        """Log that secrets were set, changed or removed, and not their values."""
        for label, (old, new) in changed.items():
            if not new:
                text = self.env._("%s: removed", label)
            elif old:
                text = self.env._("%s: changed", label)
            else:
                text = self.env._("%s: set", label)
            self._message_log(body=plaintext2html(text))
