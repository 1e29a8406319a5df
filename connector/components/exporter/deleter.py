# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from datetime import datetime
from typing import Any

from odoo import models

from odoo.addons.component.core import AbstractComponent

from ...exception import IDMissingInBackend
from ...outcome import Outcome


class RecordDeleter(AbstractComponent):
    """Deleter of the local records that were deleted remotely.

    ``_policy`` is ``delete`` (the record and its binding), ``archive`` (both, if they
    can be archived), or ``unbind`` (only the binding is deleted).
    """

    _name = "generic.record.deleter"
    _inherit = "base.deleter"
    _usage = "record.deleter"

    _policy = "delete"  #: or "archive", "unbind"

    def run(self, external_id: Any) -> str:
        """Delete the record that is bound to ``external_id``; return a message."""
        binding = self.binder.to_internal(external_id)
        if not binding:
            return self.env._("%s is not in Odoo: nothing to delete.", external_id)
        reason = self._must_skip(binding)  # pylint: disable=E1128
        if reason:
            return self.env._("Skipped: %s", reason)
        policies = {
            "delete": self._delete,
            "archive": self._archive,
            "unbind": self._unbind,
        }
        if self._policy not in policies:
            raise ValueError(
                f"{self._name}._policy is {self._policy!r}; it must be one of "
                f"{', '.join(policies)}."
            )
        return policies[self._policy](binding.with_context(connector_no_export=True))

    def _must_skip(self, binding: models.BaseModel) -> str | None:
        """Return the reason if the record must not be deleted."""
        return None

    def _delete(self, binding: models.BaseModel) -> str:
        """Delete the binding and its record."""
        name, record = binding.display_name, self._find_record(binding)
        binding.unlink()
        record.unlink()
        return self.env._("%s was deleted.", name)

    def _archive(self, binding: models.BaseModel) -> str:
        """Archive the record that the binding wraps, then the binding.

        The record comes first. A binding that delegates ``active`` would archive it by
        a plain write, and ``action_archive`` of the record would then do nothing, while
        that of a product also archives its template.
        """
        for record in (self._find_record(binding), binding):
            if record._active_name and record[record._active_name]:
                record.action_archive()
        return self.env._("%s was archived.", binding.display_name)

    def _unbind(self, binding: models.BaseModel) -> str:
        """Delete the binding and keep the record."""
        name = binding.display_name
        binding.unlink()
        return self.env._("%s is not bound to the backend any more.", name)

    def _find_record(self, binding: models.BaseModel) -> models.BaseModel:
        """Return the record of the binding, empty if it wraps none."""
        field = binding._fields.get(self.binder._odoo_field)
        if field is None or not field.relational:
            return self.model.browse()
        return binding[field.name]


class ExportDeleter(AbstractComponent):
    """Deleter of the external records whose binding was deleted."""

    _name = "generic.export.deleter"
    _inherit = "base.deleter"
    _usage = "record.exporter.deleter"

    def __init__(self, work_context):
        super().__init__(work_context)
        #: when the record to delete was created, if that is known
        self.created_at: datetime | None = None
        self.outcome = Outcome.REMOVED

    def run(self, external_id: Any) -> str:
        """Delete the external record; return a message.

        Nothing is deleted, and no error raised, if the record was deleted before or if
        another record has its id.
        """
        self.env["connector.export.receipt"].sudo()._forget(
            self.backend_record, self.model._name, str(external_id)
        )
        try:
            if self.created_at and self._is_other_record(external_id):
                self.outcome = Outcome.SKIPPED
                return self.env._(
                    "In the backend, %(id)s is another record now, which was not "
                    "deleted: the bound record was created at %(known)s.",
                    id=external_id,
                    known=self.created_at,
                )
            self._delete(external_id)
        except IDMissingInBackend:
            return self.env._("%s was deleted in the backend before.", external_id)
        return self.env._("%s was deleted in the backend.", external_id)

    def _is_other_record(self, external_id: Any) -> bool:
        """Return whether another external record has the id now.

        If the importer of the connector knows ``_external_created_at``, read the record
        and compare that with ``created_at``, by ``is_other_record``.
        """
        return False

    def _delete(self, external_id: Any) -> None:
        """Delete the external record."""
        self.backend_adapter.delete(external_id)
