# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Dry runs of exports and of deletions: reports of changes that are not made.

::

    button_dry_run ─────────► dry_run_batch ────────► dry_run_chunk  binding_checks.py
    button_dry_run_export ──► dry_run_export_batch ─► dry_run_export_chunk
    button_dry_run_removal ─► dry_run_removed
"""

from __future__ import annotations

import time
from typing import Any

from odoo import api, models

from ..jobs.lifecycle import BULK_PRIORITY, in_own_company
from ..outcome import Outcome
from .binding_checks import own_or_generic

#: context key of ``button_dry_run``: import, export or removal
DIRECTION = "connector_dry_run"


class ConnectorBindingMixin(models.AbstractModel):
    """Dry runs of a binding."""

    _inherit = "connector.binding.mixin"

    @api.model
    @api.private
    def dry_run_export_batch(self, backend, run=None, **kwargs: Any) -> str:
        """Delay the jobs that report what an export would send."""
        with backend.work_on(self._name) as work:
            found = own_or_generic(work, "export.dry.run").run(run=run, **kwargs)
        return self.env._("%s records to export", found)

    @api.model
    @api.private
    def dry_run_export_chunk(self, backend, binding_ids: list[int], run=None) -> str:
        """Report what an export of several records would send; send nothing."""
        started_at = time.time()
        bindings = self.browse(binding_ids)
        with backend.work_on(self._name) as work:
            preview = own_or_generic(work, "export.dry.run").run_chunk(bindings)
        deleted = len(bindings) - len(bindings.exists())
        preview.counts[Outcome.SKIPPED] += deleted
        run._note_dry_run(
            preview.counts, preview.lines, preview.binding_ids, started_at
        )
        return ", ".join(f"{number} {name}" for name, number in preview.counts.items())

    @api.model
    @api.private
    def dry_run_removed(self, backend, run=None, **position: Any) -> str:
        """Report which records were deleted remotely; change nothing."""
        started_at = time.time()
        with backend.work_on(self._name) as work:
            finder = own_or_generic(work, "removed.records.finder")
            finder.is_dry_run = True
            deleted = finder.run(run=run, **position)
            if deleted is None:
                return self.env._("%s asked to wait.", backend.display_name)
            policy, bindings = finder.policy, finder.found.with_env(self.env)
        outcome = Outcome.SKIPPED if policy == "skip" else Outcome.REMOVED
        reason = self._describe_removal(policy, finder.would_ask)
        lines = [
            {
                "outcome": outcome,
                "binding_id": binding.id,
                "external_id": binding.external_id,
                "record_name": binding.display_name,
                "reason": reason,
            }
            for binding in bindings
        ]
        run._set_found(len(bindings))
        run._note_dry_run(
            {outcome: len(bindings)}, lines, {outcome: bindings.ids}, started_at
        )
        return self.env._("%s records were deleted remotely", len(bindings))

    def _describe_removal(self, policy: str, would_ask: bool) -> str:
        """Return the outcome of a record that was deleted remotely, as text."""
        texts = {
            "archive": self.env._("Would be archived"),
            "delete": self.env._("Would be deleted"),
            "unbind": self.env._("Would be kept and unbound"),
            "skip": self.env._("Would be kept"),
        }
        text = texts.get(policy, self.env._("Would be removed"))
        if would_ask and policy != "skip":
            text = self.env._("%s, once a user has agreed", text)
        return text


class ConnectorBackendMixin(models.AbstractModel):
    """Backend that starts dry runs in each direction."""

    _inherit = "connector.backend.mixin"

    def button_dry_run(self) -> dict:
        """Report what would change, and show the runs.

        The direction is in the context key ``connector_dry_run``: ``import`` (default),
        ``export`` or ``removal``.
        """
        return self._delay_dry_runs(self.env.context.get(DIRECTION, "import"))

    def button_dry_run_export(self) -> dict:
        """Report what an export would send, and show the runs."""
        return self._delay_dry_runs("export")

    def button_dry_run_removal(self) -> dict:
        """Report which records were deleted remotely, and show the runs."""
        return self._delay_dry_runs("removal")

    def _delay_dry_runs(self, direction: str) -> dict:
        """Delay the dry runs of a direction, and open their runs.

        :raise ValueError: the direction is unknown
        """
        methods = {
            "import": "dry_run_batch",
            "export": "dry_run_export_batch",
            "removal": "dry_run_removed",
        }
        if direction not in methods:
            raise ValueError(
                f"Expected {DIRECTION} in the context to be one of "
                f"{', '.join(methods)}; found {direction!r}."
            )
        self.check_access("write")
        self._check_is_on()
        runs = self.env["connector.sync.run"].sudo()
        for backend in map(in_own_company, self):
            is_export = direction == "export"
            names = (
                backend._exported_models() if is_export else backend._imported_models()
            )
            for priority, model_name in enumerate(names, BULK_PRIORITY):
                run = runs._start(backend, model_name, "dry_run")
                run.dry_run_of = direction
                model = backend.env[model_name].with_delay(
                    priority=priority,
                    description=self.env._(
                        "Search for records of a dry run: %s", run.display_name
                    ),
                )
                getattr(model, methods[direction])(backend, run=run)
                runs |= run
        return runs._action_open()
