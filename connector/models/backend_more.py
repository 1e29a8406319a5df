# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The menu *More* of the form: rare actions.

The form has one primary button, by the state of the backend::

    draft ── Test connection    checked ── Activate    production ── Import changes
    paused ── Resume            refused by the backend ── Test connection

Everything else is in *More*. Its entries are made here and not in the view, as a
question before them names the backend and the effect of its settings.
"""

from __future__ import annotations

from typing import Any

from odoo import fields, models


class ConnectorBackendMixin(models.AbstractModel):
    """Backend with a menu of further actions."""

    _inherit = "connector.backend.mixin"

    more_actions = fields.Json(compute="_compute_more_actions")

    def _compute_more_actions(self):
        for backend in self:
            is_shown = backend._origin.id and backend.may_configure
            backend.more_actions = backend._describe_actions() if is_shown else []

    def _describe_actions(self) -> list[dict[str, Any]]:
        """Return the entries of *More*, for the state of the backend.

        Extend it to add entries, by :meth:`_more_action`.
        """
        is_on = not self._find_reason_to_pause()
        actions = []
        if self.state != "draft" and not self.schedule_stopped_reason:
            actions.append(
                self._more_action(
                    "button_check_connection", self.env._("Test connection")
                )
            )
        if is_on and self.is_importing:
            actions += self._describe_imports()
        if is_on and self.is_exporting:
            actions += self._describe_export()
        if self.state != "draft":
            actions.append(
                self._more_action(
                    "button_reset_to_draft",
                    self.env._("Reset to draft…"),
                    confirm=self.env._(
                        "Nothing is synchronized with %s until its connection is "
                        "tested and it is activated again. Local changes are queued "
                        "and sent then.",
                        self.display_name,
                    ),
                    confirm_label=self.env._("Reset to draft"),
                )
            )
        return actions

    def _more_action(
        self,
        method: str,
        label: str,
        title: str = "",
        confirm: str = "",
        confirm_label: str = "",
    ) -> dict[str, Any]:
        """Return an entry of *More*.

        :param method: public method of the backend, which checks the rights
        :param title: shown when the pointer rests on the entry
        :param confirm: question before it; empty: none
        """
        return {
            "name": method,
            "label": label,
            "title": title,
            "confirm": confirm,
            "confirmLabel": confirm_label,
        }

    def _describe_imports(self) -> list[dict[str, Any]]:
        actions = []
        if self.state != "production":
            actions.append(
                self._more_action("button_import_now", self.env._("Import changes"))
            )
        return [
            *actions,
            self._more_action(
                "action_import_all",
                self.env._("Check all records"),
                self.env._(
                    "Compare every record with %s; unchanged ones are not read",
                    self.display_name,
                ),
            ),
            self._more_action(
                "button_dry_run",
                self.env._("Dry run"),
                self.env._("List what an import would change, and change nothing"),
            ),
            *self._describe_deletions(),
            self._more_action(
                "button_import_all_again",
                self.env._("Re-import everything (overwrites)"),
                self.env._("Read every record again, changed or not"),
                self.env._(
                    "All records of %s are read again. Their values overwrite the "
                    "local ones, also local edits.",
                    self.display_name,
                ),
                self.env._("Re-import everything"),
            ),
        ]

    def _describe_deletions(self) -> list[dict[str, Any]]:
        backend = self.display_name
        return [
            self._more_action(
                "button_dry_run_removal",
                self.env._("Dry run of deletions"),
                self.env._(
                    "List the records that were deleted in %s, and change nothing",
                    backend,
                ),
            ),
            self._more_action(
                "button_import_removed",
                self.env._("Process deletions…"),
                self.env._("Find records that were deleted in %s", backend),
                self._describe_removals(),
                self.env._("Process deletions"),
            ),
        ]

    def _describe_removals(self) -> str:
        """Return the question before records that were deleted remotely are handled.

        Extend it in a connector whose backend has a setting for this.
        """
        return self.env._(
            "Records deleted in %(backend)s are removed here, as the connector does it "
            "for each model. You are asked first if they are more than %(share)s %%.",
            backend=self.display_name,
            share=self.max_removed_percent,
        )

    def _describe_export(self) -> list[dict[str, Any]]:
        dry_run = self._more_action(
            "button_dry_run_export",
            self.env._("Dry run of the export"),
            self.env._(
                "List what an export would send to %s, and change nothing",
                self.display_name,
            ),
        )
        export = self._more_action(
            "button_export_now",
            self.env._("Export everything…"),
            self.env._("Send all bound records"),
            self.env._(
                "All records that are bound to %s are sent, changed or not. They "
                "overwrite the values of the external records.",
                self.display_name,
            ),
            self.env._("Export everything"),
        )
        return [dry_run, export]
