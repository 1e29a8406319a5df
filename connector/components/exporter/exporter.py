# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from odoo import models

from odoo.addons.component.core import AbstractComponent

from ...exception import ConnectorException, IDMissingInBackend
from ...outcome import Outcome
from ..external_id import is_external_id
from ..session import Session, marked
from ..two_way.unconfirmed import KEEP_UNCONFIRMED, has_unconfirmed_fields
from .linked_already import check_is_free

#: the export that holds the lock takes no longer, as a rule
LOCK_RETRY_SECONDS = 5


class GenericExporter(AbstractComponent):
    """Export one record: skip, dependencies, lock, map, create or update, bind.

    The backend cannot be rolled back: what it took is kept by ``_commit`` before
    anything else can fail. The hooks see ``binding`` and ``external_id``.
    """

    _name = "generic.exporter"
    _inherit = ["generic.export.dependencies", "generic.export.confirmation"]

    def __init__(self, work_context):
        super().__init__(work_context)
        #: what is exported
        self.binding: models.BaseModel | None = None
        #: its id in the backend, empty as long as it was never exported
        self.external_id: Any = None
        #: what became of it: created, updated, unchanged or skipped
        self.outcome: str | None = None
        self._stored_external_id: Any = None
        self._gone_external_id: Any = None
        #: read before anything can abort the transaction
        self._known_receipt_key: tuple[str, models.BaseModel] | None = None

    def run(self, binding: models.BaseModel, *args: Any, **kwargs: Any) -> Any:
        """Export the record of a binding, archived or not, and say what was done.

        ``args`` and ``kwargs`` are those of ``_run``.
        """
        if not commits_are_forbidden(self.env.cr):
            # a commit empties the cache: what it reads ahead would be read again
            binding = binding.with_prefetch()
        self.binding, self.outcome = binding, Outcome.SKIPPED
        if not binding.exists():
            return self.env._("%s does not exist any more: not exported.", binding)
        self._gone_external_id = None
        self._load_external_id()
        # what an override of _run does is an export, unless it says otherwise
        self.outcome = (
            Outcome.UPDATED if is_external_id(self.external_id) else Outcome.CREATED
        )
        self._begin_confirmation(kwargs.get("fields", args[0] if args else None))
        if self._is_confirmed_already(kwargs):
            return self._nothing_to_export()
        with self._marking_as_exported(), self._keeping_external_id():
            if self._is_newer_in_backend():
                self._delay_import()
            outcome = self._run(*args, **kwargs)
            if is_external_id(self.external_id):
                self._confirm_export()
                with self._explaining(self.model, self.binding):
                    self.binder.bind(self.external_id, self.binding)
                self._commit()
        if is_external_id(self.external_id):
            self._after_export()
        self._note_exported()
        return outcome

    def _run(self, fields: Iterable[str] | None = None) -> str:
        """Go through the steps of the export, and say what was done.

        :param fields: those that changed, by default all; a record that the
            backend has not got yet is exported whole
        """
        reason = self._find_reason_to_stop() or self._has_to_skip()
        if reason:
            self.outcome = Outcome.SKIPPED
            return self.env._("Skipped: %s", reason) if reason is not True else ""
        self._export_dependencies()
        self._lock()
        if not is_external_id(self.external_id):
            # the dependencies may have begun another transaction, which sees that
            # another job exported the record meanwhile
            self._load_external_id()
        map_record = self._map_data()
        if is_external_id(self.external_id):
            return self._export_update(map_record, fields)
        return self._export_new(map_record)

    def _find_reason_to_stop(self) -> str | None:
        """Return why nothing of the record is exported now; its edits are kept."""
        if has_unconfirmed_fields(self.binding):
            return self.binding._find_reason_to_stop()
        return None

    def _export_new(self, map_record) -> str:
        self._sent_fields = None
        values = self._create_data(map_record, fields=None)
        if not values:
            return self._nothing_to_export()
        found_id = self._find_external_id(values)  # pylint: disable=E1128
        if is_external_id(found_id):
            check_is_free(self.binder, found_id, self.binding)
            self.external_id = found_id
            return self._export_update(map_record, None)
        with self._requesting(type(self)._create is GenericExporter._create):
            created_id = self._create(values)
        if not is_external_id(created_id):
            raise ConnectorException(
                f"{self._name} created {self.binding} in "
                f"{self.backend_record.display_name} and got {created_id!r} instead of "
                "an external id: let _create, or the adapter's create, return it."
            )
        self.external_id = created_id
        self.outcome = Outcome.CREATED
        return self.env._("Created in the backend with ID %s.", created_id)

    def _export_update(self, map_record, fields: Iterable[str] | None) -> str:
        values = self._update_data(map_record, fields=fields)
        if not values:
            return self._nothing_to_export()
        with self._requesting(type(self)._update is GenericExporter._update):
            self._update(values)
        self.outcome = Outcome.UPDATED
        return self.env._("Updated in the backend: ID %s.", self.external_id)

    def _nothing_to_export(self) -> str:
        self.outcome = Outcome.UNCHANGED
        return self.env._("Nothing to export.")

    # -- before ---------------------------------------------------------------

    def _is_newer_in_backend(self) -> bool:
        """Ask ``_should_import``; what is gone in the backend is exported anew."""
        try:
            return bool(self._should_import())
        except IDMissingInBackend:
            self._gone_external_id, self.external_id = self.external_id, None
            return False

    def _should_import(self) -> bool:
        """Tell whether the backend has changes that must be imported first.

        :raise IDMissingInBackend: the record is gone there; it is created anew
        """
        return False

    def _delay_import(self) -> None:
        """Delay an import of the record; it is exported all the same.

        The import is forced, because the export sets the date by which it would
        be found up to date. Edits that are not exported yet stay, as no person asked
        to overwrite them.
        """
        model = self.model.with_context(**{KEEP_UNCONFIRMED: True})
        model.with_delay().import_record(
            self.backend_record, self.external_id, force=True
        )

    def _has_to_skip(self) -> bool | str:
        """Tell whether the record must not be exported: True, or the reason."""
        return False

    def _lock(self) -> None:
        """Keep other jobs from exporting the same binding.

        :raise RetryableJobError: another job does so now
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
        """Return the id of an external record that is this very one, or None.

        Called before a record is created. A process that was killed after the
        backend created the record, and before its id was kept, leaves a record
        that only a natural key can find again: without this hook it is created
        twice.
        """
        return None

    def _create(self, values: dict[str, Any]) -> Any:
        """Create the external record and return its id."""
        self._validate_create_data(values)
        created_id = self.backend_adapter.create(values)
        if is_external_id(created_id):
            # kept from here on, should an override fail in what it does next
            self.external_id = created_id
        return created_id

    def _update(self, values: dict[str, Any]) -> None:
        """Update the external record."""
        assert is_external_id(self.external_id), f"{self.binding} was never exported"
        self._validate_update_data(values)
        self.backend_adapter.write(self.external_id, values)

    def _after_export(self) -> None:
        """Do what must be done once the record is in the backend and bound."""

    # -- keeping the external id ----------------------------------------------

    def _commit(self) -> None:
        """Keep what the backend took, whatever fails from here on.

        The only commit of an export. A job may commit if its job function has
        ``allow_commit``; where it may not, a receipt keeps a new external id.
        """
        if commits_are_forbidden(self.env.cr):
            self._leave_receipt()
        else:
            self.env.cr.commit()  # pylint: disable=invalid-commit
            self._stored_external_id = self.external_id

    @contextmanager
    def _keeping_external_id(self) -> Iterator[None]:
        """Leave a receipt if the export fails after the backend gave an id."""
        try:
            yield
        except BaseException as error:
            self._leave_receipt()
            self._bind_before_waiting(error)
            raise

    def _load_external_id(self) -> None:
        """Take the external id of the binding, or of the receipt of a lost one."""
        external_id = self.binder.to_external(self.binding)
        self._known_receipt_key = self._receipt_key()
        if not is_external_id(external_id):
            external_id = self._receipts._claim(
                self.backend_record, *self._known_receipt_key
            )
            if is_external_id(external_id):
                check_is_free(self.binder, external_id, self.binding)
        self._stored_external_id = external_id
        self.external_id = (
            None if external_id == self._gone_external_id else external_id
        )

    def _leave_receipt(self) -> None:
        """Keep an external id that is new in a transaction of its own."""
        if not is_external_id(self.external_id):
            return
        if self.external_id == self._stored_external_id:
            return
        self._receipts._leave(
            self.backend_record,
            *(self._known_receipt_key or self._receipt_key()),
            external_id=str(self.external_id),
            bound_as=(self.binding, self.binder._external_field),
        )
        self._stored_external_id = self.external_id

    @property
    def _receipts(self) -> models.BaseModel:
        return self.env["connector.export.receipt"].sudo()

    def _receipt_key(self) -> tuple[str, models.BaseModel]:
        """Return by what an export is told: a new binding would have a new id."""
        record = self.binding
        if self.binder._odoo_field in record._fields:
            record = record[self.binder._odoo_field] or record
        return self.binding._name, record

    def _note_exported(self) -> None:
        """Let the job know what it exported, the dependencies included."""
        Session.of(self.work).exported.add((self.binding._name, self.binding.id))

    def _marking_as_exported(self):
        """Keep records that need one another from exporting each other for ever."""
        return marked(
            Session.of(self.work).exporting, {(self.binding._name, self.binding.id)}
        )


class GenericRecordExporter(AbstractComponent):
    """Be the exporter that the jobs and the export of dependencies look for."""

    _name = "generic.record.exporter"
    _inherit = "generic.exporter"
    _usage = "record.exporter"


def commits_are_forbidden(cr) -> bool:
    """Tell whether whoever opened the transaction keeps its commit to himself.

    As queue_job does, by a ``commit`` of the very cursor, unless the job function
    allows commits.
    """
    return "commit" in getattr(cr, "__dict__", ())
