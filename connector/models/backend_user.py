# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The user as whom a backend is synchronized where no user started it.

Scheduled and webhook imports have the rights, record rules and companies of this user.
Choosing one must give nobody rights: a user may choose only themselves, unless they
administrate access rights; and a user who changes the server of a backend becomes its
user, so that nobody can feed data into Odoo as somebody else.
"""

from __future__ import annotations

from typing import Any

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError

from ..jobs.lifecycle import as_own_user, company_of
from ..secret_input import secrets_of

#: the group whose members may choose any user
ADMINISTRATORS = "base.group_erp_manager"
#: models whose fields do not identify the external system
COMMON_MODELS = (
    "connector.backend.mixin",
    "connector.webhook.mixin",
    "mail.thread",
    "mail.activity.mixin",
)


class ConnectorBackendUser(models.AbstractModel):
    """Base of backends that are synchronized as a chosen user."""

    _name = "connector.backend.user"
    _description = "Backend With a User"

    user_id = fields.Many2one(
        "res.users",
        string="Synchronize as",
        default=lambda self: self._default_user(),
        domain=[("share", "=", False)],
        copy=False,
        ondelete="set null",
        help="Scheduled and webhook imports run as this user, with this user's rights. "
        "Only administrators of access rights may choose another user than "
        "themselves.",
    )

    @api.model
    def _default_user(self) -> models.BaseModel:
        """Return the current user, or the administrator instead of OdooBot."""
        user = self.env.user
        if user.id == SUPERUSER_ID:
            user = self.env.ref("base.user_admin", raise_if_not_found=False)
        return (
            user.filtered(lambda user: user.active and not user.share) if user else user
        )

    # -- which user may be chosen -----------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        backends = super().create(vals_list)
        backends._check_may_choose_user()
        return backends

    def write(self, vals):
        """Set the user to the current one if they change the server of the backend."""
        if self.env.su:
            return super().write(vals)
        before = self._read_connections()
        users = {backend: backend.sudo().user_id for backend in self}
        written = super().write(vals)
        for backend, connection in self._read_connections().items():
            if backend.sudo().user_id != users[backend]:
                backend._check_may_choose_user()
            elif connection != before[backend] and not backend._may_choose_user():
                backend.sudo().user_id = self.env.user
        return written

    def _may_choose_user(self) -> bool:
        """Return whether the current user may choose the user of the backend."""
        user = self.sudo().user_id
        return (
            self.env.su
            or not user
            or user == self.env.user
            or self.env.user.has_group(ADMINISTRATORS)
        )

    def _check_may_choose_user(self) -> None:
        """Raise an error if the current user may not choose the users of the backends.

        :raise odoo.exceptions.AccessError: naming the user and the group
        """
        for backend in self:
            if not backend._may_choose_user():
                raise AccessError(
                    self.env._(
                        "%(backend)s cannot be synchronized as %(user)s: you may "
                        "choose only yourself. Ask somebody of the group %(group)s to "
                        "choose another user.",
                        backend=backend.display_name,
                        user=backend.sudo().user_id.name,
                        group=self.env.ref(ADMINISTRATORS).sudo().full_name,
                    )
                )

    @api.model
    def _connection_fields(self) -> list[str]:
        """Return the fields that identify the external system and the remote login.

        By default, all stored or related texts of the backend model except its name,
        and the fields that its secrets are bound to.
        """
        common = {
            name
            for model_name in COMMON_MODELS
            for name in self.env[model_name]._fields
        } | {"name", "display_name", self._rec_name}
        texts = {
            name
            for name, field in self._fields.items()
            if field.type in ("char", "text")
            and (field.store or field.related)
            and name not in common
        }
        bound_to = {name for secret in secrets_of(self) for name in secret.bound_to}
        return sorted(texts | bound_to)

    def _read_connections(self) -> dict[models.BaseModel, dict[str, Any]]:
        names = self._connection_fields()
        return {
            backend: {name: backend.sudo()[name] for name in names} for backend in self
        }

    # -- whether it works -----------------------------------------------------

    def _find_user_problem(self) -> str | None:
        """Return why the backend cannot be synchronized as its user, None if it can."""
        self.ensure_one()
        user = self.sudo().user_id
        company = company_of(self.sudo())
        values = {"user": user.name, "backend": self.display_name}
        if not user or user.id == SUPERUSER_ID:
            return self.env._(
                "%(backend)s needs a user under “Synchronize as”.", **values
            )
        if not user.active:
            return self.env._(
                "%(user)s, as whom %(backend)s is synchronized, is archived. Choose "
                "another user under “Synchronize as”.",
                **values,
            )
        if user.share:
            return self.env._(
                "%(user)s, as whom %(backend)s is to be synchronized, is not an "
                "internal user. Choose another one under “Synchronize as”.",
                **values,
            )
        if company and company not in user.company_ids:
            return self.env._(
                "%(user)s, as whom %(backend)s is synchronized, may not work in "
                "%(company)s. Allow that company to this user, or choose another one "
                "under “Synchronize as”.",
                company=company.name,
                **values,
            )
        if not as_own_user(self).has_access("write"):
            group = self.env.ref("connector.group_connector_manager").sudo()
            return self.env._(
                "%(user)s, as whom %(backend)s is to be synchronized, has no right on "
                "it. Give this user the group %(group)s, or choose another one under "
                "“Synchronize as”.",
                group=group.full_name,
                **values,
            )
        return None
