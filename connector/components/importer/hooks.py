# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

import psycopg2

from odoo import fields, models

from odoo.addons.component.core import AbstractComponent

from ...exception import RetryableJobError
from ...timestamps import last_change
from ..comparison.absent_lines import find_record_deleter
from ..external_id import can_be_stored, check_can_be_external_id, unstorable_id
from .items import REMOVED, SKIPPED, UNCHANGED, ImportItem
from .overlap import version_of
from .reused_ids import CREATED_AT, check_is_same_record, creation_time


class Dependency(NamedTuple):
    """An external record that must be in Odoo before the one that asks for it."""

    binding_model: str
    external_id: Any
    importer: Any = None
    always: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Return what tells one external record from all others."""
        return self.binding_model, str(self.external_id)


class ImportHooks(AbstractComponent):
    """Say how one external record is imported: what a connector overrides.

    A hook runs for the record at hand: ``external_id``, ``external_record`` and
    ``binding`` (None as long as it is not looked for, empty when there is none).
    """

    _name = "generic.importer.hooks"
    _inherit = "base.importer"

    #: added to the context in which records are created and written
    _import_context = {
        "connector_no_export": True,
        "mail_create_nolog": True,
        "mail_create_nosubscribe": True,
        "mail_notrack": True,
        "tracking_disable": True,
    }

    #: what becomes of a record that the backend does not have any more: "skip",
    #: "archive", "delete", or "unbind"
    _missing_record_policy = "skip"
    #: skip a record whose mapped values are those of its last import, which keeps
    #: what was changed in Odoo since; for backends that do not tell when a record
    #: was changed
    _skip_same_values = False

    def __init__(self, work_context):
        super().__init__(work_context)
        self._item: ImportItem | None = None
        self._dependencies: list[Dependency] = []
        #: our time (UTC) when the records at hand were read
        self._read_at: datetime | None = None

    @contextmanager
    def _working_on(self, item: ImportItem) -> Iterator[ImportItem]:
        """Let the hooks see ``item`` as the record at hand."""
        previous, self._item = self._item, item
        try:
            yield item
        finally:
            self._item = previous

    @property
    def external_id(self) -> Any:
        return self._item.external_id

    @property
    def external_record(self) -> Any:
        return self._item.external_record

    @property
    def binding(self) -> models.BaseModel | None:
        return self._item.binding

    @property
    def import_model(self) -> models.BaseModel:
        """Return the working model in the context of an import."""
        return self.model.with_context(**self._import_context)

    def _read_many(self, external_ids: list[Any]) -> dict[Any, Any]:
        """Return ``{external id: external record}`` of those that exist."""
        return self.backend_adapter.read_many(external_ids)

    # -- before ---------------------------------------------------------------

    def _must_skip(self) -> str | None:
        """Return why the record must not be imported, if it must not."""
        return None

    def _external_updated_at(self) -> datetime | str | float | None:
        """Return when the external record was last changed, if that is known.

        As the backend tells it: a text in ISO 8601, a datetime (one without a zone is
        UTC), or seconds since 1970.
        """
        return None

    def _external_created_at(self) -> datetime | str | float | None:
        """Return when the external record was created, if the backend tells it.

        In the forms of ``_external_updated_at``. Where it is known, a record that has
        taken the id of the bound one, after a restore of the backend, is refused.
        """
        return None

    def _check_is_same_record(self) -> None:
        """Refuse an external record that is not the bound one.

        :raise ReusedExternalId: it was created at another time
        """
        if self.binding:
            created_at = self._external_created_at()  # pylint: disable=E1128
            check_is_same_record(self.binding, self.external_id, created_at)

    def _is_uptodate(self, binding: models.BaseModel) -> bool:
        """Tell whether what is in Odoo is what the backend has."""
        updated_at = last_change(self._external_updated_at())
        return bool(
            updated_at
            and "external_updated_at" in binding._fields
            and binding.external_updated_at == updated_at
        )

    def _handle_missing_record(self) -> str:
        """Meet an external id that the backend does not know; return the outcome.

        What is bound is dealt with as ``_missing_record_policy`` says, by the
        deleter of the model or else by the generic one.
        """
        binding, policy = self.binding, self._missing_record_policy
        if policy == "skip" or not binding:
            return SKIPPED
        if policy == "archive":
            active = binding._active_name
            if not active:
                return SKIPPED
            if not binding[active]:
                return UNCHANGED
        find_record_deleter(self, policy).run(self.external_id)
        return REMOVED

    def _before_import(self) -> None:
        """Do what must be done before the dependencies are imported."""

    def _import_dependencies(self) -> None:
        """Name what the record needs, by ``_import_dependency``."""

    def _import_dependency(
        self,
        external_id: Any,
        binding_model: str,
        importer: Any = None,
        always: bool = False,
    ) -> None:
        """Have another record imported first, unless it is bound already.

        The dependencies of a whole chunk are imported together, once all are
        named. ``always`` imports it even if it is bound.

        :raise InvalidDataError: a record or a list was given instead of an id
        """
        if external_id or external_id == 0:
            check_can_be_external_id(external_id, binding_model)
            if not can_be_stored(str(external_id)):
                raise unstorable_id(external_id, binding_model)
            if binding_model not in self.env:
                raise ValueError(
                    f"{self._name}: a dependency is of the model {binding_model!r}, "
                    "and there is no such model."
                )
            self._dependencies.append(
                Dependency(binding_model, external_id, importer, always)
            )

    # -- values ---------------------------------------------------------------

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

    def _may_overwrite(self, binding: models.BaseModel) -> bool:
        """Tell whether the backend's values may replace those that differ here.

        A connector that exports, too, asks here who wins if both sides changed.
        """
        return True

    def _find_record_to_bind(self, values: dict[str, Any]) -> models.BaseModel | None:
        """Return a record that is not bound yet and is the same thing."""
        return None

    def _bookkeeping_values(self) -> dict[str, Any]:
        """Return what a binding keeps about its synchronization."""
        now = fields.Datetime.now()
        values = {
            self.binder._sync_date_field: now,
            "external_updated_at": version_of(
                last_change(self._external_updated_at()), self._read_at or now
            ),
        }
        created_at = creation_time(self._external_created_at())  # pylint: disable=E1128
        if created_at:
            values[CREATED_AT] = created_at
        if self._skip_same_values:
            values["external_fingerprint"] = self._item.fingerprint
        return {
            name: value for name, value in values.items() if name in self.model._fields
        }

    # -- writing --------------------------------------------------------------

    def _create(self, values: dict[str, Any]) -> models.BaseModel:
        """Create the binding; override ``_create_many`` for many at once."""
        return self._create_many([values])

    def _create_many(self, values_list: list[dict[str, Any]]) -> models.BaseModel:
        """Create the bindings, in the order of their values."""
        return self.import_model.create(values_list)

    @contextmanager
    def _retry_unique_violation(self) -> Iterator[None]:
        """Turn a violated unique constraint into a retry of the job.

        Another transaction may have created the same record a moment ago, which
        this one cannot see: the next try finds it bound. Where this transaction does
        see it, the importer raises an ``InvalidDataError`` instead, which names it.
        """
        try:
            yield
        except psycopg2.errors.UniqueViolation as error:
            raise RetryableJobError(
                f"{self.model._name} {self.external_id}: another transaction made the "
                "same record at this moment. It is tried once more.",
                seconds=2,
            ) from error

    def _update(self, binding: models.BaseModel, values: dict[str, Any]) -> None:
        """Write the values that changed."""
        binding.with_context(**self._import_context).write(values)

    def _after_import(self, binding: models.BaseModel) -> None:
        """Do what must be done once the record is in Odoo and bound."""
