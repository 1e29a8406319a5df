# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The backend: an external system, and the collection of its components.

``connector.backend`` is the base of all backend models. ``connector.backend.mixin``
adds what a backend that is operated by users needs:

==========================  ========================================================
``backend.py``              its states, why it is off, the context of its jobs
``backend_connection.py``   test the connection, and react to refused access
``backend_switch.py``       pause and resume; wake jobs and edits
``backend_schedule.py``     due imports and deletion checks, and their failures
``backend_sync.py``         start imports, exports, dry runs and deletion checks
``backend_user.py``         as which user it is synchronized
``backend_secrets.py``      its keys and passwords
``backend_pause.py``        jobs wait while the backend asks for it
``deletion.py``             rows that are deleted with it
==========================  ========================================================

::

    draft ──Test connection──► checked ──Activate──► production ◄──► paused
      ▲                                                  │
      └────────── reset, or another server ──────────────┘

**Why it is off.** ``_find_reason_to_pause`` is the one question that jobs, listeners,
webhooks and schedules ask. A backend is off while it is archived, a draft or paused,
and in a copy of the database in which it was activated. A copy has the address, the key
and the waiting jobs of the original, and would write to the same external system.
``odoo neutralize`` handles that; a plain copy, by ``pg_dump`` or ``createdb -T``, keeps
all of it, even the UUID of the database. So a backend stores UUID and name of the
database in which it is activated.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from typing import Any

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError

from ..components.session import Session
from ..jobs.lifecycle import as_own_user

#: the language of untranslated texts in Odoo
SOURCE_LANGUAGE = "en_US"
#: context keys of the user who delayed a job, which would change its result
FOREIGN_KEYS = ("lang", "tz", "active_test", "force_company")
PAUSED = "paused"


