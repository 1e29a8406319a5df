# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Test cases for exports: in a transaction, and in processes that commit."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import tempfile
import traceback
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any
from unittest import SkipTest

import psycopg2

import odoo
from odoo import SUPERUSER_ID, api
from odoo.tests.common import BaseCase, get_db_name

from ..exception import RetryableJobError
from .common import ConnectorCase

#: errors that are expected in processes that race
EXPECTED_ERRORS = (RetryableJobError, psycopg2.OperationalError)


def make_folder(test_class) -> str:
    """Return a new folder, which is deleted at the end of the class."""
    folder = tempfile.mkdtemp(prefix="test_connector_export_")
    test_class.addClassCleanup(shutil.rmtree, folder)
    return folder


class ExportCase(ConnectorCase):
    """Export to a folder, in a transaction that is rolled back."""

    backend_model = "test.export.backend"

    @classmethod
    def _create_backend(cls):
        if cls.backend_model not in cls.env:
            raise SkipTest("needs the addon test_connector_export, of tests/addons")
        return cls.env[cls.backend_model].create(
            {"name": "Folder", "folder": make_folder(cls), "state": "production"}
        )

    def setUp(self):
        super().setUp()
        self.system = self.backend.system
        self.addCleanup(self._empty_folder, self.backend.folder)

    @staticmethod
    def _empty_folder(folder):
        shutil.rmtree(folder)
        os.mkdir(folder)

    def make_binding(self, model="test.export.partner", **values):
        return self.env[model].create(
            {"backend_id": self.backend.id, "name": "Ada", **values}
        )

    def exporter(self, model="test.export.partner"):
        return self.component("record.exporter", model)

    def remote(self, binding):
        """Return the record in the folder."""
        return self.system.read(binding._name, binding.external_id)


class ProcessCase(BaseCase):
    """Export to a folder from several processes, in transactions that commit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = odoo.modules.registry.Registry(get_db_name())
        if "test.export.backend" not in cls.registry:
            raise SkipTest("needs the addon test_connector_export, of tests/addons")
        cls.folder = make_folder(cls)
        with cls.transaction() as env:
            backend = env["test.export.backend"].create(
                {"name": "Folder", "folder": cls.folder, "state": "production"}
            )
            cls.backend_id = backend.id
            cls.system = backend.system
        cls.addClassCleanup(cls._delete_all)

    @classmethod
    def _delete_all(cls):
        with cls.transaction() as env:
            backend = env["test.export.backend"].browse(cls.backend_id)
            for model in ("test.export.partner", "test.export.category"):
                bindings = env[model].with_context(
                    active_test=False, connector_no_export=True
                )
                bindings = bindings.search([("backend_id", "=", backend.id)])
                records = bindings.odoo_id
                bindings.unlink()
                records.unlink()
            env["connector.export.receipt"].search(
                [("backend_id", "=", backend.id)]
            ).unlink()
            env["connector.cursor"].search([("backend_id", "=", backend.id)]).unlink()
            env["queue.job"].search(
                [
                    ("sync_backend_model", "=", backend._name),
                    ("sync_backend_id", "=", backend.id),
                ]
            ).unlink()
            backend.unlink()

    @classmethod
    @contextmanager
    def transaction(cls):
        """Yield an environment of a separate transaction; commit it unless it fails."""
        with cls.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def make_partner(self, **values) -> int:
        """Return the id of a committed binding."""
        with self.transaction() as env:
            return (
                env["test.export.partner"]
                .create({"backend_id": self.backend_id, "name": "Ada", **values})
                .id
            )

    def read_partner(self, binding_id: int, name: str) -> Any:
        """Return the committed value of a field."""
        with self.transaction() as env:
            return env["test.export.partner"].browse(binding_id)[name]

    def read_receipts(self, binding_id: int) -> list[str]:
        """Return the external ids of the committed receipts of a record."""
        with self.transaction() as env:
            record = env["test.export.partner"].browse(binding_id).odoo_id
            receipts = env["connector.export.receipt"].search(
                [("record_id", "=", record.id), ("record_model", "=", record._name)]
            )
            return receipts.mapped("external_id")


class Child:
    """Another process, which runs a function on a separate environment.

    The function gets the environment and a file that it may read lines from, by
    which the parent lets it continue.
    """

    lifetime_seconds = 120
    _inherited_pools: list = []

    def __init__(self, dbname: str, function: Callable[[api.Environment, Any], Any]):
        result_reader, result_writer = os.pipe()
        signal_reader, signal_writer = os.pipe()
        self.pid = os.fork()
        if self.pid:
            os.close(result_writer)
            os.close(signal_reader)
            self._results = os.fdopen(result_reader)
            self._signals = os.fdopen(signal_writer, "w", buffering=1)
            return
        try:
            os.close(signal_writer)
            self._run(dbname, function, result_writer, os.fdopen(signal_reader))
        except BaseException:  # the child must never return into the test runner
            traceback.print_exc()
        finally:
            os._exit(0)

    def _run(self, dbname, function, result_writer, signals):
        signal.alarm(self.lifetime_seconds)  # or a failing test could wait forever
        logging.getLogger("odoo.sql_db").setLevel(logging.CRITICAL)
        # the parent's connections stay untouched: closing them would end them
        sql_db = odoo.sql_db
        self._inherited_pools.extend([sql_db._Pool, sql_db._Pool_readonly])
        sql_db._Pool = sql_db._Pool_readonly = None
        registry = odoo.modules.registry.Registry(dbname)
        registry._db = sql_db.db_connect(dbname)
        with os.fdopen(result_writer, "w", buffering=1) as results:

            def tell(word):
                results.write(f"{json.dumps(word)}\n")

            with registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                try:
                    outcome = function(env, Parent(tell, signals))
                except Exception as error:
                    if not isinstance(error, EXPECTED_ERRORS):
                        traceback.print_exc()
                    outcome = type(error).__name__
                    cr.rollback()
            tell(outcome)

    def hear(self) -> Any:
        """Return the next word of the child: its last is its outcome.

        The outcome is the name of the exception if one was raised; None if the
        process died.
        """
        line = self._results.readline()
        return json.loads(line) if line else None

    def go_on(self) -> None:
        """Let the child go on."""
        self._signals.write("go on\n")

    def end(self) -> None:
        """Wait until the child has ended."""
        if not self._signals.closed:
            self._signals.close()
            self._results.close()
            os.waitpid(self.pid, 0)


class Parent:
    """The parent, as its child process sees it."""

    def __init__(self, tell, signals):
        self.tell = tell
        self._signals = signals

    def wait(self) -> None:
        """Wait until the parent says to go on, or ends."""
        self._signals.readline()
