# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A bulk operation: a search that the backend runs while no job waits for it.

::

    job  search ─► backend starts an operation ─► _keep    commits its id
         postponed                                         in another transaction
    job  search ─► _find ─► backend: still running         postponed again
    job  search ─► _find ─► backend: completed ─► records ─► _end    with the job's
                                                                      transaction

The operation belongs to the job: another try of the same job finds it, also after a
``kill -9``, and another job does not get its result, which may be days old.
"""

from __future__ import annotations

from datetime import timedelta

from odoo import api, fields, models

from ..database import separate_transaction
from ..jobs.lifecycle import running_job

_LOCK_TIMEOUT = "5s"
#: operations whose job was deleted
_KEEP_DAYS = 30


class ConnectorBulkOperation(models.Model):
    """An operation that a backend runs for a job."""

    _name = "connector.bulk.operation"
    _inherit = ["connector.sync.subject"]
    _description = "Bulk Operation"

    job_uuid = fields.Char(readonly=True, help="Empty outside of jobs")
    external_id = fields.Char(string="ID in the backend", required=True, readonly=True)
    started_at = fields.Datetime(
        required=True, readonly=True, help="The records have the state of this time"
    )

    _job_index = models.Index("(job_uuid, model_name, backend_id)")

    @api.model
    def _find(self, backend, model_name: str):
        """Return the operation of the running job; it may be empty."""
        return self.sudo().search(
            [
                ("job_uuid", "=", self._running_uuid()),
                *self._domain_of(backend, model_name),
            ],
            order="id desc",
            limit=1,
        )

    @api.model
    def _keep(self, backend, model_name: str, external_id: str, started_at) -> None:
        """Commit the id of an operation of the running job.

        That of a backend that is not committed itself is stored in this transaction.
        """
        with separate_transaction(self, _LOCK_TIMEOUT) as operations:
            if not operations.env[backend._name].browse(backend.id).exists():
                operations = self.sudo()
            operations.create(
                {
                    "backend_model": backend._name,
                    "backend_id": backend.id,
                    "model_name": model_name,
                    "job_uuid": self._running_uuid(),
                    "external_id": external_id,
                    "started_at": started_at,
                }
            )

    def _forget(self) -> None:
        """Commit that operations have no result: the next try starts a new one."""
        with separate_transaction(self, _LOCK_TIMEOUT) as operations:
            committed = operations.exists()
            (committed or self.sudo()).unlink()

    def _end(self) -> None:
        """Delete operations whose records are imported by this transaction."""
        self.sudo().exists().unlink()

    def _running_uuid(self) -> str | bool:
        job = running_job(self.env)
        return job.uuid if job else False

    @api.autovacuum
    def _gc_bulk_operations(self):
        limit = fields.Datetime.now() - timedelta(days=_KEEP_DAYS)
        self.search([("started_at", "<", limit)]).unlink()
