# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from psycopg2.pool import PoolError

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged

from odoo.addons.component.core import Component
from odoo.addons.component.tests.common import ComponentRegistryCase
from odoo.addons.component_event import after_commit, before_commit

from .listening_case import MODEL, ListeningCase


@tagged("standard", "at_install")
class TestAfterCommit(ListeningCase):
    def test_it_is_called_after_the_commit_with_a_separate_environment(self):
        received = self.received

        @after_commit
        def on_record_write(self, record, fields=None):
            received.append((self.env, record.env, record.id, record.name, fields))

        self._listen(on_record_write=on_record_write)
        user = self.env.ref("base.user_admin")
        tag = self.tags.create({"name": "a"}).with_user(user).sudo()
        tag = tag.with_context(lang=None, colour="red")
        tag.name = "b"
        tag.color = 2
        self.send_before_commit()
        self.assertEqual(received, [])
        self.send_after_commit()
        self.assertEqual(
            [item[2:] for item in received], [(tag.id, "b", ["name", "color"])]
        )
        env = received[0][0]
        self.assertIs(env, received[0][1])
        self.assertIsNot(env.cr, self.env.cr)
        self.assertEqual((env.user.id, env.su), (user.id, True))
        self.assertEqual(env.context["colour"], "red")

    def test_rolled_back_events_are_dropped(self):
        self._record("record_write", decorate=after_commit)
        tag = self.tags.create({"name": "a"})
        savepoint = self.env.cr.savepoint()
        tag.name = "b"
        savepoint.close(rollback=True)
        self.send_after_commit()
        self.assertEqual(self.received, [])

    def test_events_of_a_released_savepoint_are_delivered(self):
        self._record("record_write", decorate=after_commit)
        tag = self.tags.create({"name": "a"})
        with self.env.cr.savepoint():
            tag.name = "b"
        self.send_after_commit()
        self.assertEqual(self.received, [("record_write", tag.ids, ["name"])])

    def test_events_of_a_rolled_back_outer_savepoint_are_dropped(self):
        self._record("record_write", decorate=after_commit)
        tag = self.tags.create({"name": "a"})
        tag.name = "before"
        outer = self.env.cr.savepoint()
        with self.env.cr.savepoint():
            tag.color = 3  # the inner savepoint flushes it
        outer.close(rollback=True)
        tag.active = False
        self.send_after_commit()
        self.assertEqual(self.received, [("record_write", tag.ids, ["name", "active"])])

    def test_a_savepoint_may_be_rolled_back_several_times(self):
        self._record("record_write", decorate=after_commit)
        tag = self.tags.create({"name": "a"})
        savepoint = self.env.cr.savepoint()
        for _time in range(2):
            tag.color = 3
            self.env.cr.flush()
            savepoint.rollback()
        tag.name = "kept"
        savepoint.close(rollback=False)
        self.send_after_commit()
        self.assertEqual(self.received, [("record_write", tag.ids, ["name"])])

    def test_an_inner_rollback_keeps_the_events_of_the_outer_savepoint(self):
        self._record("record_write", decorate=after_commit)
        tag = self.tags.create({"name": "a"})
        with self.env.cr.savepoint():
            tag.name = "b"
            inner = self.env.cr.savepoint()
            tag.color = 3
            self.env.cr.flush()
            inner.close(rollback=True)
        self.send_after_commit()
        self.assertEqual(self.received, [("record_write", tag.ids, ["name"])])

    def test_a_savepoint_without_flush_drops_only_its_own_events(self):
        for flushed_within in (False, True):
            with self.subTest(flushed_within=flushed_within):
                self.received.clear()
                self._record("record_write", decorate=after_commit)
                tag = self.tags.create({"name": "a"})
                tag.name = "before"
                tag.flush_recordset()
                savepoint = self.env.cr.savepoint(flush=False)
                tag.color = 3
                tag.flush_recordset()
                if flushed_within:
                    self.env.cr.flush()
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)
                self.send_after_commit()
                self.assertEqual(
                    self.received[-1],
                    ("record_write", tag.ids, ["name"]),
                    flushed_within,
                )

    def test_running_the_callbacks_of_odoo_is_enough(self):
        self._record("record_write", decorate=after_commit)
        tag = self.tags.create({"name": "a"})
        tag.name = "b"
        with self.enter_registry_test_mode():
            self.env.cr.postcommit.run()
        self.assertEqual(self.received, [("record_write", tag.ids, ["name"])])
        self.send_after_commit()
        self.assertEqual(len(self.received), 1)

    def test_creation_and_deletion_cancel_each_other(self):
        self._record("record_create", "record_deleted", decorate=after_commit)
        tag = self.tags.create({"name": "a"})
        self.send_before_commit()
        tag.unlink()
        self.send_after_commit()
        self.assertEqual(self.received, [])

    def test_a_failing_listener_is_logged_and_the_next_is_called(self):
        @after_commit
        def on_record_write(self, record, fields=None):
            record.name = "never"
            raise KeyError("inside")

        name = self._listen(on_record_write=on_record_write)
        self._record("record_write", decorate=after_commit)
        tag = self.tags.create({"name": "a"})
        tag.name = "b"
        with self.assertLogs("odoo.addons.component_event.delivery", "ERROR") as logs:
            self.send_after_commit()
        self.assertIn(f"Listener {name!r}", logs.output[0])
        self.assertEqual(len(self.received), 1)
        self.assertEqual(tag.name, "b")

    def test_without_a_free_connection_the_commit_does_not_fail(self):
        self._record("record_write", decorate=after_commit)
        self.tags.create({"name": "a"}).name = "b"
        with (
            patch.object(Registry, "cursor", side_effect=PoolError("full")),
            self.assertLogs("odoo.addons.component_event.delivery", "ERROR"),
        ):
            self.env.cr.postcommit.run()
        self.assertEqual(self.received, [])


@tagged("post_install", "-at_install")
class TestRealCommits(ComponentRegistryCase, BaseCase):
    """Commit for real: the order, and what a rollback leaves out."""

    def setUp(self):
        super().setUp()
        self._setup_registry(self)
        self._load_module_components("component_event")
        self.received = received = []

        class Listener(Component):
            _name = "listener"
            _inherit = "base.event.listener"
            _apply_on = MODEL

            @before_commit
            def on_record_create(self, record, fields=None):
                record.color = 7
                received.append(("before", self.env.cr, record.color))

            @after_commit
            def on_records_create(self, records, vals_list):
                received.append(("after", self.env.cr, records.color))
                records.color = 8

        self._build_components(Listener)
        self.cr = Registry(get_db_name()).cursor()
        self.addCleanup(self.cr.close)
        self.tags = api.Environment(self.cr, SUPERUSER_ID, {})[MODEL]

    def test_before_and_after_a_commit(self):
        tag = self.tags.create({"name": "committed for a test"})
        self.assertEqual(self.received, [])
        try:
            self.cr.commit()  # pylint: disable=invalid-commit
            self.assertEqual(
                [(when, color) for when, cr, color in self.received],
                [("before", 7), ("after", 7)],
            )
            self.assertIs(self.received[0][1], self.cr)
            self.assertIsNot(self.received[1][1], self.cr)
            self.assertTrue(self.received[1][1].closed)
            self.assertEqual(tag.color, 8)
        finally:
            tag.unlink()
            self.cr.commit()  # pylint: disable=invalid-commit

    def test_a_rollback_sends_nothing(self):
        self.tags.create({"name": "never there"})
        self.cr.rollback()
        self.cr.commit()  # pylint: disable=invalid-commit
        self.assertEqual(self.received, [])
