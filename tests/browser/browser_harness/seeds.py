# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Create records in the database of the server, and delete them after the test.

The process of the tests loads a second registry, of the server's database::

    pytest process ── registry ── commit ──> database <── server <── browser

Records of a test are all rows that are newer than its start: the values of the
sequences are noted before the test, and rows with higher ids are deleted after it,
created by the seed, the server or a job. Rows that existed before and were changed
stay changed: a seed that changes them restores them (it may be a generator).
"""

from __future__ import annotations

import inspect
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

# Rows that the server creates once and then remembers, or that are of no test.
KEPT = {
    "ir_attachment": "starts_with(url, '/web/assets/')",
    "ir_logging": "true",
    "mail_presence": "true",
    "res_device_log": "true",
}
TIMEOUT_SECONDS = 60
SEQUENCES = """
SELECT t.relname, coalesce(pg_sequence_last_value(s.oid), 0)
  FROM pg_class s
  JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i')
  JOIN pg_class t ON t.oid = d.refobjid
  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
 WHERE s.relkind = 'S' AND a.attname = 'id' AND t.relkind = 'r'
"""


class SeededDatabase:
    """The database of the server, as Odoo's models see it.

    :param name: of the database
    """

    def __init__(self, name: str):
        self.name = name
        # With test_enable, loading a registry would run Odoo's own tests.
        with mock.patch.dict(config.options, {"test_enable": False}):
            self.registry = Registry(name)

    @contextmanager
    def environment(self) -> Iterator[api.Environment]:
        """Enter a transaction of the superuser, which is committed at the end."""
        # pytest-odoo replaces the file store of each process by a common one.
        store = os.path.join(config["data_dir"], "filestore", self.name)
        with mock.patch.object(config, "filestore", lambda _name: store):
            self.registry.check_signaling()
            with self.registry.cursor() as cr:
                yield api.Environment(cr, SUPERUSER_ID, {})
            self.registry.signal_changes()

    def call(self, function: Callable[..., Any], *arguments: Any, **values: Any) -> Any:
        """Call a function with an environment and these arguments; commit.

        The ids of returned records are returned, not the records, because their
        transaction is over.
        """
        with self.environment() as env:
            result = function(env, *arguments, **values)
            return result.ids if hasattr(result, "_ids") else result

    @contextmanager
    def restored(self) -> Iterator[Restoring]:
        """Delete all rows at the end of the block that were created within it."""
        before = self._last_ids()
        restoring = Restoring(self)
        try:
            yield restoring
        finally:
            restoring.finish()
            self._delete_when_possible(before)

    def _last_ids(self) -> dict[str, int]:
        with self.registry.cursor() as cr:
            cr.execute(SEQUENCES)
            return dict(cr.fetchall())

    def _delete_when_possible(self, before: dict[str, int]) -> None:
        """Delete the newer rows; let others finish in between that use them.

        A job that is postponed holds locks, and waits in a second transaction for rows
        that are deleted here: without a rollback, both would wait forever.
        """
        import psycopg2

        deadline = time.monotonic() + TIMEOUT_SECONDS
        while True:
            try:
                return self._delete_newer(before)
            except psycopg2.errors.LockNotAvailable:
                if time.monotonic() > deadline:
                    raise

    def _delete_newer(self, before: dict[str, int]) -> None:
        after = self._last_ids()
        tables = [table for table, last in after.items() if last > before.get(table, 0)]
        with self.environment() as env:
            # The server may be writing: wait for it instead of failing.
            env.cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            env.cr.execute("SET LOCAL lock_timeout = '2s'")
            while tables:
                blocked = [
                    table
                    for table in tables
                    if not _delete(env.cr, table, before.get(table, 0))
                ]
                if len(blocked) == len(tables):
                    raise AssertionError(f"rows of {blocked} cannot be deleted")
                tables = blocked
            self.registry.clear_cache()


class Restoring:
    """Calls of the seeds of one test."""

    def __init__(self, database: SeededDatabase):
        self._database = database
        self._generators: list[Iterator[Any]] = []

    def call(self, function: Callable[..., Any], *arguments: Any, **values: Any) -> Any:
        """Call a seed; a generator's part after ``yield`` runs after the test."""
        if not inspect.isgeneratorfunction(function):
            return self._database.call(function, *arguments, **values)
        with self._database.environment() as env:
            generator = function(env, *arguments, **values)
            result = next(generator)
            self._generators.append(generator)
            return result.ids if hasattr(result, "_ids") else result

    def finish(self) -> None:
        for generator in reversed(self._generators):
            with self._database.environment() as env:
                # Send a usable environment: that of the first part is closed.
                try:
                    generator.send(env)
                except StopIteration:
                    continue
                raise AssertionError("a seed yields more than once")
        self._generators = []


def _delete(cr: Any, table: str, last_id: int) -> bool:
    """Delete the newer rows; return False if rows of other tables need them."""
    import psycopg2

    kept = KEPT.get(table, "false")
    try:
        with cr.savepoint(flush=False):
            cr.execute(
                f'DELETE FROM "{table}" WHERE id > %s AND NOT coalesce({kept}, false)',
                (last_id,),
            )
    except psycopg2.errors.IntegrityError:
        return False
    return True
