# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from typing import Any

from odoo import api, fields, models

#: the states that a person gives a backend that is to be synchronized
ACTIVE_STATES = ("checked", "production")


class ConnectorBackendMixin(models.AbstractModel):
    """Pause a backend in a copy of the database in which it was activated.

    A copy has the address, the key and the waiting jobs of the original, and would
    write to the same external system. ``odoo neutralize`` takes care of that; a plain
    copy, by ``pg_dump`` or ``createdb -T``, keeps everything, even the UUID of the
    database. So the backend remembers UUID and name of the database in which a person
    checked or started it, and is paused in any other.
    """

    _inherit = "connector.backend.mixin"

    activated_uuid = fields.Char(readonly=True, copy=False)
    activated_database = fields.Char(
        string="Activated in database",
        readonly=True,
        copy=False,
        help="In any other database, a copy of this one, nothing is synchronized",
    )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_database(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._with_database(vals))

    @api.model
    def _with_database(self, vals: dict[str, Any]) -> dict[str, Any]:
        """Return the values and, where they activate a backend, this database."""
        if vals.get("state") not in ACTIVE_STATES:
            return vals
        uuid, database = self._identify_database()
        return {**vals, "activated_uuid": uuid, "activated_database": database}

    @api.model
    def _identify_database(self) -> tuple[str, str]:
        """Return the UUID and the name of the database."""
        parameters = self.env["ir.config_parameter"].sudo()
        return parameters.get_param("database.uuid") or "", self.env.cr.dbname

    def _find_reason_to_pause(self) -> str | None:
        """Return also that the backend was activated in another database."""
        return super()._find_reason_to_pause() or self._find_other_database()

    @api.model
    def _fields_to_pause_by(self) -> list[str]:
        return [
            *super()._fields_to_pause_by(),
            "activated_uuid",
            "activated_database",
        ]

    def _find_other_database(self) -> str | None:
        """Return why the backend is off if it was activated in another database."""
        activated = (self.activated_uuid or "", self.activated_database)
        if not self.activated_database or activated == self._identify_database():
            return None
        return self.env._(
            "%(backend)s was activated in the database %(original)s, and this is "
            "%(database)s, a copy or a renamed one: nothing is synchronized, so that "
            "two databases do not write to the same system. If this database is to be "
            "synchronized, reset the backend to draft, test the connection and start "
            "the schedule.",
            backend=self.display_name,
            original=self.activated_database,
            database=self.env.cr.dbname,
        )
