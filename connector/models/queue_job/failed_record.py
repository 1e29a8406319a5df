# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The record that a failed job is about: its name, its binding and its values.

The name is the first that is known: of the local record, of the external record, as its
importer has read it, or its model with the external id.
"""

from __future__ import annotations

import logging
from typing import Any

from odoo import models

from odoo.addons.component.core import WorkContext

from ...binding_models import wrapped_record
from ...components.history.recorder import RECORD_NAME
from ...http.secrets import Redactor
from ...jobs.failure import Failure
from ...jobs.subject import JobSubject, chunk_ids
from ...secret_input import secrets_of
from .errors import IS_UNLOADABLE

_logger = logging.getLogger(__name__)

#: characters of the values of an error
MAX_VALUES = 5000


class QueueJob(models.Model):
    _inherit = "queue.job"

    def _describe_failed(self, failure: Failure | None) -> dict[str, Any]:
        """Return the values of an error that describe the subject of the job."""
        subject = JobSubject.parse(self.sync_subject)
        binding = self._find_failed_binding(subject)
        described = {
            "model_name": subject.model_name,
            "direction": subject.direction,
            "external_id": subject.external_id,
            "binding_id": subject.binding_id or (binding.id if binding else False),
        }
        if subject.kind == "chunk" and not self.env.context.get(IS_UNLOADABLE):
            described["external_ids"] = chunk_ids(
                self.method_name, self.args, self.kwargs
            )
        described["record_name"] = (
            self._name_record(binding)
            or (failure and failure.record_name)
            or self._name_of_deleted()
            or self._name_by_id(subject)
            or self._name_call(described)
        )
        if failure and failure.values:
            described["values_text"] = self._redact_values(failure.values)
        return described

    def _find_failed_binding(self, subject: JobSubject) -> models.BaseModel | None:
        """Return the binding that the job is about, None if it is not known."""
        if subject.model_name not in self.env or subject.kind not in (
            "record",
            "binding",
        ):
            return None
        model = self.env[subject.model_name].sudo().with_context(active_test=False)
        if subject.kind == "binding":
            return model.browse(subject.binding_id).exists() or None
        backend = self._get_sync_backend()
        if not backend or not backend.exists():
            return None
        try:
            with self.env.cr.savepoint():
                # not by work_on(), which may connect to the external system
                work = WorkContext(subject.model_name, backend)
                found = work.component(usage="binder").to_internal(subject.id)
                return model.browse(found.ids) or None
        except Exception as error:  # a binder of a connector may do anything
            _logger.info("%s: its binding is not known: %s", self.sync_subject, error)
            return None

    def _name_record(self, binding: models.BaseModel | None) -> str:
        """Return the name of the record of a binding, "" if it is not known."""
        if not binding:
            return ""
        try:
            with self.env.cr.savepoint():
                return wrapped_record(binding).display_name or ""
        except Exception as error:  # a computed name may fail
            _logger.info("%s: its name is not known: %s", self.sync_subject, error)
            return ""

    def _name_of_deleted(self) -> str:
        """Return the name that the job of a deletion keeps."""
        try:
            return self.records.env.context.get(RECORD_NAME) or ""
        except Exception:  # the job cannot be loaded
            return ""

    def _name_by_id(self, subject: JobSubject) -> str:
        """Return the name of the model and the external id, "" without an id."""
        if not subject.external_id:
            return ""
        names = self.env["connector.sync.cause"]._describe_models({subject.model_name})
        return f"{names[subject.model_name]} {subject.external_id}"

    def _name_call(self, described: dict[str, Any]) -> str:
        """Return the name of a job that is not about one record."""
        model_name = described["model_name"]
        external_ids = described.get("external_ids")
        if external_ids and model_name in self.env:
            return f"{len(external_ids)} × {self.env[model_name]._description}"
        return self.name or ""

    def _redact_values(self, text: str) -> str:
        """Return the beginning of a text, without the secrets of the backend."""
        redact, backend = Redactor(), self._get_sync_backend()
        if backend and backend.exists():
            redact.add(*(backend[each.secret_field] for each in secrets_of(backend)))
        text = redact(text)
        return text if len(text) <= MAX_VALUES else f"{text[: MAX_VALUES - 1]}…"
