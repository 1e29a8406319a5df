# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Advisory locks, separate transactions, and jobs whose database is lost."""

from __future__ import annotations

import functools
import hashlib
import random
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from psycopg2 import errorcodes, errors

from odoo import SUPERUSER_ID, models
from odoo.api import Environment
from odoo.sql_db import BaseCursor

from .exception import RetryableJobError

LOST_DATABASE_SECONDS = 10
#: the server was shut down, has crashed, or is starting; the connection is lost
LOST_DATABASE_CODES = ("57P", "08")

#: detail of an error, in any language: ``… (columns)=(values) …``
_KEY = re.compile(r"\((?P<columns>.*?)\)=\((?P<values>.*)\)", re.DOTALL)


def is_lost_database(error: psycopg2.Error) -> bool:
    """Return whether an error says that the connection is lost."""
    if isinstance(error, psycopg2.InterfaceError):
        return True
    return isinstance(error, psycopg2.OperationalError) and (
        not error.pgcode or error.pgcode.startswith(LOST_DATABASE_CODES)
    )


def lost_database_names() -> frozenset[str]:
    """Return the names of these errors, as failed jobs store them."""
    codes = (
        code
        for code in vars(errorcodes).values()
        if isinstance(code, str)
        and len(code) == 5
        and code.startswith(LOST_DATABASE_CODES)
    )
    classes = (psycopg2.InterfaceError, psycopg2.OperationalError)
    classes += tuple(map(errors.lookup, codes))
    return frozenset(f"{each.__module__}.{each.__name__}" for each in classes)


def retry_without_database(method: Callable) -> Callable:
    """Retry a job when its connection to the database is lost.

    The transaction was rolled back; the try is not counted.
    """

    @functools.wraps(method)
    def retried(*args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except psycopg2.Error as error:
            if not is_lost_database(error):
                raise
            raise RetryableJobError(
                f"The connection to the database was lost: {error}",
                seconds=LOST_DATABASE_SECONDS,
                ignore_retry=True,
            ) from error

    return retried


@contextmanager
def retry_unique_violation(name: str) -> Iterator[None]:
    """Turn a violated unique constraint into a retry of the job.

    :param name: the record that another transaction may have just created
    """
    try:
        yield
    except errors.UniqueViolation as error:
        raise RetryableJobError(
            f"{name}: another transaction has just created the same record. "
            "The job is retried.",
            seconds=2,
        ) from error


def commits_are_forbidden(cr: BaseCursor) -> bool:
    """Return whether the code that opened the transaction forbids to commit it.

    ``queue_job`` and test cases do so by a ``commit`` of the cursor object itself.
    """
    return "commit" in getattr(cr, "__dict__", ())


@contextmanager
def separate_transaction(
    records: models.BaseModel, lock_timeout: str | None = None
) -> Iterator[models.BaseModel]:
    """Yield the records in a separate transaction, as the superuser.

    It does not see uncommitted changes of the running transaction. It is committed at
    the end of the block, and rolled back if the block raises an error.

    :param lock_timeout: longest wait for a lock, which the running transaction may hold
    """
    with records.env.registry.cursor() as cr:
        if lock_timeout:
            cr.execute("SET LOCAL lock_timeout = %s", (lock_timeout,))
        env = Environment(cr, SUPERUSER_ID, {})
        yield env[records._name].browse(records.ids)


def lock_number(lock: object) -> int:
    """Return the 64-bit number of the lock named ``str(lock)``."""
    digest = hashlib.sha1(str(lock).encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def pg_try_advisory_lock(env: Environment, lock: object) -> bool:
    """Take the lock named ``str(lock)`` until the transaction ends, or return False.

    It does not wait for another transaction that holds the lock.
    """
    return lock in pg_try_advisory_locks(env, [lock])


def pg_try_advisory_locks(env: Environment, locks: Iterable[object]) -> set[object]:
    """Take the locks that are free until the transaction ends, and return them."""
    names = {lock_number(lock): lock for lock in locks}
    if not names:
        return set()
    env.cr.execute(
        "SELECT number FROM unnest(%s::bigint[]) AS number"
        " WHERE pg_try_advisory_xact_lock(number)",
        (list(names),),
    )
    return {names[number] for (number,) in env.cr.fetchall()}


def wait_for_locks(env: Environment, locks: Iterable[object]) -> None:
    """Postpone the running job while another transaction holds one of the locks.

    It takes none of them.

    :raise RetryableJobError: which does not count as a try of the job
    """
    names = {lock_number(lock): lock for lock in locks}
    if not names:
        return
    env.cr.execute(
        "SELECT number FROM unnest(%s::bigint[]) AS number WHERE NOT"
        " CASE WHEN pg_try_advisory_lock_shared(number)"
        " THEN pg_advisory_unlock_shared(number) ELSE false END",
        (list(names),),
    )
    held = [names[number] for (number,) in env.cr.fetchall()]
    if held:
        raise RetryableJobError(
            f"Another job holds locks that this one needs: {', '.join(map(str, held))}",
            seconds=random.randint(2, 5),
            ignore_retry=True,
        )


def violated_key(detail: str | None) -> dict[str, str]:
    """Return ``{column: value}`` of a key that exists already, {} if unknown.

    Only the last value may contain a comma.
    """
    match = _KEY.search(detail or "")
    if not match:
        return {}
    columns = match["columns"].split(", ")
    values = match["values"].split(", ", len(columns) - 1)
    return (
        dict(zip(columns, values, strict=True)) if len(values) == len(columns) else {}
    )
