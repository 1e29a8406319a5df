# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whether the job runner, and the workers of scheduled actions, react.

**Job runner.** The job runner of ``queue_job`` keeps one connection to each database.
It holds an advisory lock there, and listens to a channel. So

* without a lock, no runner is connected: it was never started, was killed, or has lost
  its connection. Every role may read ``pg_locks``;
* a runner that is connected reacts to a notification by a query within milliseconds,
  also while all its channels are full. A process that is stopped, or the other end of a
  connection that a firewall has cut, does not react. The notification names a job that
  does not exist, and changes nothing.

``pg_stat_activity`` shows when the runner made its last query to its own role, and to
members of ``pg_read_all_stats``. A runner that connects as another role is asked in
vain; then only the lock counts.

**Scheduled actions.** A worker that executes one holds a lock on the table ``ir_cron``.
If the action is due and there is no lock, the workers are notified: an idle one starts
the action within a second.

Both use separate connections: the transaction of a request sees no later changes.
A process that did not answer is remembered until it acts: a page waits only once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

import psycopg2

from odoo.sql_db import BaseCursor, PoolError, db_connect

from odoo.addons.queue_job.jobrunner.runner import PG_ADVISORY_LOCK_ID

#: seconds without a query after which the runner is asked
QUIET_SECONDS = 10
#: seconds that an answer may take
ANSWER_SECONDS = 1.5
#: seconds for which one query of the runner may run
LONGEST_QUERY_SECONDS = 30
#: without a notification, idle workers look for due actions about each minute
UNNOTIFIED = timedelta(seconds=150)
_STEP_SECONDS = 0.02


class Runner(NamedTuple):
    """The connection of the job runner.

    :param acted_at: UTC; None if it may not be seen
    :param is_busy: it executes a query
    :param quiet_seconds: since ``acted_at``
    """

    pid: int
    acted_at: datetime | None
    is_busy: bool
    quiet_seconds: float

    @property
    def is_stuck(self) -> bool:
        return self.is_busy and self.quiet_seconds > LONGEST_QUERY_SECONDS


#: the runners that did not answer: {(database, process id): their last activity}
_silent: dict[tuple[str, int], datetime] = {}
#: due scheduled actions that no worker has started: {(database, id): when it was due}
_unstarted: dict[tuple[str, int], datetime] = {}


def find_runner(cr: BaseCursor) -> Runner | None:
    """Return the runner that is connected to the database, None if there is none."""
    cr.execute("SELECT pg_stat_clear_snapshot()")
    cr.execute(
        """
        SELECT locks.pid,
               activity.state_change AT TIME ZONE 'UTC',
               coalesce(activity.state <> 'idle', false),
               coalesce(extract(
                   epoch FROM clock_timestamp() - activity.state_change
               ), 0)::float8
        FROM pg_locks AS locks
        LEFT JOIN pg_stat_activity AS activity ON activity.pid = locks.pid
        WHERE locks.locktype = 'advisory' AND locks.granted AND locks.objsubid = 1
          AND locks.database = (
              SELECT oid FROM pg_database WHERE datname = current_database()
          )
          AND (locks.classid::int8 << 32) | locks.objid::int8 = %s
        """,
        [PG_ADVISORY_LOCK_ID],
    )
    row = cr.fetchone()
    return Runner(*row) if row else None


def answers(cr: BaseCursor, runner: Runner) -> bool:
    """Return whether the runner acts: lately, or when it is asked to."""
    if runner.acted_at is None:
        return True
    if runner.is_busy or runner.quiet_seconds < QUIET_SECONDS:
        return not runner.is_stuck
    key = (cr.dbname, runner.pid)
    if _silent.get(key) == runner.acted_at:
        return False

    def has_acted() -> bool:
        now = find_runner(cr)
        return now is None or now.pid != runner.pid or now.acted_at != runner.acted_at

    if _notify(cr.dbname, "queue_job", str(uuid4())) and not _wait_until(has_acted):
        _silent[key] = runner.acted_at
        return False
    _silent.pop(key, None)
    return True


def starts_when_notified(
    dbname: str, cron_id: int, due_at: datetime, notify: Callable[[], None]
) -> bool:
    """Return whether a worker starts a due scheduled action once it is notified."""
    key = (dbname, cron_id)
    if _unstarted.get(key) == due_at:
        return False
    try:
        notify()
    except (psycopg2.Error, PoolError):  # Odoo may not connect to “postgres”
        if due_at + UNNOTIFIED > datetime.now():
            return True
    try:
        with db_connect(dbname).cursor() as cr:

            def is_started() -> bool:
                cr.rollback()  # see the changes of others
                cr.execute(
                    "SELECT nextcall <> %s FROM ir_cron WHERE id = %s",
                    [due_at, cron_id],
                )
                row = cr.fetchone()
                return row is None or row[0] or is_cron_worker_busy(cr)

            is_alive = _wait_until(is_started)
    except (psycopg2.Error, PoolError):
        return True  # not known: a database that fails is noticed elsewhere
    if is_alive:
        _unstarted.pop(key, None)
    else:
        _unstarted[key] = due_at
    return is_alive


def is_cron_worker_busy(cr: BaseCursor) -> bool:
    """Return whether a worker executes a scheduled action of the database."""
    cr.execute(
        """
        SELECT EXISTS (
            SELECT FROM pg_locks
            WHERE relation = 'ir_cron'::regclass AND mode = 'RowShareLock' AND granted
              AND database = (
                  SELECT oid FROM pg_database WHERE datname = current_database()
              )
              AND pid <> pg_backend_pid()
        )
        """
    )
    return cr.fetchone()[0]


def _notify(dbname: str, channel: str, payload: str) -> bool:
    """Send a notification in a separate transaction; return whether it was sent."""
    try:
        with db_connect(dbname).cursor() as cr:
            cr.execute("SELECT pg_notify(%s, %s)", [channel, payload])
    except (psycopg2.Error, PoolError):
        return False
    return True


def _wait_until(is_true: Callable[[], bool]) -> bool:
    """Wait up to ``ANSWER_SECONDS`` for a condition; return whether it is met."""
    end = time.monotonic() + ANSWER_SECONDS
    while not is_true():
        if time.monotonic() > end:
            return False
        time.sleep(_STEP_SECONDS)
    return True
