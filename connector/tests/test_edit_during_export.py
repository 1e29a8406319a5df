# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An edit that is committed while an export runs."""

from unittest.mock import patch

from odoo.tests.common import tagged

from ..components.two_way import kept_edits
from .export_common import Child, ProcessCase
from .export_processes import exporter_class, run_export


@tagged("post_install", "-at_install")
class TestEditDuringExport(ProcessCase):
    def setUp(self):
        super().setUp()
        self.binding_id = self.make_partner()
        with self.transaction() as env:
            run_export(env, self.binding_id)
        self.addCleanup(self._forget)

    def _forget(self):
        with self.transaction() as env:
            env["connector.unconfirmed.field"]._forget(self.binding(env))

    def binding(self, env):
        return env["test.export.partner"].browse(self.binding_id)

    def note(self, **values):
        """Edit as a user does, in a transaction that is committed."""
        with self.transaction() as env:
            self.binding(env).odoo_id.write(values)
            env["connector.unconfirmed.field"]._note({self.binding(env): [*values]})

    def names(self):
        with self.transaction() as env:
            found = env["connector.unconfirmed.field"]._find(self.binding(env))
            return set(found[self.binding_id].names) if found else set()

    def import_meanwhile(self, name_there, function):
        """Import in another process; do something once it has read the edits."""
        with self.transaction() as env:
            external_id = self.binding(env).external_id
        self.system.write("test.export.partner", external_id, {"name": name_there})

        def read_and_wait(env, parent):
            edits_class = kept_edits.KeptEdits
            find = edits_class.find

            def find_and_wait(edits, items):
                find(edits, items)
                parent.tell("read")
                parent.wait()

            with patch.object(edits_class, "find", find_and_wait):
                return self.run_import(env, external_id)

        child = Child(self.registry.db_name, read_and_wait)
        self.addCleanup(child.end)
        self.assertEqual(child.hear(), "read")
        function()
        child.go_on()
        return child.hear(), external_id

    def run_import(self, env, external_id):
        backend = env["test.export.backend"].browse(self.backend_id)
        with patch.object(kept_edits, "is_listened_to", return_value=True):
            return env["test.export.partner"].import_record(backend, external_id)

    def test_an_edit_during_an_import_is_never_overwritten(self):
        """PostgreSQL refuses the import, whose job is tried again and sees the edit."""
        outcome, external_id = self.import_meanwhile(
            "Theirs", lambda: self.note(name="Lady")
        )
        self.assertEqual(outcome, "SerializationFailure")
        with self.transaction() as env:
            self.run_import(env, external_id)
        self.assertEqual(self.read_partner(self.binding_id, "name"), "Lady")
        self.assertEqual(self.names(), {"name"})

    def test_an_edit_during_an_import_that_writes_nothing_stays(self):
        outcome, _id = self.import_meanwhile("Ada", lambda: self.note(name="Lady"))
        self.assertIn("unchanged", outcome)
        self.assertEqual(self.read_partner(self.binding_id, "name"), "Lady")
        self.assertEqual(self.names(), {"name"})

    def export_meanwhile(self, function):
        """Export in another process; do something while the backend is written."""

        def export(env, parent):
            cls = exporter_class(env)
            update = cls._update

            def update_and_wait(exporter, values):
                update(exporter, values)
                parent.tell("written")
                parent.wait()

            with patch.object(cls, "_update", update_and_wait):
                return run_export(env, self.binding_id)

        child = Child(self.registry.db_name, export)
        self.addCleanup(child.end)
        self.assertEqual(child.hear(), "written")
        function()
        child.go_on()
        return child.hear()

    def test_an_edit_during_an_export_stays_unconfirmed_and_waits_for_nothing(self):
        self.note(name="Countess")
        outcome = self.export_meanwhile(lambda: self.note(name="Lady"))
        self.assertIn("Updated", outcome)
        self.assertEqual(self.names(), {"name"})
        with self.transaction() as env:
            run_export(env, self.binding_id)
        self.assertEqual(self.names(), set())
