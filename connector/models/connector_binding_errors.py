# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from odoo import models

from ..failure_causes import CONNECTION, REFUSED
from ..job_subject import (
    JobSubject,
    covers_export,
    export_arguments,
    subject_of_backend,
    subject_of_call,
    subject_of_chunk,
    subject_of_export,
    subject_of_import,
)


class ConnectorBindingMixin(models.AbstractModel):
    """Resolve the failures of what was synchronized successfully."""

    _inherit = "connector.binding.mixin"

    def _settle_sync(
        self,
        backend: models.BaseModel,
        subjects: Iterable[JobSubject | str],
        covers: Callable[[models.BaseModel], bool] | None = None,
        delayed: Iterable[JobSubject] = (),
    ) -> None:
        """Resolve the failures of subjects, and set their failed jobs to done.

        :param covers: says of a failed job whether its work was done, too
        :param delayed: subjects that have got jobs of their own
        """
        self.env["connector.sync.error"]._settle(
            backend, subjects, covers=covers, delayed=delayed
        )

    def _settle_imports(
        self, backend: models.BaseModel, importer: Any, external_ids: Iterable[Any]
    ) -> None:
        """Resolve the failures of the records that an importer has imported."""
        settled = getattr(importer.work, "settled", None)
        mine = {(self._name, str(external_id)) for external_id in external_ids}
        if settled is None:  # an importer with a flow of its own
            settled = mine
        self._settle_sync(
            backend,
            [
                subject_of_chunk(self._name, external_ids),
                *(subject_of_import(model, key) for model, key in settled),
            ],
            delayed=[subject_of_import(model, key) for model, key in mine],
        )

    def _settle_search(
        self, backend: models.BaseModel, method: str, args: tuple, kwargs: Mapping
    ) -> None:
        """Resolve the failures of a search, and those of the backend itself."""
        subject = subject_of_call(self._name, method, (), (backend, *args), kwargs)
        causes = () if method.startswith("export") else (CONNECTION, REFUSED)
        self._settle_sync(backend, [subject, *map(subject_of_backend, causes)])

    def _settle_export(
        self, exporter: Any, fields: Iterable[str] | None = None
    ) -> None:
        """Resolve the failures of the export, and of those that it needed.

        A failed export of other fields is tried again.
        """
        exported = getattr(exporter.work, "exported", set())
        own = str(subject_of_export(self._name, self.id))

        def covers(job: models.BaseModel) -> bool:
            return job.sync_subject != own or covers_export(
                {"fields": fields}, export_arguments(job.args, job.kwargs)
            )

        others = {str(subject_of_export(*each)) for each in exported}
        self._settle_sync(self.backend_id, {own, *others}, covers=covers)

    def _settle_deleted(self) -> None:
        """Resolve the failures of the export of bindings that do not exist any more."""
        subjects = [str(subject_of_export(self._name, key)) for key in self.ids]
        errors = self.env["connector.sync.error"].sudo()
        for error in errors.search(
            [("state", "=", "open"), ("subject", "in", subjects)]
        ):
            errors._settle(error._get_backend(), [error.subject])

    def unlink(self):
        """Delete the bindings, and resolve the failures of their export."""
        deleted = super().unlink()
        self._settle_deleted()
        return deleted
