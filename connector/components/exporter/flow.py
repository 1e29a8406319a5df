# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The steps of an export, in their order.

.. code-block:: text

    run(binding, fields)
     │  the binding was deleted ───────────────────────────────────────▶ skipped
     │  load the external id: of the binding, or of a receipt
     │  read the unconfirmed edits; none left to send ─────────────────▶ unchanged
     │  _should_import: newer in the backend? _delay_import, and go on
     ├─ _run(fields)
     │    binding._find_reason_to_stop ────────────────────────────────▶ skipped
     │    _has_to_skip ────────────────────────────────────────────────▶ skipped
     │    _export_dependencies                           dependencies.py
     │    _lock
     │    without external id    load it again: another job may have exported it
     │    _map_data
     │    without external id    _create_data  _find_external_id  _create
     │    with external id       _update_data  _update
     │                           without values ───────────────────────▶ unchanged
     │  confirm the edits that were sent                 two_way/unconfirmed.py
     │  bind the external id
     │  _commit
     ▼  _after_export

Names with an underscore are hooks of the exporter, which a connector may override.

The backend cannot be rolled back. A new external id must not be lost with the
transaction, or the next try creates the record a second time: ``_commit`` follows the
binding directly. If it must not commit, or an error comes before it, the id is written
in a *receipt*, which is committed separately and deleted after the commit of the job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from odoo import models

from ...binding_links import check_is_free
from ...database import commits_are_forbidden
from ...exception import ConnectorException, IDMissingInBackend
from ...jobs.lifecycle import asks_to_wait
from ...outcome import Outcome
from ..external_id import is_external_id
from ..session import Session, in_progress
from ..two_way.unconfirmed import SentEdits, stores_unconfirmed_edits
from .dependencies import committing_dependencies_on_wait, explaining_refused_binding
from .keyed_creation import KeyedCreator


