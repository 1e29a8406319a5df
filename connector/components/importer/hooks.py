# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Hooks of a connector for the import of one model, which its importers override.

The order in which they are called is that of ``flow.py``. A hook sees one record, also
where many are imported: ``external_id``, ``external_record`` and ``binding``.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from odoo import fields, models

from odoo.addons.component.core import AbstractComponent

from ...database import retry_unique_violation
from ...outcome import Outcome
from ...timestamps import creation_time, last_change, precise_now, version_of
from ..backend_adapter import updated_at_by_adapter
from ..comparison.absent_lines import find_record_deleter
from ..session import Session
from .aliases import CREATED_AT, check_is_same_record
from .bisection import BisectingStepRunner, StepRunner
from .dependencies import check_dependency, import_references
from .flow import ImportFlow
from .items import ChunkOutcome, Dependency, ImportItem
from .retries import delay_failed

#: added to the context in which records are created and written
IMPORT_CONTEXT = {
    "connector_no_export": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "tracking_disable": True,
}


class GenericImporter(AbstractComponent):
    """Importer of the records of one model, one or many at a time."""

    _name = "generic.importer"
    _inherit = "generic.edit.keeping.importer"
    _usage = "record.importer"

    _import_context = IMPORT_CONTEXT  #: context of create and write
    #: action for a bound record that was deleted remotely: "skip", "archive",
    #: "delete" (binding and record), or "unbind" (the binding only)
    _missing_record_policy = "skip"
    #: leave a record unchanged whose mapped values are those of its last import, and
    #: so its local edits; for backends that do not say when a record was changed
    _skip_same_values = False
    #: import first the records that the many2one rows of the mapper refer to
    _imports_references = False

    def __init__(self, work_context):
        super().__init__(work_context)
        #: the record that the hooks see
        self._item: ImportItem | None = None
        self._dependencies: list[Dependency] = []

    def run(
        self, external_id: Any, force: bool = False, record: Any = None, **kwargs: Any
    ) -> ChunkOutcome:
        """Import one record, and raise its error.

        :param force: import it even if it is up to date
        :param record: the external record, if it was read already
        """
        item = ImportItem(external_id, external_record=record, force=force)
        return self._import([item], StepRunner)

    def run_chunk(
        self,
        external_ids: Iterable[Any],
        force: bool = False,
        retries_left: int = 5,
        **job_kwargs: Any,
    ) -> ChunkOutcome:
        """Import several records, and delay those that fail; see ``retries.py``.

        :param job_kwargs: passed to the jobs of the delayed records
        """
        outcome = self.import_many(external_ids, force)
        if outcome.failed:
            delay_failed(self, outcome, retries_left, force=force, **job_kwargs)
        return outcome

    def import_many(
        self, external_ids: Iterable[Any], force: bool = False
    ) -> ChunkOutcome:
        """Import several records; those that fail keep their error in the outcome."""
        by_key = {str(external_id): external_id for external_id in external_ids}
        items = [ImportItem(key, force=force) for key in by_key.values()]
        return self._import(items, BisectingStepRunner)

    def _import(self, items: list[ImportItem], steps: type[StepRunner]) -> ChunkOutcome:
        outer_item = self._item  # a hook may import other records with this importer
        try:
            ImportFlow.of(self, steps).run(items)
        finally:
            self._item = outer_item
        return ChunkOutcome(tuple(items))

    @classmethod
    def _is_overridden(cls, *names: str) -> bool:
        """Return whether a connector has its own version of one of the hooks."""
        return any(getattr(cls, n) is not getattr(GenericImporter, n) for n in names)

    # -- attributes for hooks ---------------------------------------------------

    @property
    def external_id(self) -> Any:
        return self._item.external_id

    @property
    def external_record(self) -> Any:
        return self._item.external_record

    @property
    def binding(self) -> models.BaseModel | None:
        """Return the binding: None before the search for it, empty if unbound."""
        return self._item.binding

    @property
    def read_at(self) -> datetime:
        """Return the local time (UTC) when the external record was read."""
        return self._item.read_at or fields.Datetime.now()

    @property
    def is_dry_run(self) -> bool:
        """Return whether the import will be rolled back."""
        return Session.of(self.work).recorder is not None

    @property
    def import_model(self) -> models.BaseModel:
        """Return the working model in the context of an import."""
        return self.model.with_context(**self._import_context)

    # -- before: lock, read, skip -----------------------------------------------

    def _lock_name(self, external_id: Any) -> str:
        """Return the name of the lock that a record is imported under."""
        backend = self.backend_record
        return (
            f"import({backend._name}, {backend.id}, {self.model._name}, {external_id})"
        )

    def _read_many(self, external_ids: list[Any]) -> dict[Any, Any]:
        """Return ``{external id: external record}`` of those that exist."""
        return self.backend_adapter.read_many(external_ids)

    def _get_binding(self) -> models.BaseModel:
        """Return the binding; by default, those of a chunk are found in one query."""
        return self.binder.to_internal(self.external_id)

    def _handle_missing_record(self) -> Outcome:
        """Apply ``_missing_record_policy``, with the deleter of the model."""
        binding, policy = self.binding, self._missing_record_policy
        active = binding._active_name
        if policy == "skip" or not binding or (policy == "archive" and not active):
            return Outcome.SKIPPED
        if policy == "archive" and not binding[active]:
            return Outcome.UNCHANGED
        self._item.reason = find_record_deleter(self, policy).run(self.external_id)
        return Outcome.REMOVED

    def _must_skip(self) -> str | None:
        """Return why the record must not be imported, None if it must."""
        return None

    def _external_updated_at(self) -> datetime | str | float | None:
        """Return when the external record was last changed, None if unknown.

        An ISO 8601 text, a datetime (UTC if naive), or seconds since 1970.
        """
        return updated_at_by_adapter(self)

    def _external_created_at(self) -> datetime | str | float | None:
        """Return its creation date, None if unknown; it identifies reused ids."""
        return None

    def _check_is_same_record(self) -> None:
        """Raise ``ReusedExternalId`` if the external record is not the bound one."""
        created_at = self.binding and self._external_created_at()
        if created_at:
            check_is_same_record(self.binding, self.external_id, created_at)

    def _is_uptodate(self, binding: models.BaseModel) -> bool:
        """Return whether the binding has the version of the external record."""
        updated_at = last_change(self._external_updated_at())
        known = getattr(binding, "external_updated_at", None)
        return bool(updated_at and known == updated_at)

    def _after_unchanged(self, binding: models.BaseModel) -> None:
        """Called for a record that is up to date."""

    def _before_import(self) -> None:
        """Called before the dependencies are imported."""

    def _import_dependencies(self) -> None:
        """Call ``_import_dependency`` for each record that this one needs."""
        if self._imports_references:
            import_references(self)

    def _import_dependency(
        self,
        external_id: Any,
        binding_model: str,
        importer: Any = None,
        always: bool = False,
    ) -> None:
        """Import another record first, unless it is bound.

        The dependencies of all records of a chunk are imported together.

        :param importer: by default, the importer of the model
        :param always: import it even if it is bound
        :raise InvalidDataError: a record or a list was given instead of an id
        """
        if external_id or external_id == 0:
            check_dependency(self, binding_model, external_id)
            self._dependencies.append(
                Dependency(binding_model, external_id, importer, always)
            )

    # -- values -----------------------------------------------------------------

    def _prefetch(self, items: list[ImportItem]) -> None:
        """Prefetch the records that the mapping of these items looks up."""
        if not self._is_overridden("_map_data"):
            self.mapper.prefetch_bindings(item.external_record for item in items)

    def _map_data(self):
        """Return the map record of the external record."""
        return self.mapper.map_record(self.external_record)

    def _create_data(self, map_record, **kwargs: Any) -> dict[str, Any]:
        """Return the values of a new binding."""
        return map_record.values(for_create=True, **kwargs)

    def _update_data(self, map_record, **kwargs: Any) -> dict[str, Any]:
        """Return the values of a binding that exists."""
        return map_record.values(**kwargs)

    def _validate_create_data(self, values: dict[str, Any]) -> None:
        """Raise ``InvalidDataError`` if the values cannot make a record."""

    def _validate_update_data(self, values: dict[str, Any]) -> None:
        """Raise ``InvalidDataError`` if the values must not be written."""

    def _prefetch_records_to_bind(self, items: list[ImportItem]) -> None:
        """Find in few queries what ``_find_record_to_bind`` chooses from."""

    def _find_record_to_bind(self, values: dict[str, Any]) -> models.BaseModel | None:
        """Return an unbound record to bind instead of creating one, or None."""
        return None

    # -- writing ----------------------------------------------------------------

    def _create(self, values: dict[str, Any]) -> models.BaseModel:
        """Create one binding; an override is called instead of ``_create_many``."""
        return self._create_many([values])

    def _create_many(self, values_list: list[dict[str, Any]]) -> models.BaseModel:
        """Create the bindings, in the order of their values."""
        return self.import_model.create(values_list)

    def _retry_unique_violation(self) -> AbstractContextManager[None]:
        """Retry the job where another transaction may have created the same record."""
        return retry_unique_violation(f"{self.model._name} {self.external_id}")

    def _may_overwrite(self, binding: models.BaseModel) -> bool:
        """Return whether changed values may be written."""
        return True

    def _update(self, binding: models.BaseModel, values: dict[str, Any]) -> None:
        """Write the values that changed."""
        binding.with_context(**self._import_context).write(values)

    def _bookkeeping_values(self) -> dict[str, Any]:
        """Return the values about the last import that a binding keeps."""
        values = {
            self.binder._sync_date_field: precise_now(),
            "external_updated_at": version_of(
                last_change(self._external_updated_at()), self.read_at
            ),
        }
        created_at = creation_time(self._external_created_at())  # pylint: disable=E1128
        if created_at:
            values[CREATED_AT] = created_at
        if self._skip_same_values:
            values["external_fingerprint"] = self._item.fingerprint
        return values

    def _after_import(self, binding: models.BaseModel) -> None:
        """Called when the record is in Odoo and bound."""
