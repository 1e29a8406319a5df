# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The question whether to remove many records locally that were deleted remotely.

::

    search ── too many ──► question: which records, and how many of how many
                             ├─ Archive 2 tags ──► a job removes exactly these, each
                             │                     if it is still missing by then
                             └─ Keep them ───────► the bindings are marked

A *kept* record stays bound, so that nothing is duplicated if it is restored remotely.
Until then it is not exported, no search counts it, and no import removes it. Once the
backend has it again, the mark is removed and the edits that waited are exported.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.component.core import WorkContext

from ..outcome import Outcome
from ..wording import count_records
from .binding_checks import own_or_generic

DELETION_ACTIVITY = "connector.mail_activity_type_deletion"
#: records that the question names
SHOWN_NAMES = 10


class ConnectorBindingMixin(models.AbstractModel):
    """Binding that may be kept although the external record was deleted."""

    _inherit = "connector.binding.mixin"

    is_deleted_remotely = fields.Boolean(
        string="Deleted in the backend",
        readonly=True,
        copy=False,
        help="The external record was deleted, and a user decided to keep this one",
    )

    def _describe_kept(self) -> str:
        """Return why a kept record is not exported."""
        return self.env._(
            "%(record)s was deleted in %(backend)s and is kept: its changes are "
            "exported once it exists there again.",
            record=self.display_name,
            backend=self.backend_id.sudo().display_name,
        )

    def _note_returned(self) -> None:
        """Remove the mark of records that the backend has again; export their edits."""
        returned = self.filtered("is_deleted_remotely")
        if returned:
            returned.with_context(connector_no_export=True).write(
                {"is_deleted_remotely": False}
            )
            self.env["connector.unconfirmed.field"].sudo()._delay_exports(returned)


