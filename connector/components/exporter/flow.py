# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The steps of an export, in their order.

.. code-block:: text

    run(binding, fields)
     │  the binding was deleted ───────────────────────────────────────▶ skipped
     │  load the external id: of the binding, or of a receipt      external_ids.py
     │  read the unconfirmed edits; none left to send ─────────────────▶ unchanged
     │  _should_import: newer in the backend? _delay_import, and go on
     ├─ _run(fields)                              SkipError of a hook ─▶ skipped
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

The steps are a generator. An export of one record calls ``_create`` and ``_update``. An
export of many (``bulk.py``) gets a ``Request`` in their place, sends the requests of
all records together, and continues each record with its answer.

Names with an underscore are hooks of the exporter, which a connector may override.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import nullcontext
from typing import Any, NamedTuple

from ...binding_links import check_is_free
from ...exception import ConnectorException, IDMissingInBackend, SkipError
from ...jobs.failure import about_record
from ...outcome import Outcome
from ..external_id import is_external_id
from ..history.recorder import History
from ..session import Session, in_progress
from ..two_way.unconfirmed import SentEdits, stores_unconfirmed_edits
from .dependencies import committing_dependencies_on_wait, explaining_refused_binding
from .external_ids import ExternalIds
from .keyed_creation import KeyedCreator

#: steps of an export, which end with a message for the job
Steps = Generator["Request", Any, str]


class Request(NamedTuple):
    """Values that a bulk call sends in place of a hook."""

    #: ``_create`` or ``_update``
    hook: str
    values: Any


def complete(steps: Steps) -> Any:
    """Return the result of steps without a request."""
    try:
        next(steps)
    except StopIteration as end:
        return end.value
    raise AssertionError("The request of a bulk export was not sent.")


def run_exporter(exporter: Any, binding: Any, **kwargs: Any) -> Any:
    """Export a binding by any exporter, and return its message.

    An exporter with its own ``run`` may raise ``SkipError``, too.
    """
    try:
        return exporter.run(binding, **kwargs)
    except SkipError as error:
        exporter.outcome = Outcome.SKIPPED
        return exporter.env._("Skipped: %s", error)


