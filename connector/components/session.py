# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""State that the components of one job share.

A job enters the work context of one model. The work contexts of all other models come
from it, and all of them have the same session::

    with backend.work_on("shop.sale.order") as work:              work.session ─┐
        work.component("record.importer")                                       │
        └─ component("record.importer", "shop.res.partner") ─── its work.session ┤
           └─ component("backend.adapter") ──────────────────── its work.session ┘
    # closed: connections end, the next job begins with an empty session

``connector.backend`` closes the session when the block ends. A work context that was
made without a backend's ``work_on`` gets a session with its first component.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ..outcome import Outcome

T = TypeVar("T")

#: an external record, ``(binding model, external id as text)``
Key = tuple[str, str]
#: attribute of the session; the second, if a connector uses the first differently
_NAMES = ("session", "connector_session")


@dataclass(eq=False)
class Session:
    """State that the components of one job share."""

    # import
    #: external records whose import has begun and not ended
    importing: set[Key] = field(default_factory=set)
    #: the dependencies of each external record
    needs: dict[Key, list[Key]] = field(default_factory=dict)
    #: outcomes of the records that reached the mapper, all models together
    imported: Counter[Outcome] = field(default_factory=Counter)
    #: external records that did not fail, whatever their outcome
    not_failed: set[Key] = field(default_factory=set)
    #: records that the search of this job has read: their import reads none again
    found: dict[Key, Any] = field(default_factory=dict)
    #: rows of the history that are not stored yet
    history: list[dict[str, Any]] = field(default_factory=list)
    #: id of the batch for which the job searches
    batch_id: int | None = None
    #: run of the job, None without one
    run: Any = None
    #: the running job, None outside of jobs
    job: Any = None
    #: whether the failures of the records of the job are in the history
    had_failed: bool = False
    #: whether the backend gave no answer for a record of this job
    is_unreached: bool = False
    #: recorder of a dry run, None otherwise
    recorder: Any = None
    #: decision of a person about a record that both sides changed
    decision: Any = None
    # export
    #: dry run of an export, None otherwise
    preview: Any = None
    #: bindings whose export has begun and not ended, ``(model, id)``
    exporting: set[tuple[str, int]] = field(default_factory=set)
    #: bindings that were sent because another one needs them
    sent_dependencies: list[Any] = field(default_factory=list)
    #: bindings that were exported, whatever their outcome, ``(model, id)``
    exported: set[tuple[str, int]] = field(default_factory=set)
    #: whether receipts keep new ids until all records of the job are exported
    is_bulk_export: bool = False
    #: bindings that a bulk export is about to send, ``(model, id)``
    in_bulk: set[tuple[str, int]] = field(default_factory=set)
    # adapters and binders
    #: memories of binders, by model, backend and user
    binding_memories: dict[tuple, Any] = field(default_factory=dict)
    #: memories of record matchers, by direction and model
    matches: dict[tuple[str, str], dict[Any, Any]] = field(default_factory=dict)
    #: ids that ``record_by`` found, by modifier, target, company and language
    records_by_key: dict[tuple, dict[str, list[int]]] = field(default_factory=dict)
    #: connections of REST adapters, by server and credentials
    http_sessions: dict[tuple, Any] = field(default_factory=dict)
    #: seconds that all connections together may wait in this job
    wait_budget: Any = None
    _exit_stack: ExitStack = field(default_factory=ExitStack)

    @classmethod
    def of(cls, work: Any) -> Session:
        """Return the session of a work context, a new one if it has none."""
        attributes = vars(work)
        for name in _NAMES:
            found = attributes.get(name)
            if isinstance(found, cls):
                return found
            if name not in attributes:
                break
        session = cls()
        setattr(work, name, session)
        work._propagate_kwargs.append(name)
        return session

    def begin_job(self, job: Any, run: Any = None, had_failed: bool = False) -> None:
        """Note the job, its run, and whether its records have failed before."""
        self.job, self.run, self.had_failed = job, run, had_failed

    def enter(self, context_manager: AbstractContextManager[T]) -> T:
        """Enter a context manager that is left when the session is closed."""
        return self._exit_stack.enter_context(context_manager)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exception: Any) -> None:
        self._exit_stack.close()


@contextmanager
def in_progress(registered: set, keys: set) -> Iterator[None]:
    """Keep ``keys`` in a set until the block ends."""
    new = keys - registered
    registered |= new
    try:
        yield
    finally:
        registered -= new
