# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import threading
from unittest.mock import patch

from odoo.tests import BaseCase, TransactionCase, tagged

from odoo.addons.component import databases
from odoo.addons.component.core import WorkContext
from odoo.addons.component.exception import RegistryNotReadyError


@tagged("standard", "at_install")
class TestRebuilds(BaseCase):
    def setUp(self):
        super().setUp()
        self.databases = databases.ComponentDatabases()

    def _thread_that_waits(self):
        thread = threading.Thread(target=self.databases._wait_for_rebuild, args=("db",))
        thread.start()
        self.addCleanup(thread.join, 10)
        return thread

    def test_the_thread_that_rebuilds_and_other_databases_do_not_wait(self):
        self.databases.begin_rebuild("db")
        self.databases._wait_for_rebuild("db")
        self.databases.begin_rebuild("other")
        self.databases.end_rebuild("db")
        thread = self._thread_that_waits()
        thread.join(60)
        self.assertFalse(thread.is_alive())

    def test_others_wait_to_the_end(self):
        self.databases.begin_rebuild("db")
        thread = self._thread_that_waits()
        thread.join(0.05)
        self.assertTrue(thread.is_alive())
        self.databases.end_rebuild("db")
        thread.join(60)
        self.assertFalse(thread.is_alive())

    def test_an_aborted_rebuild_delays_others_only_once(self):
        self.databases.begin_rebuild("db")
        with patch.object(databases, "REBUILD_TIMEOUT_SECONDS", 0.05):
            for _again in range(2):
                thread = self._thread_that_waits()
                thread.join(60)
                self.assertFalse(thread.is_alive())


@tagged("post_install", "-at_install")
class TestLookupsWait(TransactionCase):
    """Look components up while another thread rebuilds them."""

    def setUp(self):
        super().setUp()
        self.builder = self.env["component.builder"]
        self.found = []

    def _look_up(self):
        partners = self.env["res.partner"]
        try:
            work = WorkContext("res.partner", partners)
            self.found.append("base" in work.components_registry)
        except RegistryNotReadyError as error:
            self.found.append(error)

    def test_a_lookup_of_another_thread_waits_for_the_components(self):
        self.builder._unregister_hook()
        thread = threading.Thread(target=self._look_up)
        thread.start()
        thread.join(0.1)
        self.assertTrue(thread.is_alive())
        self.builder._register_hook()
        thread.join(60)
        self.assertEqual(self.found, [True])

    def test_the_thread_that_rebuilds_gets_an_error(self):
        self.builder._unregister_hook()
        self.addCleanup(self.builder._register_hook)
        self._look_up()
        self.assertIsInstance(self.found[0], RegistryNotReadyError)
