# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Callbacks when a savepoint begins and when it is rolled back.

Events that wait for the commit are in queues of the cursor. A savepoint remembers the
queues as they are when it begins, and its rollback restores them::

    queue   [ a  b ]              Savepoint() remembers a, b
            [ a  b  c  d ]        two more events
            [ a  b ]              rollback() drops c and d

Odoo itself does only half of this: the rollback of a savepoint that flushes clears
``cr.precommit``, and none clears ``cr.postcommit``, to which an inner flush has moved
events already. It offers no callback for it either, so this module extends two methods
of ``odoo.sql_db.Savepoint``, once in a process.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from odoo.sql_db import BaseCursor, Savepoint

_followers: list[tuple[Callable[[BaseCursor], Any], Callable[[BaseCursor, Any], None]]]
_followers = []


def follow_savepoints(
    remember: Callable[[BaseCursor], Any], restore: Callable[[BaseCursor, Any], None]
) -> None:
    """Restore a queue of the cursor whenever a savepoint is rolled back.

    :param remember: given the cursor, returns the state of the queue; called when a
        savepoint begins, after its flush
    :param restore: given the cursor and that state; called after the rollback, perhaps
        several times
    """
    _followers.append((remember, restore))


def _begin(self: Savepoint, cr: Any) -> None:
    _savepoint_begin(self, cr)
    # Odoo's test cursors make savepoints of a bare psycopg2 cursor: no queues
    if isinstance(cr, BaseCursor):
        self._followed = [  # type: ignore[attr-defined]
            (restore, remember(cr)) for remember, restore in _followers
        ]


def _rollback(self: Savepoint) -> None:
    _savepoint_rollback(self)
    for restore, state in getattr(self, "_followed", ()):
        restore(self._cr, state)


_savepoint_begin, _savepoint_rollback = Savepoint.__init__, Savepoint.rollback
Savepoint.__init__ = wraps(_savepoint_begin)(_begin)  # type: ignore[method-assign]
Savepoint.rollback = wraps(_savepoint_rollback)(_rollback)  # type: ignore[method-assign]
