# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A backend forgets a secret when it becomes another server; see ``secret_input.py``.

The fields that identify the server are compared before and after each write, so that it
makes no difference whether they are written or computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from odoo import models

from ..secret_input import Secret, is_given, secrets_of
from ..servers import identify


class ConnectorBackend(models.AbstractModel):
    """Forget the secrets of a backend that becomes another server."""

    _inherit = "connector.backend"

    def write(self, vals):
        """Forget the secrets of servers that the write replaces."""
        before = self._identify_servers()
        result = super().write(vals)
        if before:
            self._forget_secrets(before, vals)
        return result

    def _identify_servers(self) -> dict[tuple[int, str], tuple]:
        """Return ``{(backend id, secret's input): the server it is for}``."""
        return {
            (backend.id, secret.input_name): backend._identify_server(secret)
            for secret in secrets_of(self)
            for backend in self.sudo()
        }

    def _identify_server(self, secret: Secret) -> tuple:
        return tuple(identify(self[name]) for name in secret.bound_to)

    def _forget_secrets(
        self, before: Mapping[tuple[int, str], tuple], vals: Mapping[str, Any]
    ) -> None:
        moved = self.sudo().browse()
        for secret in secrets_of(self):
            changed = self.sudo().filtered(
                lambda backend, secret=secret: (
                    backend._identify_server(secret)
                    != before[backend.id, secret.input_name]
                )
            )
            moved |= changed
            is_new = is_given(vals.get(secret.input_name)) or vals.get(
                secret.secret_field
            )
            if not is_new:
                forgotten = changed.filtered(secret.secret_field)
                forgotten.write({secret.secret_field: False})
        if moved:
            moved._handle_moved_server()

    def _handle_moved_server(self) -> None:
        """React to backends that have become other servers; extend it."""

    # -- the form -------------------------------------------------------------

    def _has_onchange(self, field, other_fields):
        return super()._has_onchange(field, other_fields) or any(
            field.name in secret.bound_to for secret in secrets_of(self)
        )

    def _apply_onchange_methods(self, field_name, result):
        """Empty the input of a secret in the form when the server changes."""
        applied = super()._apply_onchange_methods(field_name, result)
        origin = self._origin.sudo()
        for secret in secrets_of(self):
            if field_name not in secret.bound_to or not origin[secret.secret_field]:
                continue
            if self._identify_server(secret) == origin._identify_server(secret):
                continue
            if not is_given(self[secret.input_name]):
                self[secret.input_name] = False
                result["warnings"].add(
                    (
                        self.env._(
                            "Enter it again: %s",
                            self._fields[secret.input_name]._description_string(
                                self.env
                            ),
                        ),
                        self.env._("It was given for another server."),
                        "notification",
                    )
                )
        return applied


class ConnectorBackendMixin(models.AbstractModel):
    _inherit = "connector.backend.mixin"

    def _handle_moved_server(self) -> None:
        """Return to draft, until the connection to the new server is tested."""
        checked = self.filtered(lambda backend: backend.state != "draft")
        checked.write({"state": "draft"})
        return super()._handle_moved_server()
