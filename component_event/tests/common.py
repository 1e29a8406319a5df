# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Test cases for listeners: see docs, "Testing listeners"."""

from __future__ import annotations

from odoo.addons.component.tests.common import TransactionComponentRegistryCase


class EventMixin:
    """Mixin of a transaction case that delivers queued events without a commit."""

    def send_before_commit(self) -> None:
        """Call the methods decorated with ``before_commit``, as a commit does."""
        self.env.cr.flush()

    def send_after_commit(self) -> None:
        """Call the methods decorated with ``after_commit``, on test cursors."""
        self.env.cr.flush()
        with self.enter_registry_test_mode():
            self.env.cr.postcommit.run()


class EventCase(TransactionComponentRegistryCase, EventMixin):
    """Transaction case with a separate registry, to build listeners into."""

    def setUp(self) -> None:
        super().setUp()
        self._setup_registry(self)
        self._load_module_components("component_event")
