# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Queues that a transaction fills, and that are flushed when it is committed.

A subclass keeps its items in dicts, sets and lists. A transaction has at most one queue
of each subclass, which lives on the cursor. A dict merges items with the same key::

    class ExportRequests(TransactionQueue):
        def __init__(self):
            self.fields = {}  # binding -> names of changed fields

        def add(self, binding, fields):
            self.fields[binding] = self.fields.get(binding, frozenset()) | fields

        def flush(self, cr):
            for binding, fields in self.fields.items():
                ...

    ExportRequests.of(env.cr).add(binding, fields)

==================  ============================  ======================================
event               ``TransactionQueue``          ``AfterCommitQueue``
==================  ============================  ======================================
flush, commit       ``flush(cr)``, and the queue
                    is removed from the cursor
after the commit                                  ``flush(own_cr)``; an error is logged
rollback            dropped                       dropped
==================  ============================  ======================================

Savepoints are followed: a savepoint remembers a copy of each queue when it begins, and
its rollback restores the copies::

    queue   [ a  b ]              Savepoint() remembers a, b
            [ a  b  c  d ]        two more items
            [ a  b ]              rollback() drops c and d

Odoo itself clears ``cr.precommit`` when a flushing savepoint is rolled back, and never
``cr.postcommit``. A queue that was flushed inside the savepoint is restored too: the
rollback reverts the writes of the flush. Odoo has no callback for savepoints, so this
module extends two methods of ``odoo.sql_db.Savepoint``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from odoo.modules.registry import Registry
from odoo.sql_db import BaseCursor, Savepoint

if TYPE_CHECKING:
    from typing import Self


class TransactionQueue:
    """Queue that is flushed before the commit.

    Its attributes are containers of one level, or values.
    """

    _callbacks: ClassVar[Literal["precommit", "postcommit"]] = "precommit"

    def flush(self, cr: BaseCursor) -> None:
        """Handle the items. The cursor has a new queue by now, if it has any."""
        raise NotImplementedError

    @classmethod
    def of(cls, cr: BaseCursor) -> Self:
        """Return the queue of the running transaction; create it on first use."""
        queue = cls.find(cr)
        if queue is None:
            queue = cls()
            queue._put(cr)
        return queue

    @classmethod
    def find(cls, cr: BaseCursor) -> Self | None:
        """Return the queue of the running transaction, or None."""
        return getattr(cr, cls._callbacks).data.get(cls)

    @classmethod
    @contextmanager
    def withheld(cls, cr: BaseCursor) -> Iterator[None]:
        """Exclude the present queue from flushes in the block.

        The block gets a new queue, whose remaining items are dropped at the end.
        """
        queue = cls._take(cr)
        try:
            yield
        finally:
            if queue is not None:
                queue._put(cr)

    @classmethod
    def _take(cls, cr: BaseCursor) -> Self | None:
        return getattr(cr, cls._callbacks).data.pop(cls, None)

    def _put(self, cr: BaseCursor) -> None:
        callbacks = getattr(cr, self._callbacks)
        callbacks.data[type(self)] = self
        # a callback that finds no queue does nothing, so that several do no harm
        callbacks.add(partial(self._run, cr))

    @classmethod
    def _run(cls, cr: BaseCursor) -> None:
        queue = cls._take(cr)
        if queue is not None:
            queue.flush(cr)

    def copy(self) -> Self:
        """Return a queue with the same items in new containers."""
        other = copy(self)
        for name, value in vars(self).items():
            setattr(other, name, copy(value))
        return other

    def __deepcopy__(self, memo: dict) -> Self:
        # Odoo's test cases deepcopy the callbacks' data; records cannot be copied
        return self.copy()


class AfterCommitQueue(TransactionQueue):
    """Queue that is flushed after the commit, with a separate cursor.

    An error of ``flush`` goes to the logger of the class's module. It is not raised,
    because the transaction of the caller is committed.
    """

    _callbacks = "postcommit"
    #: the message to log with an error
    _failure: ClassVar[str] = "A queue could not be flushed after the commit"

    def is_empty(self) -> bool:
        """Return True if no cursor needs to be opened."""
        return not any(vars(self).values())

    @classmethod
    def _run(cls, cr: BaseCursor) -> None:
        queue = cls._take(cr)
        if queue is None or queue.is_empty():
            return
        try:
            with Registry(cr.dbname).cursor() as own_cr:
                queue.flush(own_cr)
        except Exception:
            logging.getLogger(cls.__module__).exception(cls._failure)


def _queues(cr: BaseCursor) -> list[TransactionQueue]:
    return [
        value
        for callbacks in (cr.precommit, cr.postcommit)
        for value in callbacks.data.values()
        if isinstance(value, TransactionQueue)
    ]


def _begin(self: Savepoint, cr: Any) -> None:
    _savepoint_begin(self, cr)
    # Odoo's test cursors make savepoints of a bare psycopg2 cursor, without callbacks
    if isinstance(cr, BaseCursor):
        self._queues = [  # type: ignore[attr-defined]
            queue.copy() for queue in _queues(cr)
        ]


def _rollback(self: Savepoint) -> None:
    _savepoint_rollback(self)
    remembered = getattr(self, "_queues", None)
    if remembered is None:
        return
    for queue in _queues(self._cr):  # type: ignore[arg-type]
        queue._take(self._cr)  # type: ignore[arg-type]
    for queue in remembered:
        # a copy: the savepoint may be rolled back again
        queue.copy()._put(self._cr)


_savepoint_begin, _savepoint_rollback = Savepoint.__init__, Savepoint.rollback
Savepoint.__init__ = wraps(_savepoint_begin)(_begin)  # type: ignore[method-assign]
Savepoint.rollback = wraps(_savepoint_rollback)(_rollback)  # type: ignore[method-assign]
