# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import hashlib
from collections.abc import Iterable

from odoo.api import Environment


def lock_number(lock: object) -> int:
    """Return the 64-bit number that stands for the lock named ``str(lock)``.

    Two names could meet in one number, at odds of 2⁻⁶⁴.
    """
    digest = hashlib.sha1(str(lock).encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def pg_try_advisory_lock(env: Environment, lock: object) -> bool:
    """Take the lock named ``str(lock)`` till the transaction ends, or answer False.

    Nobody waits: the answer comes at once.
    """
    return lock in pg_try_advisory_locks(env, [lock])


def pg_try_advisory_locks(env: Environment, locks: Iterable[object]) -> set[object]:
    """Take the locks that are free till the transaction ends, and return them."""
    names = {lock_number(lock): lock for lock in locks}
    if not names:
        return set()
    env.cr.execute(
        "SELECT number FROM unnest(%s::bigint[]) AS number"
        " WHERE pg_try_advisory_xact_lock(number)",
        (list(names),),
    )
    return {names[number] for (number,) in env.cr.fetchall()}
