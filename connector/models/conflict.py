# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A record that both sides changed: show both versions, and apply a choice.

::

    get_conflict ──► import in a savepoint, rolled back ──► the differences, a version
    decide_conflict(choices, version) ──► import that writes the remote choices
                                     └──► job that exports the local ones

Both read the remote record. If a side has changed since the user looked, nothing is
applied and the user sees the new differences. Operators may decide, and users who may
write the record. The import runs as the user of the backend, as its jobs do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from odoo import models
from odoo.exceptions import UserError

from ..components.importer.dry_run import ImportRecorder, rolled_back
from ..components.session import Session
from ..components.two_way.conflict import (
    CONFLICT_ACTION,
    CONFLICT_ACTIVITY,
    conflict_address,
)
from ..components.two_way.decision import LOCAL, REMOTE, Decision, Difference
from ..components.two_way.unconfirmed import KEEP_UNCONFIRMED
from ..jobs.lifecycle import as_own_user, in_own_company
from .access import OPERATOR


class ConnectorBindingMixin(models.AbstractModel):
    _inherit = "connector.binding.mixin"

    # -- buttons ------------------------------------------------------------------

    def button_decide(self) -> dict:
        """Open both versions of the record."""
        self.ensure_one()
        self._check_may_decide()
        return {
            "type": "ir.actions.client",
            "tag": CONFLICT_ACTION,
            "name": self.env._("Choose a version of %s", self.display_name),
            "target": "new",
            "params": {"binding_model": self._name, "binding_id": self.id},
        }

    def get_conflict(self) -> dict[str, Any]:
        """Return the fields that differ between both sides, as the user reads them.

        :raise UserError: the remote record cannot be read, or does not exist any more
        """
        self.ensure_one()
        self._check_may_decide()
        decision = Decision(self.env, self)
        with rolled_back(self.env.cr):
            self._import_with(decision)
        return self._describe_conflict(decision)

    def decide_conflict(
        self, choices: Mapping[str, str], version: str
    ) -> dict[str, Any]:
        """Apply the choice of a version for each field.

        Return ``{"is_applied": True}``, or the new differences if a side has changed.

        :param choices: ``{field: "local" or "remote"}``
        :param version: of the differences, from ``get_conflict``
        """
        self.ensure_one()
        self._check_may_decide()
        if unknown := set(choices.values()) - {LOCAL, REMOTE}:
            raise ValueError(f"Expected local or remote for each field, got {unknown}.")
        decision = Decision(self.env, self, choices, version)
        self._import_with(decision)
        if decision.is_outdated:
            return {**self._describe_conflict(decision), "is_outdated": True}
        missing = decision.missing_choices
        if missing:
            raise UserError(
                self.env._("Choose a version for each field: %s.", ", ".join(missing))
            )
        self._post_decision(decision.differences, choices)
        return {"is_applied": True}

    # -- the import ---------------------------------------------------------------

    def _import_with(self, decision: Decision) -> None:
        """Import the record with a decision.

        :raise UserError: naming why it cannot be imported
        """
        backend = self._backend_to_decide()
        backend._check_is_on()
        model = self.with_env(backend.env).browse()
        try:
            with backend.work_on(self._name) as work:
                session = Session.of(work)
                session.decision = decision
                if not decision.is_applied:
                    session.recorder = ImportRecorder()  # takes no locks
                importer = work.component(usage="record.importer")
                outcome = importer.import_many([self.external_id], True)
                (item,) = outcome.items
                error = item.error
                if not error and decision.is_applied and not decision.is_outdated:
                    model._resolve_errors_of_imports(
                        backend, importer, [self.external_id]
                    )
        except UserError:
            raise
        except Exception as raised:
            raise self._cannot_compare(raised) from raised
        if error:
            raise self._cannot_compare(error) from error
        if item.external_record is None:
            raise UserError(
                self.env._(
                    "%(record)s does not exist in %(backend)s any more: there is no "
                    "version to choose. Unbind the record, or process the deletions "
                    "of the backend.",
                    record=self.display_name,
                    backend=backend.display_name,
                )
            )

    def _backend_to_decide(self) -> models.BaseModel:
        """Return the backend in the environment of its jobs."""
        backend = in_own_company(self.backend_id.sudo())
        if "user_id" in backend._fields and backend.user_id:
            backend = as_own_user(backend)
        context = backend._get_own_context(backend.env.context)
        # replaced, not extended: keys of the user must not change the values
        return backend.with_context(  # pylint: disable=context-overridden
            {**context, KEEP_UNCONFIRMED: True}
        )

    def _cannot_compare(self, error: Exception) -> UserError:
        return UserError(
            self.env._(
                "%(record)s cannot be compared with %(backend)s: %(error)s",
                record=self.display_name,
                backend=self.backend_id.sudo().display_name,
                error=error,
            )
        )

    def _describe_conflict(self, decision: Decision) -> dict[str, Any]:
        return {
            "record": self.display_name,
            "backend": self.backend_id.sudo().display_name,
            "external_id": self.external_id,
            "url": self._find_external_url() or "",
            "fields": [each._asdict() for each in decision.differences],
            "version": decision.version,
            "res_model": self._fields["odoo_id"].comodel_name,
            "res_id": self.sudo().odoo_id.id,
        }

    # -- rights -------------------------------------------------------------------

    def _may_decide(self) -> bool:
        """Return whether the user may choose versions of the records."""
        if not self.has_access("read"):
            return False
        record = self.odoo_id
        return self.env.user.has_group(OPERATOR) or record.has_access("write")

    def _check_may_decide(self) -> None:
        """Raise an error unless the user is an operator or may write the record."""
        self.check_access("read")
        if not self._may_decide():
            self.odoo_id.check_access("write")

    # -- afterwards ---------------------------------------------------------------

    def _post_decision(
        self, differences: list[Difference], choices: Mapping[str, str]
    ) -> None:
        """Post the choices to the chatter of the record."""
        record = self.sudo().odoo_id
        backend_name = self.backend_id.sudo().display_name
        if not differences or not hasattr(record, "message_post"):
            return
        lines = Markup("").join(
            Markup("<li>%s: %s</li>")
            % (each.label, self._describe_choice(each, choices, backend_name))
            for each in differences
        )
        title = self.env._("Versions chosen (%s)", backend_name)
        record.message_post(
            body=Markup("<p>%s</p><ul>%s</ul>") % (title, lines),
            author_id=self.env.user.partner_id.id,
        )

    def _describe_choice(
        self, difference: Difference, choices: Mapping[str, str], backend_name: str
    ) -> str:
        is_local = difference.is_exported and choices.get(difference.name) == LOCAL
        chosen = difference.local if is_local else difference.remote
        values = {
            "value": self._describe_presentation(chosen),
            "backend": backend_name,
        }
        if is_local:
            return self.env._("%(value)s (version of this Odoo)", **values)
        return self.env._("%(value)s (version of %(backend)s)", **values)

    def _describe_presentation(self, presentation: Mapping[str, str]) -> str:
        if presentation["kind"] == "text":
            return presentation["text"]
        is_image = presentation["kind"] == "image"
        return self.env._("picture") if is_image else self.env._("nothing")

    def _find_conflict_activities(self) -> models.BaseModel:
        """Return the activities that ask somebody to choose a version.

        They are found by the address in their note, also once the bindings are deleted.
        """
        kind = self.env.ref(CONFLICT_ACTIVITY, raise_if_not_found=False)
        activities = self.env["mail.activity"].sudo()
        if not kind or not self:
            return activities
        links = [f'{Markup.escape(conflict_address(each))}"' for each in self]
        domain = [("activity_type_id", "=", kind.id)]
        if len(links) == 1:
            domain.append(("note", "like", links[0]))
        return activities.search(domain).filtered(
            lambda activity: any(link in (activity.note or "") for link in links)
        )

    def _end_conflict_activities(self) -> None:
        """Close the activities: the versions were chosen, or are the same."""
        self._find_conflict_activities().unlink()
