# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What tests of listeners need: see docs, "Testing listeners"."""

from __future__ import annotations

from odoo.addons.component.tests.common import TransactionComponentRegistryCase


class EventMixin:
    """Send, beside a transaction case of Odoo, what waits for a commit."""

    def send_before_commit(self) -> None:
        """Call the listener methods marked with ``before_commit``, as a commit does."""
        self.env.cr.flush()

    def send_after_commit(self) -> None:
        """Call those marked with ``after_commit``, on cursors that see this test."""
        self.env.cr.flush()
        with self.enter_registry_test_mode():
            self.env.cr.postcommit.run()


class EventCase(TransactionComponentRegistryCase, EventMixin):
    """Test listeners with a registry of the test's own, ready to build them into."""

    def setUp(self) -> None:
        super().setUp()
        self._setup_registry(self)
        self._load_module_components("component_event")
