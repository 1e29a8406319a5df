# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The order of the export steps, with fakes: no database, no components."""

from contextlib import contextmanager
from types import SimpleNamespace
from unittest.mock import MagicMock

from odoo.tests.common import BaseCase

from ..components.exporter.flow import ExportFlow
from ..exception import ConnectorException, IDMissingInBackend
from ..outcome import Outcome

STEPS = (
    "external_ids.load",
    "edits.begin",
    "_should_import",
    "_has_to_skip",
    "_export_dependencies",
    "_lock",
    "_map_data",
    "_create_data",
    "_find_external_id",
    "_create",
    "_update_data",
    "_update",
    "edits.confirm",
    "binder.bind",
    "_commit",
    "_after_export",
)


class FakeCursor:
    @contextmanager
    def savepoint(self):
        yield


class FakeEnv(SimpleNamespace):
    @staticmethod
    def _(text, *args, **kwargs):
        return text % (args or kwargs) if args or kwargs else text


class TestExportFlow(BaseCase):
    def setUp(self):
        super().setUp()
        self.hooks = hooks = MagicMock()
        hooks.attach_mock(MagicMock(), "_lock")  # a mock has a _lock
        hooks.work = SimpleNamespace(_propagate_kwargs=[])
        hooks.env = FakeEnv(cr=FakeCursor())
        hooks.binding._name, hooks.binding.id = "shop.product", 7
        hooks.binding._find_reason_to_stop.return_value = None
        hooks.binding.env.registry.models = {}
        hooks.external_id = None
        hooks._should_import.return_value = False
        hooks._has_to_skip.return_value = False
        hooks._find_external_id.return_value = None
        hooks._create.return_value = "E7"
        # one mock for all, so that the calls of all have one order
        hooks.edits.leave_out_confirmed.return_value = False
        self.flow = ExportFlow(hooks, hooks.edits, hooks.external_ids)
        hooks._run.side_effect = self.flow.send

    def export(self, **kwargs):
        message = self.flow.run(**kwargs)
        called = [name for name, _args, _kwargs in self.hooks.mock_calls]
        return message, [
            name for name in called if name in {*STEPS, "external_ids.reload"}
        ]

    def without(self, *names):
        return [name for name in STEPS if name not in names]

    def test_a_new_record_is_created(self):
        message, steps = self.export(fields=["name"])
        expected = self.without("_update_data", "_update")
        # once more after the dependencies, which may begin another transaction
        expected.insert(expected.index("_lock") + 1, "external_ids.reload")
        self.assertEqual(steps, expected)
        self.assertEqual(self.hooks.outcome, Outcome.CREATED)
        self.assertIn("E7", message)
        self.hooks._create_data.assert_called_once_with(
            self.hooks._map_data.return_value, fields=None
        )
        self.hooks.binder.bind.assert_called_once_with("E7", self.hooks.binding)

    def test_a_known_record_is_updated(self):
        self.hooks.external_id = "E1"
        _message, steps = self.export(fields=["name"])
        self.assertEqual(
            steps, self.without("_create_data", "_find_external_id", "_create")
        )
        self.assertEqual(self.hooks.outcome, Outcome.UPDATED)
        self.hooks._update_data.assert_called_once_with(
            self.hooks._map_data.return_value, fields=["name"]
        )

    def test_a_record_that_was_deleted_is_skipped(self):
        self.hooks.binding.exists.return_value = False
        _message, steps = self.export()
        self.assertEqual(steps, [])
        self.assertEqual(self.hooks.outcome, Outcome.SKIPPED)

    def test_nothing_is_sent_if_all_edits_are_confirmed(self):
        self.hooks.external_id = "E1"
        self.hooks.edits.leave_out_confirmed.return_value = True
        _message, steps = self.export(fields=["name"])
        self.assertEqual(steps, ["external_ids.load", "edits.begin"])
        self.assertEqual(self.hooks.outcome, Outcome.UNCHANGED)

    def test_a_skipped_record_is_not_sent(self):
        self.hooks._has_to_skip.return_value = "too young"
        message, steps = self.export()
        self.assertEqual(steps, [*STEPS[:4]])
        self.assertIn("too young", message)

    def test_a_record_that_is_newer_in_the_backend_is_imported_and_exported(self):
        self.hooks.external_id = "E1"
        self.hooks._should_import.return_value = True
        self.export()
        self.hooks._delay_import.assert_called_once_with()
        self.hooks._update.assert_called_once()

    def test_a_record_that_was_deleted_remotely_loses_its_id(self):
        self.hooks.external_id = "E1"
        self.hooks._should_import.side_effect = IDMissingInBackend
        self.export()
        self.hooks.external_ids.note_deleted.assert_called_once_with()

    def test_a_creation_without_an_id_is_an_error(self):
        self.hooks._create.return_value = None
        with self.assertRaisesRegex(ConnectorException, "got None instead of"):
            self.export()
        self.hooks._commit.assert_not_called()

    def test_an_export_that_is_waiting_for_another_is_not_begun_again(self):
        in_progress = set()
        self.hooks._lock.side_effect = lambda: in_progress.update(
            self.hooks.work.session.exporting
        )
        self.export()
        self.assertEqual(in_progress, {("shop.product", 7)})
        self.assertEqual(self.hooks.work.session.exporting, set())
        self.assertEqual(self.hooks.work.session.exported, {("shop.product", 7)})