class ExportFlow:
    """Exports a record by the hooks of a connector.

    :param hooks: the exporter, or an object with the same hooks
    :param edits: the unconfirmed edits that the export sends
    :param external_ids: loads and keeps the external id of the record
    """

    def __init__(self, hooks: Any, edits: SentEdits, external_ids: ExternalIds) -> None:
        self._hooks = hooks
        self._edits = edits
        self.external_ids = external_ids
        #: whether the created record has earlier values than the current ones
        self._has_earlier_values = False
        self._history = History(hooks)
        #: values that were sent, None if an override of ``_run`` has sent them
        self._sent: Any = None
        #: why the record was skipped
        self._reason: Any = None
        #: hooks whose request a bulk call sends
        self.bulk_hooks: frozenset[str] = frozenset()

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Export the record, and return a message for the job."""
        return complete(self.steps(*args, **kwargs))

    def steps(self, *args: Any, **kwargs: Any) -> Steps:
        """Yield the request of the record, if a bulk call sends it."""
        hooks, binding, env = self._hooks, self._hooks.binding, self._hooks.env
        session = Session.of(hooks.work)
        hooks.outcome, self._has_earlier_values = Outcome.SKIPPED, False
        self._sent = self._reason = None
        if not binding.exists():
            return env._("%s does not exist any more: not exported.", binding)
        self.external_ids.load()
        # an override of _run exports, unless it sets another outcome
        hooks.outcome = Outcome.UPDATED if self._is_in_backend else Outcome.CREATED
        self._edits.begin(kwargs.get("fields", args[0] if args else None))
        if self._is_in_backend and self._edits.leave_out_confirmed(kwargs):
            return self._nothing_to_export()
        key = (binding._name, binding.id)
        with in_progress(session.exporting, {key}), self.external_ids.kept_on_error():
            try:
                if self._is_newer_in_backend():
                    hooks._delay_import()
                if self.bulk_hooks:
                    message = yield from self._send(*args, **kwargs)
                else:
                    message = hooks._run(*args, **kwargs)
            except SkipError as error:
                message = self._skip(str(error) or True)
            if self._is_in_backend:
                self._edits.confirm()
                with explaining_refused_binding(hooks, hooks.model, binding):
                    hooks.binder.bind(hooks.external_id, binding)
                self._note_history()
                hooks._commit()
            else:
                self._note_history()
        if self._is_in_backend:
            hooks._after_export()
        session.exported.add(key)
        return message

    def send(self, fields: Iterable[str] | None = None) -> str:
        """Send the record, unless it is skipped: the steps of ``_run``."""
        return complete(self._send(fields))

    def _send(self, fields: Iterable[str] | None = None) -> Steps:
        hooks = self._hooks
        reason = (
            stores_unconfirmed_edits(hooks.binding)
            and hooks.binding._find_reason_to_stop()
        ) or hooks._has_to_skip()
        if reason:
            return self._skip(reason)
        hooks._export_dependencies()
        hooks._lock()
        if not self._is_in_backend:
            # a dependency may have begun another transaction, which sees that another
            # job has exported the record meanwhile
            self.external_ids.reload()
        map_record = hooks._map_data()
        if self._is_in_backend:
            return (yield from self._update(map_record, fields))
        return (yield from self._create(map_record))

    def _skip(self, reason: Any) -> str:
        """Set the outcome *skipped*; return the message for the job.

        :param reason: True if it is not known
        """
        self._hooks.outcome = Outcome.SKIPPED
        self._reason = reason if isinstance(reason, str) else None
        return self._hooks.env._("Skipped: %s", reason) if reason is not True else ""

    def create_under_key(self, values: Any, send: Callable[[Any], Any]) -> Any:
        """Create the record under an idempotency key; see ``keyed_creation.py``."""
        creator = KeyedCreator(self._hooks)
        try:
            return creator.create(values, send)
        finally:
            self._has_earlier_values = creator.has_earlier_values
            self.external_ids.key_receipt_id = creator.receipt_id

    def note_created(
        self, receipt_id: int | None, external_id: Any, has_earlier_values: bool
    ) -> None:
        """Note that a bulk call has created the record and left its receipt."""
        self._has_earlier_values = has_earlier_values
        self.external_ids.note_left(receipt_id, external_id)

    def _create(self, map_record: Any) -> Steps:
        hooks = self._hooks
        self._edits.names = None
        values = hooks._create_data(map_record, fields=None)
        if not values:
            return self._nothing_to_export()
        found_id = hooks._find_external_id(values)
        if is_external_id(found_id):
            check_is_free(hooks.binder, found_id, hooks.binding)
            hooks.external_id = found_id
            self.external_ids.end_keys()
            return (yield from self._update(map_record, None))
        self._sent = values
        with self._sending("_create"):
            created_id = yield from self._call("_create", values)
        if not is_external_id(created_id):
            raise ConnectorException(
                f"{hooks._name} created {hooks.binding} in "
                f"{hooks.backend_record.display_name} and got {created_id!r} instead "
                "of an external id: let _create, or the adapter's create, return it."
            )
        hooks.external_id = created_id
        if self._has_earlier_values:
            yield from self._update(map_record, None)
        hooks.outcome = Outcome.CREATED
        return hooks.env._("Created in the backend with ID %s.", created_id)

    def _update(self, map_record: Any, fields: Iterable[str] | None) -> Steps:
        hooks = self._hooks
        values = hooks._update_data(map_record, fields=fields)
        if not values:
            return self._nothing_to_export()
        self._sent = values
        with self._sending("_update"):
            yield from self._call("_update", values)
        hooks.outcome = Outcome.UPDATED
        return hooks.env._("Updated in the backend: ID %s.", hooks.external_id)

    def _call(self, hook: str, values: Any) -> Generator[Request, Any, Any]:
        """Call the hook that sends the record, or yield its request."""
        if hook not in self.bulk_hooks:
            try:
                return getattr(self._hooks, hook)(values)
            except Exception as error:
                about_record(error, "", values)
                raise
        getattr(self._hooks, f"_validate{hook}_data")(values)
        return (yield Request(hook, values))

    def _sending(self, hook: str) -> Any:
        """Return the context of a hook that sends the record.

        An override may send several requests. If one of them fails, the record may be
        sent in part, and the job must not commit.
        """
        if self._hooks._is_overridden(hook):
            return nullcontext()
        return committing_dependencies_on_wait(self._hooks)

    def _note_history(self) -> None:
        """Note what was sent; a bulk export stores it for all of its records."""
        hooks = self._hooks
        self._history.odoo_field = hooks.binder._odoo_field
        self._history.note_export(
            hooks.binding, hooks.outcome, hooks.external_id, self._sent, self._reason
        )
        if not Session.of(hooks.work).is_bulk_export:
            self._history.write()

    def _is_newer_in_backend(self) -> bool:
        try:
            return bool(self._hooks._should_import())
        except IDMissingInBackend:
            self.external_ids.note_deleted()
            return False

    def _nothing_to_export(self) -> str:
        self._hooks.outcome = Outcome.UNCHANGED
        return self._hooks.env._("Nothing to export.")

    @property
    def _is_in_backend(self) -> bool:
        return is_external_id(self._hooks.external_id)
