# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Hooks of an exporter. Their order is in ``flow.py``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any

from odoo import models

from odoo.addons.component.core import AbstractComponent

from ...binding_models import wrapped_record
from ...database import commits_are_forbidden, retry_unique_violation
from ...outcome import Outcome
from ..backend_adapter import sends_keys
from ..external_id import is_external_id
from ..two_way.fingerprints import (
    LINES,
    fingerprint_of_field,
    fingerprints_of_sent_lines,
)
from ..two_way.unconfirmed import KEEP_UNCONFIRMED, SentEdits, plain_name
from .dependencies import export_dependency
from .external_ids import ExternalIds
from .flow import ExportFlow, Steps

#: delay of a job whose record another job exports
LOCK_RETRY_SECONDS = 5


class GenericExporter(AbstractComponent):
    """Exporter of one record.

    The hooks read ``binding``, and ``external_id``, which is empty until the record is
    in the backend.
    """

    _name = "generic.exporter"
    _inherit = "base.exporter"

    #: name of the one2many from records to their bindings, if they have one
    _default_binding_field: str | None = None

    def __init__(self, work_context):
        super().__init__(work_context)
        #: the binding that is exported
        self.binding: models.BaseModel | None = None
        #: its id in the backend, empty until it is known
        self.external_id: Any = None
        self.outcome: Outcome | None = None
        #: edits that the export sends
        self.edits = SentEdits(self)
        self._flow = ExportFlow(self, self.edits, ExternalIds(self))

    def run(self, binding: models.BaseModel, *args: Any, **kwargs: Any) -> Any:
        """Export the record of a binding, archived or not; return a message.

        ``args`` and ``kwargs`` are those of ``_run``.
        """
        if not commits_are_forbidden(self.env.cr):
            # a commit empties the cache: prefetched records would be read again
            binding = binding.with_prefetch()
        self.binding = binding
        return self._flow.run(*args, **kwargs)

    def _bulk_steps(
        self, binding: models.BaseModel, hooks: Iterable[str], fields: Any
    ) -> Steps:
        """Return the steps of ``run``, which yield the requests of some hooks.

        Only of those that are not overridden: an override may send something else.
        """
        self.binding = binding
        if not (self._is_overridden("run") or self._is_overridden("_run")):
            own_hooks = (hook for hook in hooks if not self._is_overridden(hook))
            self._flow.bulk_hooks = frozenset(own_hooks)
        if self._flow.bulk_hooks:
            return (yield from self._flow.steps(fields=fields))
        return self.run(binding, fields=fields)

    def _run(self, fields: Iterable[str] | None = None) -> str:
        """Send the record, and return a message.

        :param fields: the changed fields, by default all; a record that is not in the
            backend yet is sent whole
        """
        return self._flow.send(fields)

    def _exported_record(self) -> models.BaseModel:
        """Return the record of the binding, or the binding if it wraps none.

        A receipt names the record, as another binding may be created after a rollback.
        """
        binding, odoo_field = self.binding, self.binder._odoo_field
        return wrapped_record(binding, odoo_field)

    # -- before ---------------------------------------------------------------

    def _should_import(self) -> bool:
        """Return whether the backend has changes that must be imported first.

        :raise IDMissingInBackend: the record was deleted remotely; it is created again
        """
        return False

    def _delay_import(self) -> None:
        """Delay an import of the record; it is exported in any case.

        The import is forced, because the export sets the date by which the record would
        be up to date. It keeps unconfirmed edits.
        """
        model = self.model.with_context(**{KEEP_UNCONFIRMED: True})
        model.with_delay().import_record(
            self.backend_record, self.external_id, force=True
        )

    def _has_to_skip(self) -> bool | str:
        """Return True, or the reason, if the record must not be exported."""
        return False

    def _export_dependencies(self) -> None:
        """Call ``_export_dependency`` for each record that this one needs."""

    def _export_dependency(
        self,
        relation: models.BaseModel,
        binding_model: str,
        component_usage: str = "record.exporter",
        binding_field: str | None = None,
        binding_extra_vals: dict[str, Any] | None = None,
    ) -> None:
        """Export a related record, unless the backend has it already.

        A record without a binding gets one. The export of a dependency may commit: call
        this only in ``_export_dependencies``, before anything is written in Odoo.

        :param relation: a binding, or a record that is bound by ``binding_model``
        :param component_usage: usage of the exporter
        :param binding_field: one2many from the record to its bindings, by default
            ``_default_binding_field``; without one, the binder finds them
        :param binding_extra_vals: values of a new binding
        """
        if relation:
            extra = binding_extra_vals
            export_dependency(
                self, relation, binding_model, component_usage, binding_field, extra
            )

    def _retry_unique_violation(self) -> AbstractContextManager[None]:
        """Turn a violated unique constraint into a retry of the job.

        Two jobs that need the same dependency may both create its binding. The second
        finds it when it is tried again. The binding model needs a unique constraint on
        the backend and the record.
        """
        return retry_unique_violation(self._name)

    def _lock(self) -> None:
        """Prevent other jobs from exporting the same binding.

        :raise RetryableJobError: another job is exporting it
        """
        self.component(usage="record.locker").lock(
            self.binding, seconds=LOCK_RETRY_SECONDS
        )

    # -- values ---------------------------------------------------------------

    def _map_data(self):
        """Return the map record of the binding."""
        return self.mapper.map_record(self.binding)

    def _create_data(self, map_record, fields=None, **kwargs: Any) -> dict[str, Any]:
        """Return the values of a new external record."""
        return map_record.values(for_create=True, fields=fields, **kwargs)

    def _update_data(self, map_record, fields=None, **kwargs: Any) -> dict[str, Any]:
        """Return the values of an external record that exists."""
        return map_record.values(fields=fields, **kwargs)

    def _validate_create_data(self, values: dict[str, Any]) -> None:
        """Raise ``InvalidDataError`` if the values cannot make a record."""

    def _validate_update_data(self, values: dict[str, Any]) -> None:
        """Raise ``InvalidDataError`` if the values must not be written."""

    # -- the backend ----------------------------------------------------------

    def _find_external_id(self, values: dict[str, Any]) -> Any:
        """Return the id of an external record that is this one, or None.

        Called before a record is created. If a process is killed after the backend has
        created the record and before its id is kept, only a natural key can find the
        record again; without this hook it is created twice.
        """
        return None

    def _create(self, values: dict[str, Any]) -> Any:
        """Create the external record and return its id."""
        self._validate_create_data(values)
        return self._create_once(values)

    def _create_once(self, values: dict[str, Any], send: Callable | None = None) -> Any:
        """Create the external record by the adapter and return its id.

        If the adapter declares idempotency keys, the key is stored before the call, and
        each further try sends the same key and values.

        :param send: operation of the adapter, by default ``create``
        """
        send = send or self.backend_adapter.create
        if sends_keys(self.backend_adapter):
            created_id = self._flow.create_under_key(values, send)
        else:
            created_id = send(values)
        if is_external_id(created_id):
            # from here on it is kept, even if an override fails afterwards
            self.external_id = created_id
        return created_id

    def _update(self, values: dict[str, Any]) -> None:
        """Update the external record."""
        assert is_external_id(self.external_id), f"{self.binding} was never exported"
        self._validate_update_data(values)
        self.backend_adapter.write(self.external_id, values)

    def _is_overridden(self, hook: str) -> bool:
        return getattr(type(self), hook) is not getattr(GenericExporter, hook)

    # -- afterwards -----------------------------------------------------------

    def _commit(self) -> None:
        """Commit the external id before another step can fail.

        No other step of an export commits. ``DirectBatchExporter`` commits once for the
        records of a bulk export.

        A job may commit if its job function has ``allow_commit``. Otherwise a receipt
        keeps a new external id.
        """
        self._flow.external_ids.commit()

    def _after_export(self) -> None:
        """Run after the record is in the backend and bound."""

    # -- two-way --------------------------------------------------------------

    def _is_imported_too(self) -> bool:
        """Return whether such records are imported, and their fingerprints needed."""
        return bool(
            self.work.components_registry.lookup(
                self.collection._name, "import.mapper", self.model._name
            )
        )

    def _exported_names(self) -> set[str]:
        """Return the fields that an export of the whole record sends."""
        if not self.many_components(usage="export.mapper"):
            return set()
        odoo_field = self.binder._odoo_field
        names = self.mapper.changed_by_fields()
        return {plain_name(name, odoo_field) for name in names}

    def _note_base(self, names: Iterable[str]) -> None:
        """Store fingerprints of the sent fields, to compare the next import with."""
        # nothing is known after an export that does not say which fields it sends
        base = dict(self.binding.external_base or {}) if names else {}
        base.update(self._sent_fingerprints(names))
        for name in names:
            if known := base.get(name + LINES):
                lines = self.binding[name]
                base[name + LINES] = fingerprints_of_sent_lines(lines, known)
        base = {name: known for name, known in base.items() if known}
        self.binding.with_context(connector_no_export=True).external_base = base

    def _sent_fingerprints(self, names: Iterable[str]) -> dict[str, str | None]:
        """Return fingerprints of fields as the backend has them now, or None."""
        return {name: fingerprint_of_field(self.binding, name) for name in names}


class GenericRecordExporter(AbstractComponent):
    """Exporter that jobs, and the export of dependencies, look up."""

    _name = "generic.record.exporter"
    _inherit = "generic.exporter"
    _usage = "record.exporter"
