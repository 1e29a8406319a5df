# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from copy import deepcopy
from unittest.mock import patch

from psycopg2.pool import PoolError

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged

from odoo.addons.component.core import Component
from odoo.addons.component.tests.common import ComponentRegistryCase
from odoo.addons.component_event import after_commit, before_commit, isolated, skip_if

from .common import EventCase

MODEL = "res.partner.category"


class MomentCase(EventCase):
    def setUp(self):
        super().setUp()
        self.env.cr.flush()
        self.told = []
        self.tags = self.env[MODEL]

    def _listen(self, **methods):
        attributes = {
            "_name": f"listener.{len(self.comp_registry)}",
            "_inherit": "base.event.listener",
            "_apply_on": MODEL,
            "__module__": __name__,
            **methods,
        }
        self._build_components(type(Component)("Listener", (Component,), attributes))
        return attributes["_name"]

    def _tell(self, *events, decorate=before_commit):
        """Listen with methods that remember what they are told."""

        def method(event):
            def tell(self, record, *args, fields=None):
                told.append((event, record.ids, fields or list(args)))

            tell.__name__ = f"on_{event}"
            return decorate(tell)

        told = self.told
        return self._listen(**{f"on_{event}": method(event) for event in events})


@tagged("standard", "at_install")
class TestBeforeCommit(MomentCase):
    def test_nothing_is_told_before_and_once_then(self):
        self._tell("record_write")
        tag = self.tags.create({"name": "a"})
        tag.name = "b"
        tag.write({"color": 2, "name": "c"})
        self.assertEqual(self.told, [])
        self.send_before_commit()
        self.assertEqual(self.told, [("record_write", tag.ids, ["name", "color"])])
        self.send_before_commit()
        self.assertEqual(len(self.told), 1)

    def test_creation_and_writes_are_one_creation(self):
        self._tell("record_create", "record_write")
        tag = self.tags.create({"name": "a"})
        tag.color = 3
        self.send_before_commit()
        self.assertEqual(self.told, [("record_create", tag.ids, ["name", "color"])])

    def test_created_and_deleted_in_between_is_not_told(self):
        events = ("record_create", "record_write", "record_unlink", "record_deleted")
        self._tell(*events)
        self._tell("record_deleted")
        tag = self.tags.create({"name": "a"})
        tag.color = 3
        tag.unlink()
        self.send_before_commit()
        self.assertEqual(self.told, [])

    def test_what_was_there_before_is_told_as_deleted(self):
        tag = self.tags.create({"name": "a"})
        self._tell("record_write", "record_deleted")
        tag.color = 3
        tag.unlink()
        self.send_before_commit()
        self.assertEqual(self.told, [("record_deleted", tag.ids, [{}])])

    def test_what_went_with_its_parent_is_not_told_as_written(self):
        parent = self.tags.create({"name": "a"})
        child = self.tags.create({"name": "b", "parent_id": parent.id})
        self.env.flush_all()
        self._tell("record_write")
        child.name = "c"
        parent.name = "d"
        parent.unlink()  # the database deletes the child
        self.assertFalse(child.exists())
        self.send_before_commit()
        self.assertEqual(self.told, [])

    def test_recordsets_are_told_together(self):
        self._tell("records_create", "records_write")
        old = self.tags.create({"name": "old"})
        self.send_before_commit()
        self.told.clear()
        new = self.tags.create([{"name": "a"}])
        new |= self.tags.create([{"name": "b"}])
        (new + old).color = 3
        self.send_before_commit()
        self.assertEqual(
            self.told,
            [
                ("records_create", new.ids, [[{"name": "a"}, {"name": "b"}]]),
                ("records_write", old.ids, [["color"]]),
            ],
        )

    def test_what_is_rolled_back_is_not_told(self):
        self._tell("record_write")
        tag = self.tags.create({"name": "a"})
        savepoint = self.env.cr.savepoint()
        tag.name = "b"
        savepoint.close(rollback=True)
        self.send_before_commit()
        self.assertEqual(self.told, [])

    def test_conditions_are_asked_once_and_when_it_happens(self):
        asked, told = [], self.told

        def condition(self, record, fields=None):
            asked.append(fields)
            return record.env.context.get("no_export")

        @before_commit
        @skip_if(condition)
        def on_record_write(self, record, fields=None):
            told.append(fields)

        self._listen(on_record_write=on_record_write)
        tag = self.tags.create({"name": "a"})
        tag.with_context(no_export=True).name = "b"
        tag.color = 2
        self.assertEqual(asked, [["name"], ["color"]])
        self.send_before_commit()
        self.assertEqual(told, [["color"]])
        self.assertEqual(asked, [["name"], ["color"]])

    def test_a_super_call_runs_straight_through(self):
        name = self._tell("record_write")
        told = self.told

        class Extension(Component):
            _inherit = name

            @before_commit
            def on_record_write(self, record, fields=None):
                told.append("before")
                super().on_record_write(record, fields=fields)
                told.append("behind")

        self._build_components(Extension)
        tag = self.tags.create({"name": "a"})
        tag.name = "b"
        self.assertEqual(told, [])
        self.send_before_commit()
        self.assertEqual(
            told, ["before", ("record_write", tag.ids, ["name"]), "behind"]
        )

    def test_what_a_listener_changes_then_is_told_too(self):
        told = self.told

        @before_commit
        def on_record_write(self, record, fields=None):
            told.append(fields)
            if "color" not in fields:
                record.color = 5

        self._listen(on_record_write=on_record_write)
        self.tags.create({"name": "a"}).name = "b"
        self.send_before_commit()
        self.assertEqual(told, [["name"], ["color"]])

    def test_a_failing_listener_fails_the_commit_with_a_note(self):
        @before_commit
        def on_record_write(self, record, fields=None):
            raise KeyError("inside")

        name = self._listen(on_record_write=on_record_write)
        tag = self.tags.create({"name": "a"})
        with self.assertRaises(KeyError) as caught:
            tag.name = "b"
            self.send_before_commit()
        self.assertIn(f"Listener {name!r}", caught.exception.__notes__[0])

    def test_an_isolated_listener_does_not_tell_the_others_early(self):
        told = self.told

        @isolated
        def on_record_write(self, record, fields=None):
            told.append("isolated")

        self._listen(on_record_write=on_record_write)
        self._tell("record_write")
        tag = self.tags.create({"name": "a"})
        tag.name = "b"
        tag.color = 2
        self.assertEqual(told, ["isolated", "isolated"])
        self.send_before_commit()
        self.assertEqual(told[2:], [("record_write", tag.ids, ["name", "color"])])

    def test_what_an_isolated_listener_did_before_it_failed_is_not_told(self):
        @isolated
        def on_record_write(self, record, fields=None):
            record.copy()
            raise KeyError("inside")

        self._listen(on_record_write=on_record_write)
        self._tell("record_create", "record_write")
        old = self.tags.search([], limit=1) or self.tags.create({"name": "old"})
        self.send_before_commit()
        self.told.clear()
        with self.assertLogs("odoo.addons.component_event.delivery", "ERROR"):
            old.name = "b"
        self.send_before_commit()
        self.assertEqual(self.told, [("record_write", old.ids, ["name"])])

    def test_isolated_and_before_commit_together(self):
        def fail(method):
            @before_commit
            @isolated
            def on_record_write(self, record, fields=None):
                method(self, record, fields=fields)
                raise KeyError("inside")

            return on_record_write

        self._tell("record_write", decorate=fail)
        self._tell("record_write")
        tag = self.tags.create({"name": "a"})
        tag.name = "b"
        with self.assertLogs("odoo.addons.component_event.delivery", "ERROR"):
            self.send_before_commit()
        self.assertEqual(len(self.told), 2)

    def test_the_test_cases_of_odoo_may_copy_what_waits(self):
        self._tell("record_write")
        tag = self.tags.create({"name": "a"})
        tag.name = "b"
        copied = deepcopy(self.env.cr.precommit.data)
        self.env.cr.precommit.data = copied
        self.send_before_commit()
        self.assertEqual(self.told, [("record_write", tag.ids, ["name"])])