class ConnectorBackend(models.AbstractModel):
    """An external system: the collection of its components."""

    _name = "connector.backend"
    _inherit = ["collection.base", "connector.access"]
    _description = "Connector Backend"

    #: whether jobs run in a context of the backend, not of the user who delayed them
    _has_own_context = False
    #: whether the backend has the states and the schedule of the mixin
    _has_states = False

    @api.private
    @contextmanager
    def work_on(self, model_name, **kwargs):
        """Enter a work context; its session is closed when the block ends."""
        with super().work_on(model_name, **kwargs) as work, Session.of(work):
            yield work

    def _find_reason_to_pause(self) -> str | None:
        """Return why nothing may be sent to or fetched from the backend now.

        None while it is on, as a backend without states always is. While there is a
        reason, jobs wait, and listeners store the changed fields instead of delaying
        jobs.
        """
        return None

    def _find_responsible(self) -> models.BaseModel:
        """Return the user who is notified of problems of the backend."""
        for user in (self.write_uid, self.create_uid):
            if user.id != SUPERUSER_ID and user.active and user._is_internal():
                return user
        return (
            self.env.ref("base.user_admin", raise_if_not_found=False) or self.env.user
        )

    def _for_decisions(self) -> models.BaseModel:
        """Return the backend as the user who carries out a decision of this user.

        Managers act with their rights. The decision of an operator is carried out as
        the user of the backend, who may write the records.

        :raise odoo.exceptions.AccessError: the user may not read the backend
        :raise UserError: the backend has no user who can do it
        """
        if self.has_access("write"):
            return self
        self.check_access("read")
        if "user_id" not in self._fields:
            self.check_access("write")
        if problem := self.sudo()._find_user_problem():
            raise UserError(problem)
        return as_own_user(self)

    def _is_archived(self) -> bool:
        """Return whether the backend is archived, if its model has that."""
        return "active" in self._fields and not self.active

    def _check_is_on(self) -> None:
        """Raise a UserError with the reason if one of the backends is off."""
        for backend in self:
            if reason := backend.sudo()._find_reason_to_pause():
                raise UserError(reason)

    def _get_own_context(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """Return the context in which the jobs of the backend run."""
        return dict(context)


class ConnectorBackendMixin(models.AbstractModel):
    """Backend with states, buttons and a schedule.

    The model says by ``_imported_models`` and ``_exported_models`` what is
    synchronized, and by ``_check_connection`` how the connection is tested.
    """

    _name = "connector.backend.mixin"
    _inherit = ["connector.backend", "connector.backend.user"]
    _description = "Backend with states and schedule"

    _has_own_context = True
    _has_states = True

    state = fields.Selection(
        selection="_select_state",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        help="Only active backends are synchronized by the schedule.",
    )
    lang = fields.Selection(
        selection="_select_lang",
        string="Language",
        default=lambda self: self._default_lang(),
        help="Language in which translated texts are imported and exported",
    )
    pause_reason = fields.Char(
        readonly=True, copy=False, help="Why it was paused automatically"
    )
    state_before_pause = fields.Char(readonly=True, copy=False)
    reason_to_pause = fields.Char(
        compute="_compute_reason_to_pause", help="Why nothing is synchronized now"
    )
    activated_uuid = fields.Char(readonly=True, copy=False)
    activated_database = fields.Char(
        string="Activated in database",
        readonly=True,
        copy=False,
        help="In any other database, a copy of it, nothing is synchronized",
    )

    @api.model
    def _select_state(self) -> list[tuple[str, str]]:
        """Return the states of a backend in their order."""
        return [
            ("draft", self.env._("Draft")),
            ("checked", self.env._("Connected")),
            ("production", self.env._("Active")),
            ("paused", self.env._("Paused")),
        ]

    @api.model
    def _imported_models(self) -> list[str]:
        """Return the binding models to import, in the order of their dependencies."""
        return []

    @api.model
    def _exported_models(self) -> list[str]:
        """Return the binding models to export, in the order of their dependencies."""
        return []

    # -- why it is off ----------------------------------------------------------

    def _find_reason_to_pause(self) -> str | None:
        """Return why the backend is off: archived, draft, paused, or a copy."""
        self.ensure_one()
        if self._is_archived():
            return self.env._(
                "%s is archived, nothing is synchronized. Unarchive it first.",
                self.display_name,
            )
        if self.state == "draft":
            return self.env._(
                "%s is a draft, nothing is synchronized. Test the connection first.",
                self.display_name,
            )
        if self.state != PAUSED:
            return super()._find_reason_to_pause() or self._find_other_database()
        if not self.pause_reason:
            return self.env._(
                "%s is paused, nothing is synchronized. Resume it first.",
                self.display_name,
            )
        return self.env._(
            "%(backend)s was paused, nothing is synchronized: %(reason)s Correct this, "
            "then resume it.",
            backend=self.display_name,
            reason=self.pause_reason,
        )

    def _find_other_database(self) -> str | None:
        """Return the reason if the backend was activated in another database."""
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

    @api.model
    def _identify_database(self) -> tuple[str, str]:
        """Return the UUID and the name of the database."""
        parameters = self.env["ir.config_parameter"].sudo()
        return parameters.get_param("database.uuid") or "", self.env.cr.dbname

    @api.depends(lambda self: self._fields_to_pause_by())
    @api.depends_context("lang")
    def _compute_reason_to_pause(self):
        for backend in self:
            backend.reason_to_pause = backend._find_reason_to_pause()

    @api.model
    def _fields_to_pause_by(self) -> list[str]:
        """Return the fields that ``_find_reason_to_pause`` reads."""
        names = ["state", "pause_reason", "display_name"]
        names += ["activated_uuid", "activated_database"]
        return [*names, "active"] if "active" in self._fields else names

    # -- the context of its jobs ------------------------------------------------

    @api.model
    def _select_lang(self) -> list[tuple[str, str]]:
        """Return the installed languages."""
        return self.env["res.lang"].get_installed()

    @api.model
    def _default_lang(self) -> str:
        """Return English if it is installed, otherwise the language of the company."""
        installed = [code for code, __ in self._select_lang()]
        preferred = (SOURCE_LANGUAGE, self.env.company.partner_id.sudo().lang)
        return next((code for code in preferred if code in installed), installed[0])

    def _get_own_context(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """Return a context with the backend's language, and times in UTC.

        So a job reads, compares and writes the same texts for every user.
        """
        kept = {
            key: value
            for key, value in super()._get_own_context(context).items()
            if key not in FOREIGN_KEYS
            and not key.startswith(("default_", "search_default_"))
        }
        return {**kept, "lang": self.lang or SOURCE_LANGUAGE, "tz": "UTC"}