class ConnectorSyncRun(models.Model):
    """Run that asks whether to remove records."""

    _inherit = "connector.sync.run"

    question_binding_ids = fields.Json(
        readonly=True, help="Bindings of the records about which it asks"
    )
    question_bound_count = fields.Integer(
        readonly=True, help="The number of bound records among which they are"
    )
    question_activity_id = fields.Many2one(
        "mail.activity", readonly=True, ondelete="set null", index="btree_not_null"
    )

    # -- ask ----------------------------------------------------------------------

    def _ask(
        self, question: str, binding_ids: Iterable[int] = (), bound_count: int = 0
    ) -> None:
        """Ask a user to decide: on the run, and by an activity on the backend."""
        self.write(
            {
                "question": question,
                "question_binding_ids": list(binding_ids),
                "question_bound_count": bound_count,
            }
        )
        backend = self._get_backend()
        if "activity_ids" not in backend._fields or self.question_activity_id:
            return
        names = Markup("").join(
            Markup("<li>%s</li>") % each["name"] for each in self._name_records()
        )
        self.question_activity_id = backend.activity_schedule(
            DELETION_ACTIVITY,
            summary=self.display_name,
            note=Markup('<p>%s</p><ul>%s</ul><p><a href="%s">%s</a></p>')
            % (
                question,
                names,
                f"/odoo/action-connector.connector_sync_run_action/{self.id}",
                self.env._("Decide"),
            ),
            user_id=backend._find_responsible().id,
        )

    def _find_questions(self) -> models.BaseModel:
        """Return older runs of the same model and backend that wait for a decision."""
        return self.search(
            self._domain_of_subject()
            + [("question", "!=", False), ("id", "<", self.id)]
        )

    def _find_asked(self) -> models.BaseModel:
        """Return the existing bindings about which the run asks."""
        if self.model_name not in self.env:
            return self.env["external.binding"]
        model = self.env[self.model_name].with_context(active_test=False)
        return model.browse(self.question_binding_ids or []).exists()

    def _name_records(self) -> list[dict[str, Any]]:
        """Return the name, the model and the id of the first of the records."""
        found = []
        for binding in self._find_asked()[:SHOWN_NAMES]:
            record = binding.sudo().odoo_id
            found.append(
                {"name": record.display_name, "model": record._name, "id": record.id}
            )
        return found

    def unlink(self):
        """Delete the runs and the activities of their questions."""
        activities = self.sudo().question_activity_id
        deleted = super().unlink()
        activities.exists().unlink()
        return deleted

    # -- the screen ---------------------------------------------------------------

    def get_question(self) -> dict[str, Any]:
        """Return the question, the records and the labels of the buttons."""
        self.ensure_one()
        self.check_access("read")
        if not self.question or self.model_name not in self.env:
            return {"text": self.question or "", "names": [], "count": 0}
        bindings = self._find_asked()
        return {
            "text": self.question,
            "names": self._name_records(),
            "count": len(bindings),
            "remove": self._label_removal(len(bindings)),
            "can_decide": self.env.user.has_group("connector.group_connector_operator"),
        }

    def _label_removal(self, count: int) -> str:
        """Return the label of the removal by the policy: *Archive 2 partner tags*."""
        model = self.env[self.model_name]
        what = count_records(model, count)
        labels = {
            "archive": self.env._("Archive %s", what),
            "delete": self.env._("Delete %s", what),
            "unbind": self.env._("Unbind %s", what),
        }
        return labels.get(self._find_policy(), self.env._("Remove %s", what))

    def _find_policy(self) -> str:
        """Return the importer's policy for records that were deleted remotely."""
        # without work_on(): to show a label must not connect
        work = WorkContext(self.model_name, self._get_backend().sudo())
        return own_or_generic(work, "removed.records.finder").policy

    def action_open_question_records(self) -> dict:
        """Open the list of the records about which the run asks."""
        self.ensure_one()
        self.check_access("read")
        rows = self.env["connector.bound.record"]
        bindings = self._find_asked()
        return self._open_list(
            self.env._("Deleted remotely: %s", self.display_name),
            rows._name,
            [("id", "in", [rows._find_row(binding).id for binding in bindings])],
            views=[(False, "list"), (False, "kanban")],
            view_mode="list,kanban",
        )

    # -- answer -------------------------------------------------------------------

    def _begin_decision(self) -> models.BaseModel:
        """Check that the user may decide; return the backend for the jobs.

        :raise UserError: the run needs no decision
        """
        self.ensure_one()
        self.check_access("read")
        self.env["connector.access"]._check_is_operator()
        if not self.sudo().try_lock_for_update() or not self.question:
            raise UserError(self.env._("%s needs no decision.", self.display_name))
        if self.model_name not in self.env or self.backend_model not in self.env:
            raise UserError(
                self.env._(
                    "The connector of %s is not installed: delete the run.",
                    self.display_name,
                )
            )
        return self._get_backend()._for_decisions()

    def _end_question(self) -> None:
        """End the question and its activity."""
        run = self.sudo()
        run.question_activity_id.unlink()
        run.write({"question": False, "question_binding_ids": False})

    def action_confirm_removal(self) -> bool:
        """Remove the records that were named, by jobs that look once more."""
        backend = self._begin_decision()
        backend._check_is_on()
        run, ids = self.sudo(), self.question_binding_ids
        if ids is None or ids is False:  # asked before the records were kept
            run._end_question()
            run._delay_import_removed(backend, confirmed=True)
            return True
        bindings = self.with_env(backend.env)._find_asked()
        run._end_question()
        run._set_found(len(bindings))
        with backend.work_on(self.model_name) as work:
            own_or_generic(work, "removed.records.finder")._remove(bindings, run)
        return True

    def action_keep_deleted(self) -> bool:
        """Keep the records that were named; they are not asked about again."""
        self._begin_decision()
        run = self.sudo()
        bindings = run._find_asked()
        bindings.with_context(connector_no_export=True).write(
            {"is_deleted_remotely": True}
        )
        run._end_question()
        run._set_found(len(bindings))
        run._note_outcome(
            {Outcome.SKIPPED: len(bindings)},
            time.time(),
            {Outcome.SKIPPED: bindings.ids},
        )
        self._note_kept(bindings)
        return True

    def _note_kept(self, bindings: models.BaseModel) -> None:
        """Add the decision to the history of the records."""
        reason = self.env._(
            "Deleted in %(backend)s; kept by %(user)s",
            backend=self.backend_name,
            user=self.env.user.name,
        )
        rows = [
            {
                "model_name": binding._name,
                "binding_id": binding.id,
                "res_model": binding.odoo_id._name,
                "res_id": binding.odoo_id.id,
                "external_id": binding.external_id,
                "record_name": binding.odoo_id.display_name,
                "direction": "removal",
                "outcome": Outcome.SKIPPED.value,
                "reason": reason,
            }
            for binding in bindings
        ]
        changes = self.env["connector.sync.change"].sudo()
        common = changes._common_values(
            self._get_backend(), run_id=self.id, trigger="user"
        )
        changes._append(rows, common)
