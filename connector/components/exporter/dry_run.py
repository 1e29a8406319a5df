# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Report what an export would send, without sending or writing anything.

The steps of an export run up to the request that would send the record
(``flow.py``)::

    load the id ─ compare with the remote record ─ dependencies ─ map ─► request
                                                       │                   │
                       are reported, not exported ◄────┘     it ends here ◄┘

Then everything is rolled back. No hook that sends is called, and the operations of the
adapter that write raise an error. A record that is needed and is not in the backend yet
gets a placeholder external id until the rollback, so that the values can be mapped.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from contextlib import nullcontext
from itertools import count
from typing import Any

from odoo import models

from odoo.addons.component.core import AbstractComponent

from ...exception import ConnectorException
from ...jobs.descriptions import name_of_model
from ...jobs.lifecycle import asks_to_wait
from ...outcome import Outcome
from ...wording import shorten
from ..comparison.descriptions import MAX_CHARACTERS
from ..external_id import is_external_id, storable_text
from ..importer.dry_run import rolled_back
from ..session import Session
from .external_ids import ExternalIds
from .flow import Request

#: operations of adapters that write
_WRITING = (
    "create",
    "write",
    "delete",
    "create_once",
    "create_many",
    "write_many",
    "delete_many",
)
_HOOKS = frozenset({"_create", "_update"})

Line = dict[str, Any]


class PreviewIds(ExternalIds):
    """External ids of an export that keeps none."""

    def reload(self) -> None:
        hooks = self._hooks
        hooks.external_id = self._stored_id = hooks.binder.to_external(hooks.binding)

    def kept_on_error(self) -> Any:
        return nullcontext()

    def commit(self) -> None:
        """Commit nothing."""

    def end_keys(self) -> None:
        """Keep the keys."""


class ExportPreview:
    """The dry run of one job; dependencies find it in the session."""

    def __init__(self, work: Any) -> None:
        self._work = work
        self.lines: list[Line] = []
        self.counts: Counter[Outcome] = Counter()
        self.binding_ids: dict[Outcome, list[int]] = defaultdict(list)
        #: ``{placeholder external id: name of the record}``
        self._needed: dict[str, str] = {}
        self._numbers = count(1)

    def note_needed(self, hooks: Any, binding: models.BaseModel) -> None:
        """Report a record that would be exported first, and give it an id."""
        external_id = f"-{next(self._numbers)}"
        self._needed[external_id] = name = binding.display_name
        hooks.binder_for(binding._name).bind(external_id, binding)
        needed_by = hooks.binding.display_name
        reason = hooks.env._("Would be exported first: %s needs it", needed_by)
        self.lines.append(
            {"outcome": Outcome.CREATED, "record_name": name, "reason": reason}
        )

    def preview(self, binding: models.BaseModel) -> None:
        """Report one record.

        :raise RetryableJobError: the backend asks to wait
        """
        exporter = self._work.component(usage="record.exporter")
        line: Line = {"record_name": binding.display_name, "binding_id": binding.id}
        try:
            with binding.env.cr.savepoint():
                outcome, line["changes"], reason = self._find_changes(exporter, binding)
        except Exception as error:
            if asks_to_wait(error):
                raise
            outcome, reason = Outcome.FAILED, str(error)
        if is_external_id(exporter.external_id):
            line["external_id"] = storable_text(str(exporter.external_id))
        line.update(outcome=outcome, reason=storable_text(reason or "") or False)
        self.counts[outcome] += 1
        self.binding_ids[outcome].append(binding.id)
        if outcome != Outcome.UNCHANGED:
            self.lines.append(line)

    def _find_changes(
        self, exporter: Any, binding: models.BaseModel
    ) -> tuple[Outcome, str, str]:
        """Return the outcome, the changes and the reason of an export."""
        if exporter._is_overridden("run") or exporter._is_overridden("_run"):
            raise TypeError(
                f"{exporter._name} has no dry run: expected an exporter that overrides "
                "neither run nor _run."
            )
        refuse_writes(exporter.backend_adapter)
        exporter.binding, flow = binding, exporter._flow
        flow.external_ids, flow.bulk_hooks = PreviewIds(exporter), _HOOKS
        request, message = first_request(flow.steps(fields=None))
        if request is None:
            outcome = exporter.outcome or Outcome.UNCHANGED
            return outcome, "", message or ""
        if request.hook == "_create":
            return Outcome.CREATED, self._describe(request.values, None), ""
        remote = _read_remote(exporter, request.values)
        changes = self._describe(request.values, remote)
        outcome = Outcome.UPDATED if changes else Outcome.UNCHANGED
        return outcome, changes, ""

    def _describe(self, values: Any, remote: dict[str, Any] | None) -> str:
        """Return a line for each value that differs from the remote one."""
        if not isinstance(values, dict):
            return self._text(values)
        lines = []
        for name, value in values.items():
            value = _plain(value)
            if remote and name in remote:
                if _same(remote[name], value):
                    continue
                lines.append(
                    f"{name}: {self._text(remote[name])} → {self._text(value)}"
                )
            else:
                lines.append(f"{name}: {self._text(value)}")
        return "\n".join(lines)

    def _text(self, value: Any) -> str:
        if value is None or value is False or value == "":
            return "–"
        if isinstance(value, list | tuple):
            return ", ".join(map(self._text, value)) or "–"
        text = storable_text(str(value))
        if text in self._needed:
            return self._needed[text]
        return shorten(text, MAX_CHARACTERS)


