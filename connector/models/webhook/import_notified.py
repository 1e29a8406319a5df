# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The job that imports the records which waiting events name.

One job takes all waiting events of a binding model: while it waits, further events need
no job, and a record that many events name is imported once. The events become
*imported* in the transaction that imports their records; a job that is killed, or
retried because the backend is down, leaves them waiting.

Only one such job of a binding model runs: two would wait for each other's records. An
event may be committed by a request that saw the job waiting, just after the job has
begun. After its commit, the job therefore looks for such events.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from odoo import api, models
from odoo.tools import split_every

from ...database import (
    pg_try_advisory_lock,
    retry_without_database,
    separate_transaction,
)
from ...exception import RetryableJobError
from ...jobs.descriptions import name_of_model
from ...jobs.lifecycle import WEBHOOK_PRIORITY, running_job

_logger = logging.getLogger(__name__)

#: records of one chunk, where the backend has no field ``chunk_size``
CHUNK_SIZE = 200
#: wait while another job imports events of the binding model
LOCKED_SECONDS = 2


class ConnectorBindingMixin(models.AbstractModel):
    _inherit = "connector.binding.mixin"

    @api.model
    def _identify_import_notified(self, backend_model: str, backend_id: int) -> str:
        """Return the identity key of the job: only one of them waits."""
        return f"import notified {self._name} {backend_model} {backend_id}"

    @api.model
    def _delay_import_notified(self, backend: models.BaseModel) -> None:
        """Delay the import of the records of waiting events, unless it is delayed."""
        self.with_delay(
            priority=WEBHOOK_PRIORITY,
            identity_key=self._identify_import_notified(backend._name, backend.id),
            description=self.env._(
                "Import %(model)s, as notified by %(backend)s",
                model=name_of_model(self),
                backend=backend.display_name,
            ),
        ).import_notified(backend)

    @api.model
    @api.private
    @retry_without_database
    def import_notified(self, backend) -> str:
        """Import the records that the waiting events of this model name."""
        key = self._identify_import_notified(backend._name, backend.id)
        if not pg_try_advisory_lock(self.env, key):
            raise RetryableJobError(
                f"Another job imports the events of {self._name} now.",
                seconds=LOCKED_SECONDS,
                ignore_retry=True,
            )
        events = self.env["connector.webhook.event"].sudo()
        taken, external_ids, has_more = events._take(backend, self._name)
        failed, waiting, missing = self._import_notified_records(backend, external_ids)
        job = running_job(self.env)
        taken._note_imported(failed, waiting, job and job.uuid, missing)
        self._resolve_errors_of_search(backend, "import_notified", (), {})
        if has_more and taken:
            self._delay_import_notified(backend)
        else:
            self.env.cr.postcommit.add(partial(_delay_missed, backend, self._name))
        return self.env._(
            "%(events)s events, %(records)s records, %(failed)s failed",
            events=len(taken),
            records=len(external_ids),
            failed=len(failed),
        )

    def _import_notified_records(
        self, backend: models.BaseModel, external_ids: list[Any]
    ) -> tuple[dict[str, str], set[str], set[str]]:
        """Import records in chunks.

        :return: ``{external id: reason}`` of the records that separate jobs import,
            those of them that only wait for another job, and the external ids that do
            not exist
        """
        failed: dict[str, str] = {}
        waiting: set[str] = set()
        missing: set[str] = set()
        size = backend.chunk_size if "chunk_size" in backend._fields else 0
        with backend.work_on(self._name) as work:
            importer = work.component(usage="record.importer")
            if not hasattr(importer, "run_chunk"):
                backend._delay_webhook_imports(self._name, external_ids)
                return failed, waiting, missing
            for chunk in split_every(size or CHUNK_SIZE, external_ids, list):
                outcome = importer.run_chunk(chunk)
                failed |= {item.key: str(item.error) for item in outcome.failed}
                waiting |= {item.key for item in outcome.waiting}
                missing |= {item.key for item in outcome.items if item.is_missing}
                self._resolve_errors_of_imports(backend, importer, chunk)
        return failed, waiting, missing


def _delay_missed(backend: models.BaseModel, model_name: str) -> None:
    """Delay a job for the events that a job did not see; log an error.

    The commit succeeded, and the schedule finds the events, too.
    """
    try:
        with separate_transaction(backend) as known:
            events = known.env["connector.webhook.event"]
            events._delay_missing_job(known.exists(), model_name)
    except Exception:
        _logger.exception("No job could be delayed for the events of %s", model_name)
