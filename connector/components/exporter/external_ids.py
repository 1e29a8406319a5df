# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The external id of an exported record, which must never be lost.

The backend cannot be rolled back. If the transaction that has received a new external
id is rolled back, the next try would create the record a second time:

.. code-block:: text

    load      the id of the binding, or of a receipt that a lost transaction has left
    _create   the backend returns the id            ─┐ an error leaves a receipt,
    bind      the id is written on the binding       │ which is committed
    commit    if the job may commit; otherwise      ─┘ separately
              a receipt, deleted after the commit of the job
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from odoo import models
from odoo.sql_db import BaseCursor

from ...binding_links import LinkFields, say_bound
from ...exception import InvalidDataError
from ...jobs.lifecycle import asks_to_wait
from ..external_id import is_external_id


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

    def load(self) -> None:
        """Take the external id of the binding, or of the receipt of a lost one."""
        hooks, binder = self._hooks, self._hooks.binder
        external_id = binder.to_external(hooks.binding)
        self._record = hooks._find_record()
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
            self._leave_receipt()
        else:
            self._hooks.env.cr.commit()  # pylint: disable=invalid-commit
            self._stored_id = self._hooks.external_id

    def _bind(self) -> None:
        """Bind a new id: a job that waits commits that its receipt was claimed."""
        hooks = self._hooks
        if is_external_id(hooks.external_id):
            if str(hooks.binder.to_external(hooks.binding)) != str(hooks.external_id):
                hooks.binder.bind(hooks.external_id, hooks.binding)

    def _leave_receipt(self) -> None:
        hooks = self._hooks
        external_id = hooks.external_id
        if not is_external_id(external_id) or external_id == self._stored_id:
            return
        self._receipts._leave(
            hooks.backend_record,
            hooks.binding._name,
            self._record,
            external_id=str(external_id),
            bound_as=(hooks.binding, hooks.binder._external_field),
        )
        self._stored_id = external_id

    @property
    def _receipts(self) -> models.BaseModel:
        return self._hooks.env["connector.export.receipt"].sudo()


def check_is_free(binder: Any, external_id: Any, binding: models.BaseModel) -> None:
    """Check that no other binding has the external id that a binding is to get.

    The database refuses such a binding, too, but only after the values of one record
    were sent to the external record of another.

    :raise InvalidDataError: names the other binding
    """
    if str(binder.to_external(binding)) == str(external_id):
        return
    other = binder.to_internal(external_id)
    if not other or other == binding:
        return
    link = LinkFields(binder._backend_field, binder._odoo_field, binder._external_field)
    raise InvalidDataError(
        f"{binding._name} {binding.id} ({binding.display_name}): "
        f"{say_bound(other, str(external_id), link)} ({link.external})"
    )


def commits_are_forbidden(cr: BaseCursor) -> bool:
    """Return whether the code that opened the transaction forbids to commit it.

    ``queue_job`` and test cases do so by a ``commit`` of the cursor object itself.
    """
    return "commit" in getattr(cr, "__dict__", ())