@tagged("standard", "at_install")
class TestAfterCommit(MomentCase):
    def test_it_is_told_after_the_commit_with_an_environment_of_its_own(self):
        told = self.told

        @after_commit
        def on_record_write(self, record, fields=None):
            told.append((self.env, record.env, record.id, record.name, fields))

        self._listen(on_record_write=on_record_write)
        user = self.env.ref("base.user_admin")
        tag = self.tags.create({"name": "a"}).with_user(user).sudo()
        tag = tag.with_context(lang=None, colour="red")
        tag.name = "b"
        tag.color = 2
        self.send_before_commit()
        self.assertEqual(told, [])
        self.send_after_commit()
        self.assertEqual(
            [item[2:] for item in told], [(tag.id, "b", ["name", "color"])]
        )
        env = told[0][0]
        self.assertIs(env, told[0][1])
        self.assertIsNot(env.cr, self.env.cr)
        self.assertEqual((env.user.id, env.su), (user.id, True))
        self.assertEqual(env.context["colour"], "red")

    def test_what_is_rolled_back_is_not_told(self):
        self._tell("record_write", decorate=after_commit)
        tag = self.tags.create({"name": "a"})
        savepoint = self.env.cr.savepoint()
        tag.name = "b"
        savepoint.close(rollback=True)
        self.send_after_commit()
        self.assertEqual(self.told, [])

    def test_what_a_savepoint_released_is_told(self):
        self._tell("record_write", decorate=after_commit)
        tag = self.tags.create({"name": "a"})
        with self.env.cr.savepoint():
            tag.name = "b"
        self.send_after_commit()
        self.assertEqual(self.told, [("record_write", tag.ids, ["name"])])

    def test_running_the_callbacks_of_odoo_is_enough(self):
        self._tell("record_write", decorate=after_commit)
        tag = self.tags.create({"name": "a"})
        tag.name = "b"
        with self.enter_registry_test_mode():
            self.env.cr.postcommit.run()
        self.assertEqual(self.told, [("record_write", tag.ids, ["name"])])
        self.send_after_commit()
        self.assertEqual(len(self.told), 1)

    def test_created_and_deleted_in_between_is_not_told(self):
        self._tell("record_create", "record_deleted", decorate=after_commit)
        tag = self.tags.create({"name": "a"})
        self.send_before_commit()
        tag.unlink()
        self.send_after_commit()
        self.assertEqual(self.told, [])

    def test_a_failing_listener_is_logged_and_the_next_is_told(self):
        @after_commit
        def on_record_write(self, record, fields=None):
            record.name = "never"
            raise KeyError("inside")

        name = self._listen(on_record_write=on_record_write)
        self._tell("record_write", decorate=after_commit)
        tag = self.tags.create({"name": "a"})
        tag.name = "b"
        with self.assertLogs("odoo.addons.component_event.delivery", "ERROR") as logs:
            self.send_after_commit()
        self.assertIn(f"Listener {name!r}", logs.output[0])
        self.assertEqual(len(self.told), 1)
        self.assertEqual(tag.name, "b")

    def test_without_a_cursor_to_be_had_the_commit_does_not_fail(self):
        self._tell("record_write", decorate=after_commit)
        self.tags.create({"name": "a"}).name = "b"
        with (
            patch.object(Registry, "cursor", side_effect=PoolError("full")),
            self.assertLogs("odoo.addons.component_event.delivery", "ERROR"),
        ):
            self.env.cr.postcommit.run()
        self.assertEqual(self.told, [])


