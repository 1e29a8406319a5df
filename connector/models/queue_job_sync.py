# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

from odoo import api, fields, models
from odoo.exceptions import MissingError

from odoo.addons.queue_job.job import DONE, PENDING

#: jobs that find the records of a run
SEARCHES = ("import_batch", "export_batch", "dry_run_batch", "import_removed")
RUN = "connector.sync.run"
BACKEND = "connector.backend"


def is_model(value: Any, model_name: str) -> bool:
    """Tell whether a value is records of a model, or of one that inherits it."""
    return isinstance(value, models.BaseModel) and isinstance(
        value, value.env.registry[model_name]
    )


def find_backend(records: Any, arguments: tuple) -> models.BaseModel | None:
    """Return the backend that a method is about, called on ``records``, if any.

    The backend is an argument, or the records, or that of the binding.
    """
    for value in chain(arguments, [records]):
        if is_model(value, BACKEND):
            return value[:1]
    if not (isinstance(records, models.BaseModel) and "backend_id" in records._fields):
        return None
    try:
        backend = records[:1].sudo().backend_id
    except MissingError:  # deleted: the method knows what it does
        return None
    return backend if is_model(backend, BACKEND) else None


class QueueJob(models.Model):
    """Know the run, and the backend, that a job works for.

    Both are noted when the job is made, from its arguments.
    """

    _inherit = "queue.job"

    sync_run_id = fields.Many2one(
        "connector.sync.run",
        string="Run",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    sync_had_failed = fields.Integer(
        string="Failed before",
        readonly=True,
        help="How many of its records had failed before, in another job",
    )
    sync_backend_model = fields.Char(string="Backend model", readonly=True)
    sync_backend_id = fields.Many2oneReference(
        model_field="sync_backend_model", string="Backend", readonly=True
    )

    @api.model_create_multi
    @api.private
    def create(self, vals_list):
        return super().create(
            [{**self._sync_values(values), **values} for values in vals_list]
        )

    def write(self, vals):
        if vals.get("state") == PENDING:
            self._take_back_outcomes()
        return super().write(vals)

    def unlink(self):
        """Delete the jobs, and the runs whose records nobody will look for any more."""
        unsearched = self.filtered("sync_run_id").filtered(
            lambda job: job.method_name in SEARCHES and not job.sync_run_id.searched
        )
        unsearched.sync_run_id.sudo().unlink()
        return super().unlink()

    def _take_back_outcomes(self) -> None:
        """Have what a job did counted once, though it is done again."""
        for job in self:
            run = job.sync_run_id.sudo()
            if job.state != DONE or not run:
                continue
            if job.method_name in SEARCHES:
                run.searched = False
                run.outcome_ids.unlink()
            else:
                run.outcome_ids.filtered_domain([("job_uuid", "=", job.uuid)]).unlink()

    @api.model
    def _sync_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the arguments of a new job tell of its run and backend."""
        kwargs = values.get("kwargs") or {}
        arguments = (*(values.get("args") or ()), *kwargs.values())
        sync_values = {}
        run = next((each for each in arguments if is_model(each, RUN)), None)
        if run and run.exists():
            sync_values["sync_run_id"] = run.id
            had_failed = kwargs.get("had_failed") or 0
            sync_values["sync_had_failed"] = had_failed - (kwargs.get("waited") or 0)
        backend = find_backend(values.get("records"), arguments)
        if backend:
            sync_values["sync_backend_model"] = backend._name
            sync_values["sync_backend_id"] = backend.id
        return sync_values

    @api.model
    def _action_of(self, name: str, domain) -> dict:
        """Open the jobs of a domain."""
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "queue.job",
            "view_mode": "list,form",
            "views": [
                (self.env.ref("connector.queue_job_view_list_sync").id, "list"),
                (False, "form"),
            ],
            "domain": list(domain),
            "context": {"create": False},
        }
