# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The external id of an exported record, which no failure may lose.

The backend cannot be rolled back. A new external id must not be lost with the
transaction, or the next try creates the record a second time: ``_commit`` follows the
binding directly. If it must not commit, or an error comes before it, the id is written
in a *receipt*, which is committed separately and deleted after the commit of the job.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from odoo import models

from ...binding_links import check_is_free
from ...database import commits_are_forbidden
from ...jobs.lifecycle import asks_to_wait
from ..backend_adapter import sends_keys
from ..external_id import is_external_id
from ..session import Session
from .dependencies import WaitsForBulk


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
        self._is_claimed = False

    def load(self) -> None:
        """Read the external id of the binding, or of a receipt."""
        self._deleted_id = self.key_receipt_id = None
        self._is_claimed = False
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
            self._is_claimed = is_external_id(external_id)
            if self._is_claimed:
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
            if asks_to_wait(error) or isinstance(error, WaitsForBulk):
                self._bind()
            raise

    def commit(self) -> None:
        """Commit, or leave a receipt if the transaction must not be committed."""
        hooks = self._hooks
        if commits_are_forbidden(hooks.env.cr) or Session.of(hooks.work).is_bulk_export:
            self._leave_receipt(is_bound=True)
        else:
            if self.key_receipt_id:
                self._leave_receipt(is_bound=True)
            hooks.env.cr.commit()  # pylint: disable=invalid-commit
            self._stored_id = hooks.external_id

    def end_keys(self) -> None:
        """Delete the keys of a record that a natural key has found."""
        hooks = self._hooks
        if sends_keys(hooks.backend_adapter):
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

    def note_left(self, receipt_id: int | None, external_id: Any) -> None:
        """Note the receipt that a bulk call has left."""
        self.key_receipt_id, self._stored_id = receipt_id, external_id
        self._hooks.external_id = external_id

    def restore_claimed(self) -> None:
        """Leave the claimed receipt of a record that a bulk export did not bind."""
        if self._is_claimed:
            self._stored_id = None
            self._leave_receipt()

    def bound_as(self) -> tuple:
        """Return ``bound_as`` of the receipt of a bound record."""
        hooks, field = self._hooks, self._hooks.binder._external_field
        has_field = str(field) in hooks.binding._fields
        bound_id = has_field and hooks.binding[field]
        return hooks.binding, field, bound_id or str(hooks.external_id)

    def _leave_receipt(self, is_bound: bool = False) -> None:
        """Leave a receipt of a new id.

        :param is_bound: the binder has written the id, perhaps in another form, or
            elsewhere, in several fields
        """
        hooks, external_id = self._hooks, self._hooks.external_id
        if not is_external_id(external_id) or external_id == self._stored_id:
            return
        unbound = (hooks.binding, hooks.binder._external_field, str(external_id))
        self._receipts._leave(
            hooks.backend_record,
            hooks.binding._name,
            self._record,
            external_id=external_id,
            bound_as=self.bound_as() if is_bound else unbound,
            receipt_id=self.key_receipt_id,
        )
        self._stored_id = external_id

    @property
    def _receipts(self) -> models.BaseModel:
        return self._hooks.env["connector.export.receipt"].sudo()
