# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Remember what is bound to which external id, without ever being out of date.

Two facts keep a memory true without a query. A binding that is known is believed
only as long as the record cache agrees with it: whatever changes or deletes the
binding changes the cache. An id that is known to be free is believed until a
binding is created or written: the transaction keeps a log of these. Rolling back,
to a savepoint too, and committing drop the log, and with it all that was known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from odoo import models
from odoo.exceptions import AccessError, MissingError
from odoo.sql_db import BaseCursor

from .external_id import external_key

_LOG = "connector.binding.log"

#: returns ``{key: id of the binding, or None if it is free}``, without those keys for
#: which there is no single answer
Find = Callable[[list[str]], dict[str, int | None]]


class BindingLog:
    """The ids of the bindings touched in this transaction, by model."""

    def __init__(self) -> None:
        self.touched: dict[str, list[int]] = defaultdict(list)


def open_log(cr: BaseCursor) -> BindingLog:
    """Return the log of the transaction; from now on it is kept."""
    return cr.cache.setdefault(_LOG, BindingLog())


def note_touched(bindings: models.BaseModel) -> None:
    """Note bindings that were created or written, if anybody remembers any."""
    log = bindings.env.cr.cache.get(_LOG)
    if log is not None:
        log.touched[bindings._name].extend(bindings.ids)


class Link(NamedTuple):
    """By which fields a binding is linked, and to which backend."""

    external_field: str
    backend_field: str
    backend_id: int

    def key(self, binding: models.BaseModel) -> str | None:
        """Return the key that a binding takes in this backend, if it takes one."""
        try:
            if binding[self.backend_field].id != self.backend_id:
                return None
            return external_key(binding[self.external_field])
        except (MissingError, AccessError):
            return None


class BindingMemory:
    """The answers for one binding model and backend."""

    def __init__(self, link: Link, find: Find) -> None:
        self._link = link
        self._find = find
        self._asked: dict[str, None] = {}
        self._known: dict[str, int | None] = {}
        self._prefetch_ids: dict[int, None] = {}
        self._log: BindingLog | None = None
        self._log_position = 0

    def prefetch(self, model: models.BaseModel, keys: Iterable[str]) -> None:
        """Learn what is bound to ``keys``, in one query for those not known yet."""
        self._catch_up(model)
        new = [key for key in dict.fromkeys(keys) if key not in self._known]
        self._asked.update(dict.fromkeys(new))
        self._learn(new)

    def recall(self, model: models.BaseModel, key: str) -> models.BaseModel | None:
        """Return the binding of ``key``, an empty one if it is free, or None.

        None says that nobody knows and the database must be asked.
        """
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
        """Take note of what happened to bindings since the last time."""
        log = open_log(model.env.cr)
        if log is not self._log:
            self._log, self._log_position = log, len(log.touched[model._name])
            self._known.clear()
            self._prefetch_ids.clear()
            self._learn(list(self._asked))
            return
        touched = log.touched[model._name]
        if self._log_position == len(touched):
            return
        new_ids = touched[self._log_position :]
        self._log_position = len(touched)
        for binding in model.browse(dict.fromkeys(new_ids)):
            self._note_binding(binding)

    def _note_binding(self, binding: models.BaseModel) -> None:
        """Believe a binding that takes a free id; doubt where there was another."""
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