@tagged("standard", "at_install")
class TestRealCommits(ComponentRegistryCase, BaseCase):
    """Commit for real: the order, and what a rollback leaves out."""

    def setUp(self):
        super().setUp()
        self._setup_registry(self)
        self._load_module_components("component_event")
        self.told = told = []

        class Listener(Component):
            _name = "listener"
            _inherit = "base.event.listener"
            _apply_on = MODEL

            @before_commit
            def on_record_create(self, record, fields=None):
                record.color = 7
                told.append(("before", self.env.cr, record.color))

            @after_commit
            def on_records_create(self, records, vals_list):
                told.append(("after", self.env.cr, records.color))
                records.color = 8

        self._build_components(Listener)
        self.cr = Registry(get_db_name()).cursor()
        self.addCleanup(self.cr.close)
        self.tags = api.Environment(self.cr, SUPERUSER_ID, {})[MODEL]

    def test_before_and_after_a_commit(self):
        tag = self.tags.create({"name": "committed for a test"})
        self.assertEqual(self.told, [])
        try:
            self.cr.commit()
            self.assertEqual(
                [(when, color) for when, cr, color in self.told],
                [("before", 7), ("after", 7)],
            )
            self.assertIs(self.told[0][1], self.cr)
            self.assertIsNot(self.told[1][1], self.cr)
            self.assertTrue(self.told[1][1].closed)
            self.assertEqual(tag.color, 8)
        finally:
            tag.unlink()
            self.cr.commit()

    def test_a_rollback_sends_nothing(self):
        self.tags.create({"name": "never there"})
        self.cr.rollback()
        self.cr.commit()
        self.assertEqual(self.told, [])