class ExportFlow:
    """Exports a record by the hooks of a connector.

    :param hooks: the exporter, or an object with the same hooks
    :param edits: the unconfirmed edits that the export sends
    :param external_ids: loads and keeps the external id of the record
    """

    def __init__(self, hooks: Any, edits: SentEdits, external_ids: ExternalIds) -> None:
        self._hooks = hooks
        self._edits = edits
        self._external_ids = external_ids
        self._creator: KeyedCreator | None = None

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Export the record, and return a message for the job."""
        hooks, binding, env = self._hooks, self._hooks.binding, self._hooks.env
        session = Session.of(hooks.work)
        hooks.outcome, self._creator = Outcome.SKIPPED, None
        if not binding.exists():
            return env._("%s does not exist any more: not exported.", binding)
        self._external_ids.load()
        # an override of _run exports, unless it sets another outcome
        hooks.outcome = Outcome.UPDATED if self._is_in_backend else Outcome.CREATED
        self._edits.begin(kwargs.get("fields", args[0] if args else None))
        if self._is_in_backend and self._edits.leave_out_confirmed(kwargs):
            return self._nothing_to_export()
        key = (binding._name, binding.id)
        with in_progress(session.exporting, {key}), self._external_ids.kept_on_error():
            if self._is_newer_in_backend():
                hooks._delay_import()
            message = hooks._run(*args, **kwargs)
            if self._is_in_backend:
                self._edits.confirm()
                with explaining_refused_binding(hooks, hooks.model, binding):
                    hooks.binder.bind(hooks.external_id, binding)
                hooks._commit()
        if self._is_in_backend:
            hooks._after_export()
        session.exported.add(key)
        return message

    def send(self, fields: Iterable[str] | None = None) -> str:
        """Send the record, unless it is skipped: the steps of ``_run``."""
        hooks = self._hooks
        reason = (
            stores_unconfirmed_edits(hooks.binding)
            and hooks.binding._find_reason_to_stop()
        ) or hooks._has_to_skip()
        if reason:
            hooks.outcome = Outcome.SKIPPED
            return hooks.env._("Skipped: %s", reason) if reason is not True else ""
        hooks._export_dependencies()
        hooks._lock()
        if not self._is_in_backend:
            # a dependency may have begun another transaction, which sees that another
            # job has exported the record meanwhile
            self._external_ids.reload()
        map_record = hooks._map_data()
        if self._is_in_backend:
            return self._update(map_record, fields)
        return self._create(map_record)

    def commit(self) -> None:
        """Keep the external id; see ``ExternalIds.commit``."""
        self._external_ids.commit()

    def create_under_key(self, values: Any, send: Callable[[Any], Any]) -> Any:
        """Create the record under an idempotency key; see ``keyed_creation.py``."""
        self._creator = creator = KeyedCreator(self._hooks)
        try:
            return creator.create(values, send)
        finally:
            self._external_ids.key_receipt_id = creator.receipt_id

    def _create(self, map_record: Any) -> str:
        hooks = self._hooks
        self._edits.names = None
        values = hooks._create_data(map_record, fields=None)
        if not values:
            return self._nothing_to_export()
        found_id = hooks._find_external_id(values)
        if is_external_id(found_id):
            check_is_free(hooks.binder, found_id, hooks.binding)
            hooks.external_id = found_id
            self._external_ids.end_keys()
            return self._update(map_record, None)
        with self._sending("_create"):
            created_id = hooks._create(values)
        if not is_external_id(created_id):
            raise ConnectorException(
                f"{hooks._name} created {hooks.binding} in "
                f"{hooks.backend_record.display_name} and got {created_id!r} instead "
                "of an external id: let _create, or the adapter's create, return it."
            )
        hooks.external_id = created_id
        if self._creator and self._creator.has_earlier_values:
            self._update(map_record, None)
        hooks.outcome = Outcome.CREATED
        return hooks.env._("Created in the backend with ID %s.", created_id)

    def _update(self, map_record: Any, fields: Iterable[str] | None) -> str:
        hooks = self._hooks
        values = hooks._update_data(map_record, fields=fields)
        if not values:
            return self._nothing_to_export()
        with self._sending("_update"):
            hooks._update(values)
        hooks.outcome = Outcome.UPDATED
        return hooks.env._("Updated in the backend: ID %s.", hooks.external_id)

    def _sending(self, hook: str) -> Any:
        """Return the context of a hook that sends the record.

        An override may send several requests. If one of them fails, the record may be
        sent in part, and the job must not commit.
        """
        if self._hooks._is_overridden(hook):
            return nullcontext()
        return committing_dependencies_on_wait(self._hooks)

    def _is_newer_in_backend(self) -> bool:
        try:
            return bool(self._hooks._should_import())
        except IDMissingInBackend:
            self._external_ids.note_deleted()
            return False

    def _nothing_to_export(self) -> str:
        self._hooks.outcome = Outcome.UNCHANGED
        return self._hooks.env._("Nothing to export.")

    @property
    def _is_in_backend(self) -> bool:
        return is_external_id(self._hooks.external_id)


class ExternalIds:
    """Loads and keeps ``hooks.external_id``; ``hooks`` is the exporter."""

    def __init__(self, hooks: Any) -> None:
        self._hooks = hooks
        #: the id in the database, of the binding or of a receipt
        self._stored_id: Any = None
        #: the id of a record that was deleted remotely
        self._deleted_id: Any = None
        #: of a receipt; read before an error can abort the transaction
        self._record: models.BaseModel | None = None
        #: receipt of the key under which the record was created
        self.key_receipt_id: int | None = None

    def load(self) -> None:
        """Read the external id of the binding, or of a receipt."""
        self._deleted_id = self.key_receipt_id = None
        self.reload()

    def reload(self) -> None:
        """Read the external id again; ignore that of a deleted record."""
        hooks, binder = self._hooks, self._hooks.binder
        external_id = binder.to_external(hooks.binding)
        self._record = hooks._exported_record()
        if not is_external_id(external_id):
            external_id = self._receipts._claim(
                hooks.backend_record, hooks.binding._name, self._record
            )
            if is_external_id(external_id):
                check_is_free(binder, external_id, hooks.binding)
        self._stored_id = external_id
        is_deleted = external_id == self._deleted_id
        hooks.external_id = None if is_deleted else external_id

    def note_deleted(self) -> None:
        """Forget the id of a record that was deleted remotely, to create another."""
        self._deleted_id, self._hooks.external_id = self._hooks.external_id, None

    @contextmanager
    def kept_on_error(self) -> Iterator[None]:
        """Leave a receipt if the block fails after the backend returned an id."""
        try:
            yield
        except BaseException as error:
            self._leave_receipt()
            if asks_to_wait(error):
                self._bind()
            raise

    def commit(self) -> None:
        """Commit, or leave a receipt if the transaction must not be committed."""
        if commits_are_forbidden(self._hooks.env.cr):
            self._leave_receipt(is_bound=True)
        else:
            if self.key_receipt_id:
                self._leave_receipt(is_bound=True)
            self._hooks.env.cr.commit()  # pylint: disable=invalid-commit
            self._stored_id = self._hooks.external_id

    def end_keys(self) -> None:
        """Delete the keys of a record that a natural key has found."""
        hooks = self._hooks
        if hooks.backend_adapter.sends_idempotency_keys():
            self._receipts._end_all(
                hooks.backend_record, hooks.binding._name, self._record
            )

    def _bind(self) -> None:
        """Bind a new id.

        A job that waits commits, and with it the deletion of the claimed receipt.
        """
        hooks = self._hooks
        if is_external_id(hooks.external_id):
            if str(hooks.binder.to_external(hooks.binding)) != str(hooks.external_id):
                hooks.binder.bind(hooks.external_id, hooks.binding)

    def _leave_receipt(self, is_bound: bool = False) -> None:
        """Leave a receipt of a new id.

        :param is_bound: the binder has written the id, perhaps in another form
        """
        hooks, binding = self._hooks, self._hooks.binding
        external_id, field = hooks.external_id, hooks.binder._external_field
        if not is_external_id(external_id) or external_id == self._stored_id:
            return
        # a binder may store it elsewhere, in several fields
        has_field = is_bound and str(field) in binding._fields
        bound_id = has_field and binding[field]
        self._receipts._leave(
            hooks.backend_record,
            hooks.binding._name,
            self._record,
            external_id=external_id,
            bound_as=(binding, field, bound_id or str(external_id)),
            receipt_id=self.key_receipt_id,
        )
        self._stored_id = external_id

    @property
    def _receipts(self) -> models.BaseModel:
        return self._hooks.env["connector.export.receipt"].sudo()
