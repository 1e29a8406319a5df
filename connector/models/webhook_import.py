# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The job that imports the records which waiting events name.

One job takes all waiting events of a binding model: while it waits, further events need
no job, and a record that many events name is imported once. The events become
*imported* in the transaction that imports their records; a job that is killed, or
retried because the backend is down, leaves them waiting.
"""

from __future__ import annotations

from typing import Any

from odoo import api, models
from odoo.tools import split_every

from ..database import retry_without_database
from ..jobs.lifecycle import WEBHOOK_PRIORITY, running_job

#: records of one chunk, where the backend has no field ``chunk_size``
CHUNK_SIZE = 200


class ConnectorBindingMixin(models.AbstractModel):
    _inherit = "connector.binding.mixin"

    @api.model
    def _identify_import_notified(self, backend_model: str, backend_id: int) -> str:
        """Return the identity key of the job: only one of them waits."""
        return f"import notified {self._name} {backend_model} {backend_id}"

    @api.model
    def _delay_import_notified(self, backend: models.BaseModel) -> None:
        """Delay the import of what the waiting events name, unless it is delayed."""
        self.with_delay(
            priority=WEBHOOK_PRIORITY,
            identity_key=self._identify_import_notified(backend._name, backend.id),
            description=self.env._(
                "Import %(model)s, as notified by %(backend)s",
                model=self._description,
                backend=backend.display_name,
            ),
        ).import_notified(backend)

    @api.model
    @api.private
    @retry_without_database
    def import_notified(self, backend) -> str:
        """Import the records that the waiting events of this model name."""
        events = self.env["connector.webhook.event"].sudo()
        taken, external_ids, has_more = events._take(backend, self._name)
        failed = self._import_notified_records(backend, external_ids)
        job = running_job(self.env)
        taken._note_imported(failed, job and job.uuid)
        self._resolve_errors_of_search(backend, "import_notified", (), {})
        if has_more and taken:
            self._delay_import_notified(backend)
        return self.env._(
            "%(events)s events, %(records)s records, %(failed)s failed",
            events=len(taken),
            records=len(external_ids),
            failed=len(failed),
        )

    def _import_notified_records(
        self, backend: models.BaseModel, external_ids: list[Any]
    ) -> dict[str, str]:
        """Import records in chunks; return ``{external id: reason}`` of the failed."""
        failed: dict[str, str] = {}
        size = backend.chunk_size if "chunk_size" in backend._fields else 0
        with backend.work_on(self._name) as work:
            importer = work.component(usage="record.importer")
            if not hasattr(importer, "run_chunk"):
                backend._delay_webhook_imports(self._name, external_ids)
                return failed
            for chunk in split_every(size or CHUNK_SIZE, external_ids, list):
                outcome = importer.run_chunk(chunk)
                failed |= {item.key: str(item.error) for item in outcome.failed}
                self._resolve_errors_of_imports(backend, importer, chunk)
        return failed