class ExportDryRun(AbstractComponent):
    """Dry run of the export of all bindings, in chunks."""

    _name = "generic.export.dry.run"
    _inherit = "generic.batch.exporter"
    _usage = "export.dry.run"

    _chunk_size = 50  #: records of one job

    def _find_chunk_size(self, options: dict) -> int:
        return self._chunk_size

    def _export_chunk(self, bindings, run=None, **kwargs):
        self.model.with_delay(
            description=self.env._(
                "Dry run of the export of %(count)s records of %(model)s to "
                "%(backend)s",
                count=len(bindings),
                model=name_of_model(self.model),
                backend=self.backend_record.display_name,
            )
        ).dry_run_export_chunk(self.backend_record, bindings.ids, run=run)

    def run_chunk(self, bindings: models.BaseModel) -> ExportPreview:
        """Return what an export of the bindings would send."""
        session = Session.of(self.work)
        session.preview = preview = ExportPreview(self.work)
        with rolled_back(self.env.cr):
            for binding in bindings.exists():
                preview.preview(binding)
        return preview


def refuse_writes(adapter: Any) -> None:
    """Replace the operations of an adapter that write by one that raises an error."""

    def refuse(*_args: Any, **_kwargs: Any) -> None:
        raise ConnectorException(
            f"{adapter._name} must not write during a dry run: the exporter calls it "
            "before _create or _update."
        )

    for name in _WRITING:
        if hasattr(adapter, name):
            setattr(adapter, name, refuse)


def first_request(steps: Any) -> tuple[Request | None, str | None]:
    """Return the first request of an export, or the message of one without."""
    try:
        return next(steps), None
    except StopIteration as end:
        return None, end.value
    finally:
        steps.close()


def _read_remote(exporter: Any, values: Any) -> dict[str, Any]:
    """Return the remote record, empty if the adapter cannot read it."""
    if not isinstance(values, dict):
        return {}
    adapter = exporter.backend_adapter
    try:
        if hasattr(adapter, "read_version"):
            version = adapter.read_version(exporter.external_id, list(values))
            return version.values if version else {}
        record = adapter.read(exporter.external_id)
    except Exception as error:
        if asks_to_wait(error):
            raise
        return {}
    return record if isinstance(record, dict) else {}


def _plain(value: Any) -> Any:
    """Return the ids of a command that sets them."""
    if isinstance(value, list | tuple) and len(value) == 1:
        (command,) = value
        if isinstance(command, list | tuple) and len(command) == 3 and command[0] == 6:
            return command[2]
    return value


def _same(remote: Any, value: Any) -> bool:
    if isinstance(remote, list | tuple) and isinstance(value, list | tuple):
        return sorted(map(repr, remote)) == sorted(map(repr, value))
    return remote == value or (not remote and not value and remote != 0 and value != 0)
