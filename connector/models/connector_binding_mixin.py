# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import time
from collections import Counter
from typing import Any

from odoo import api, fields, models

from ..components.synchronizer.chunk import FAILED
from ..components.unconfirmed import KEEP_UNCONFIRMED
from ..database import retry_without_database, wait_for_locks
from ..exception import RetryableJobError
from ..job_start import running_job
from ..job_waits import keeps_dependencies
from .binding_constraint import UniqueLink


class ComodelFromModel(fields.Many2one):
    """A many2one whose comodel is asked of the model that inherits the field."""

    def _get_attrs(self, model_class: type, name: str) -> dict[str, Any]:
        attrs = super()._get_attrs(model_class, name)
        find_comodel = attrs.pop("find_comodel")
        return {**attrs, "comodel_name": find_comodel(model_class)}


def find_odoo_model(model_class: type) -> str:
    """Return the model that a binding wraps: by ``_odoo_model`` or ``_inherits``."""
    if model_class._odoo_model:
        return model_class._odoo_model
    for comodel_name, field_name in model_class._inherits.items():
        if field_name == "odoo_id":
            return comodel_name
    return "base"


class ConnectorBindingMixin(models.AbstractModel):
    """Give a binding its fields and constraints.

    The model says ``_connector_backend``, and which model it wraps, by
    ``_inherits = {model: "odoo_id"}`` or by ``_odoo_model``. A field that the
    model declares itself wins over the one from here.
    """

    _name = "connector.binding.mixin"
    _inherit = ["external.binding"]
    _description = "Binding with its usual fields"

    _connector_backend = "connector.backend"
    _odoo_model: str | None = None
    #: whether a listener that applies on all bindings of the connector hears of it
    _is_exported = True

    backend_id = ComodelFromModel(
        find_comodel=lambda model_class: model_class._connector_backend,
        string="Backend",
        required=True,
        index=True,
        ondelete="restrict",
    )
    odoo_id = ComodelFromModel(
        find_comodel=find_odoo_model,
        string="Record",
        required=True,
        index=True,
        ondelete="cascade",
    )
    external_id = fields.Char(string="ID in the backend", index=True, copy=False)
    external_updated_at = fields.Datetime(
        string="Changed in the backend",
        copy=False,
        help="When the external record had last been changed, as it was imported",
    )
    external_created_at = fields.Datetime(
        string="Created in the backend",
        copy=False,
        help="When the external record was created. One with the same ID that was "
        "created at another time is refused",
    )
    external_fingerprint = fields.Char(
        copy=False,
        help="Of the values that were last imported, where they are compared",
    )
    stored_differently = fields.Json(
        copy=False,
        help="Digests of imported values that Odoo keeps in another form",
    )

    has_aliases = fields.Boolean(
        readonly=True,
        copy=False,
        help="Whether other external records were merged into this one",
    )

    _backend_external_uniq = UniqueLink("backend_id", "external_id")
    _backend_record_uniq = UniqueLink("backend_id", "odoo_id")

    @api.model
    @api.private
    @retry_without_database
    def import_batch(self, backend, filters=None, run=None, **kwargs):
        """Find what the filters match in the backend and have it imported."""
        with backend.work_on(self._name) as work:
            importer = work.component(usage="delayed.batch.importer")
            found = importer.run(filters=filters, run=run, **kwargs)
        if run:
            run._set_found(found)
        self._settle_search(backend, "import_batch", (filters,), kwargs)
        return self.env._("%s records found", found)

    @api.model
    @api.private
    @retry_without_database
    def import_chunk(
        self,
        backend,
        external_ids,
        run=None,
        had_failed=0,
        waited=0,
        waits_for=(),
        **kwargs,
    ):
        """Import several records; those that fail get jobs of their own.

        :param had_failed: how many of them another job could not import
        :param waited: how many of these only waited, and are not counted as failed
        :param waits_for: names of locks; while another job holds one, nothing is read
        """
        started_at = time.time()
        external_ids = list(external_ids)
        wait_for_locks(self.env, waits_for)
        with backend.work_on(self._name) as work:
            importer = work.component(usage="record.importer")
            outcome = importer.run_chunk(external_ids, run=run, **kwargs)
        self._settle_imports(backend, importer, external_ids)
        self._note_outcome(run, outcome, had_failed - waited, started_at)
        return str(outcome)

    @api.model
    @api.private
    @retry_without_database
    def import_record(
        self,
        backend,
        external_id,
        force=False,
        run=None,
        had_failed=0,
        waited=0,
        waits_for=(),
        **kwargs,
    ):
        """Import one record; the parameters are those of ``import_chunk``."""
        started_at = time.time()
        wait_for_locks(self.env, waits_for)
        if self.env.context.get(KEEP_UNCONFIRMED):
            backend = backend.with_context(**{KEEP_UNCONFIRMED: True})
        with backend.work_on(self._name) as work:
            importer = work.component(usage="record.importer")
            try:
                outcome = importer.run(external_id, force=force, **kwargs)
            except RetryableJobError as error:
                job = running_job(self.env)
                is_own = job is not None and job.method_name == "import_record"
                if not (is_own and keeps_dependencies(error)):
                    raise
                counted = {"run": run, "had_failed": had_failed, "waited": waited}
                importer._delay_rest(
                    external_id, error, force=force, **counted, **kwargs
                )
                return str(error)
        self._settle_imports(backend, importer, [external_id])
        self._note_outcome(run, outcome, had_failed - waited, started_at)
        return str(outcome)

    def _find_reason_to_stop(self) -> str | None:
        """Return why the record is not exported now, though the backend is on.

        Its edits are kept until then, as those for a backend that is off.
        """
        return None

    def _note_outcome(self, run, outcome, counted_failures, started_at):
        """Add the outcome of a job to its run, if it belongs to one.

        What only waits has no outcome yet.

        :param counted_failures: how many of the records it counts as failed already
        """
        if run:
            counts = Counter(outcome.counts)
            counts[FAILED] -= counted_failures + len(outcome.waiting)
            run._note_outcome(counts, started_at, outcome.binding_ids)
