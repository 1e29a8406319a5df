# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The jobs that check bindings against the backend.

::

    dry_run_batch ──► dry_run_chunk   reports what an import would change
    import_removed                    handles records that were deleted remotely
"""

from __future__ import annotations

import time
from typing import Any

from odoo import api, models

from ..components.importer.removal_limit import TooManyRemoved
from ..database import retry_without_database
from ..exception import PartlyRead
from ..jobs.lifecycle import running_job


def own_or_generic(work: Any, usage: str) -> Any:
    """Return the connector's component of a usage, or else the generic one."""
    if work.many_components(usage=usage):
        return work.component(usage=usage)
    return work.component_by_name(f"generic.{usage}")


class ConnectorBindingMixin(models.AbstractModel):
    """Dry runs and deletion checks of a binding."""

    _inherit = "connector.binding.mixin"

    @api.model
    @api.private
    def dry_run_batch(self, backend, filters=None, run=None, **kwargs: Any) -> str:
        """Delay the jobs that report what an import would change."""
        with backend.work_on(self._name) as work:
            found = own_or_generic(work, "dry.run").run(filters, run=run, **kwargs)
        run._set_found(found)
        return self.env._("%s records found", found)

    @api.model
    @api.private
    def dry_run_chunk(self, backend, external_ids, run=None, **kwargs: Any) -> str:
        """Report what an import of several records would change; change nothing."""
        started_at = time.time()
        with backend.work_on(self._name) as work:
            dry_run = own_or_generic(work, "dry.run")
            try:
                outcome, lines = dry_run.run_chunk(external_ids, **kwargs)
            except PartlyRead as error:
                if len(external_ids) < 2 or running_job(self.env) is None:
                    raise
                dry_run.delay_halves(external_ids, error, run=run, **kwargs)
                return str(error)
        run._note_dry_run(outcome.counts, lines, outcome.binding_ids, started_at)
        return str(outcome)

    @api.model
    @api.private
    @retry_without_database
    def import_removed(
        self, backend, run=None, confirmed: bool = False, **position: Any
    ) -> str:
        """Find bound records that were deleted remotely, and handle them.

        If they are more than the backend allows, nothing is done and the run asks a
        user to decide.
        """
        with backend.work_on(self._name) as work:
            finder = own_or_generic(work, "removed.records.finder")
            try:
                deleted = finder.run(run=run, confirmed=confirmed, **position)
            except TooManyRemoved as error:
                if not run:
                    raise
                run._ask(str(error), error.missing_ids, error.bound)
                self._resolve_errors_of_search(backend, "import_removed", (), {})
                return str(error)
        if deleted is None:
            return self.env._(
                "%s asked to wait: another job continues the search.",
                backend.display_name,
            )
        self._resolve_errors_of_search(backend, "import_removed", (), {})
        if run:
            run._set_found(deleted)
        return self.env._("%s records were deleted remotely", deleted)
