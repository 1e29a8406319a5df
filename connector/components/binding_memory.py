# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Memory of the bindings of external ids, which is never out of date.

Two facts keep a memory correct without a query:

- A known binding is used only while the record cache agrees with it. Every change or
  deletion of the binding changes the cache.
- A free external id is free until a binding is created or written. The transaction
  logs the ids of these bindings. A commit or a rollback, to a savepoint too, drops the
  log, and with it everything that was known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from odoo import models
from odoo.exceptions import AccessError, MissingError

from .external_id import external_key
from .session import Session

#: in the cache of the cursor: ``{model: ids of the bindings touched}``
_LOG = "connector.binding.log"

#: returns ``{key: id of the binding, or None if it is free}``, without the keys that
#: have no single answer
Find = Callable[[list[str]], dict[str, int | None]]


def note_touched(bindings: models.BaseModel) -> None:
    """Log bindings that were created or written, if the transaction has a log."""
    log = bindings.env.cr.cache.get(_LOG)
    if log is not None:
        log[bindings._name].extend(bindings.ids)


class Link(NamedTuple):
    """Fields of a binding that link it to one backend."""

    external_field: str
    backend_field: str
    backend_id: int

    def key(self, binding: models.BaseModel) -> str | None:
        """Return the key of a binding in this backend, None if it has none."""
        try:
            if binding[self.backend_field].id != self.backend_id:
                return None
            return external_key(binding[self.external_field])
        except (MissingError, AccessError):
            return None


def find_memory(binder: Any, make: bool = False) -> BindingMemory | None:
    """Return the memory of a binder's model, backend and user in the session.

    None for a model that does not log its changes.
    """
    memories = Session.of(binder.work).binding_memories
    if not (memories or make):
        return None
    env, backend, model = binder.env, binder.backend_record, binder.model
    key = (
        model._name,
        binder._external_field,
        backend._name,
        backend.id,
        env.uid,
        env.su,
        tuple(env.context.get("allowed_company_ids") or ()),
    )
    memory = memories.get(key)
    logs_changes = isinstance(model, env.registry["external.binding"])
    if memory is None and make and logs_changes:
        link = Link(binder._external_field, binder._backend_field, backend.id)
        memory = memories[key] = BindingMemory(link, binder._find_ids)
    return memory


class BindingMemory:
    """Bindings of one model in one backend, as far as they are known."""

    def __init__(self, link: Link, find: Find) -> None:
        self._link = link
        self._find = find
        self._asked: dict[str, None] = {}
        self._known: dict[str, int | None] = {}
        self._prefetch_ids: dict[int, None] = {}
        self._log: dict[str, list[int]] | None = None
        self._log_position = 0

    def prefetch(self, model: models.BaseModel, keys: Iterable[str]) -> None:
        """Look up the bindings of ``keys``, in one query for the unknown ones."""
        self._catch_up(model)
        new = [key for key in dict.fromkeys(keys) if key not in self._known]
        self._asked.update(dict.fromkeys(new))
        self._learn(new)

    def recall(self, model: models.BaseModel, key: str) -> models.BaseModel | None:
        """Return the binding of ``key``, empty if the key is free, None if unknown."""
        if key not in self._asked:
            return None
        self._catch_up(model)
        try:
            binding_id = self._known[key]
        except KeyError:
            return None
        if binding_id is None:
            return model.browse()
        binding = model.browse(binding_id).with_prefetch(self._prefetch_ids)
        if self._link.key(binding) == key:
            return binding
        del self._known[key]
        return None

    def _catch_up(self, model: models.BaseModel) -> None:
        """Apply the log entries since the last call."""
        log = model.env.cr.cache.setdefault(_LOG, defaultdict(list))
        touched = log[model._name]
        if log is not self._log:
            self._log, self._log_position = log, len(touched)
            self._known.clear()
            self._prefetch_ids.clear()
            self._learn(list(self._asked))
            return
        if self._log_position == len(touched):
            return
        new_ids = touched[self._log_position :]
        self._log_position = len(touched)
        for binding in model.browse(dict.fromkeys(new_ids)):
            self._note_binding(binding)

    def _note_binding(self, binding: models.BaseModel) -> None:
        """Remember a binding that takes a free id; forget an id that had another."""
        key = self._link.key(binding)
        if key not in self._known or self._known[key] == binding.id:
            return
        if self._known[key] is None:
            self._known[key] = binding.id
            self._prefetch_ids[binding.id] = None
        else:
            del self._known[key]

    def _learn(self, keys: list[str]) -> None:
        if not keys:
            return
        found = self._find(keys)
        self._known.update(found)
        self._prefetch_ids.update(dict.fromkeys(filter(None, found.values())))
