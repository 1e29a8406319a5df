# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from copy import deepcopy

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.component.core import Component
from odoo.addons.component_event import before_commit, isolated, skip_if

from .listening_case import ListeningCase


@tagged("standard", "at_install")
class TestBeforeCommit(ListeningCase):
    def test_events_are_delivered_once_before_the_commit(self):
        self._record("record_write")
        tag = self.tags.create({"name": "a"})
        tag.name = "b"
        tag.write({"color": 2, "name": "c"})
        self.assertEqual(self.received, [])
        self.send_before_commit()
        self.assertEqual(self.received, [("record_write", tag.ids, ["name", "color"])])
        self.send_before_commit()
        self.assertEqual(len(self.received), 1)

    def test_creation_and_writes_are_one_creation(self):
        self._record("record_create", "record_write")
        tag = self.tags.create({"name": "a"})
        tag.color = 3
        self.send_before_commit()
        self.assertEqual(self.received, [("record_create", tag.ids, ["name", "color"])])

    def test_creation_and_deletion_cancel_each_other(self):
        events = ("record_create", "record_write", "record_unlink", "record_deleted")
        self._record(*events)
        self._record("record_deleted")
        tag = self.tags.create({"name": "a"})
        tag.color = 3
        tag.unlink()
        self.send_before_commit()
        self.assertEqual(self.received, [])

    def test_deletion_of_an_older_record_is_delivered(self):
        tag = self.tags.create({"name": "a"})
        self._record("record_write", "record_deleted")
        tag.color = 3
        tag.unlink()
        self.send_before_commit()
        self.assertEqual(self.received, [("record_deleted", tag.ids, [{}])])

    def test_records_created_by_x2many_commands_are_sent_with_their_values(self):
        received = []

        def on_records_create(listener, records, vals_list):
            received.extend(
                (record.name, values["name"])
                for record, values in zip(records, vals_list, strict=True)
            )

        self._listen(on_records_create=before_commit(on_records_create))
        # Odoo clears the list of the lines' values once they are created
        lines = [Command.create({"name": "b"}), Command.create({"name": "c"})]
        self.tags.create({"name": "a", "child_ids": lines})
        self.send_before_commit()
        self.assertCountEqual(received, [(name, name) for name in "abc"])

    def test_a_write_of_a_record_deleted_by_cascade_is_dropped(self):
        parent = self.tags.create({"name": "a"})
        child = self.tags.create({"name": "b", "parent_id": parent.id})
        self.env.flush_all()
        self._record("record_write")
        child.name = "c"
        parent.name = "d"
        parent.unlink()  # the database deletes the child
        self.assertFalse(child.exists())
        self.send_before_commit()
        self.assertEqual(self.received, [])

    def test_recordsets_are_merged(self):
        self._record("records_create", "records_write")
        old = self.tags.create({"name": "old"})
        self.send_before_commit()
        self.received.clear()
        new = self.tags.create([{"name": "a"}])
        new |= self.tags.create([{"name": "b"}])
        (new + old).color = 3
        self.send_before_commit()
        self.assertEqual(
            self.received,
            [
                ("records_create", new.ids, [[{"name": "a"}, {"name": "b"}]]),
                ("records_write", old.ids, [["color"]]),
            ],
        )

    def test_records_of_two_models_are_delivered_separately(self):
        received = []

        @before_commit
        def on_records_create(listener, records, vals_list=None):
            received.append(records)

        self._listen(
            apply_on=["res.partner.category", "res.partner.industry"],
            on_records_create=on_records_create,
        )
        tag = self.tags.create({"name": "a"})
        industry = self.env["res.partner.industry"].create({"name": "b"})
        self.send_before_commit()
        self.assertEqual(received, [tag, industry])

    def test_values_are_those_of_the_creation(self):
        self._record("records_create")
        vals_list = [{"name": "a"}]
        tag = self.tags.create(vals_list)
        vals_list.clear()
        self.send_before_commit()
        self.assertEqual(
            self.received, [("records_create", tag.ids, [[{"name": "a"}]])]
        )

    def test_rolled_back_events_are_dropped(self):
        self._record("record_write")
        tag = self.tags.create({"name": "a"})
        savepoint = self.env.cr.savepoint()
        tag.name = "b"
        savepoint.close(rollback=True)
        self.send_before_commit()
        self.assertEqual(self.received, [])

    def test_a_rolled_back_savepoint_without_flush_drops_its_events(self):
        self._record("record_write")
        tag = self.tags.create({"name": "a"})
        tag.name = "before"
        tag.flush_recordset()
        savepoint = self.env.cr.savepoint(flush=False)
        tag.color = 3
        tag.flush_recordset()
        savepoint.close(rollback=True)
        self.env.invalidate_all(flush=False)
        self.send_before_commit()
        self.assertEqual(self.received, [("record_write", tag.ids, ["name"])])

    def test_events_delivered_within_a_rolled_back_savepoint_are_delivered_again(self):
        self._record("record_write")
        tag = self.tags.create({"name": "a"})
        tag.name = "before"
        tag.flush_recordset()
        savepoint = self.env.cr.savepoint(flush=False)
        self.env.cr.flush()  # changes by a listener are rolled back
        savepoint.close(rollback=True)
        self.env.invalidate_all(flush=False)
        self.received.clear()
        self.send_before_commit()
        self.assertEqual(self.received, [("record_write", tag.ids, ["name"])])

    def test_conditions_are_called_once_when_the_event_is_sent(self):
        asked, received = [], self.received

        def condition(self, record, fields=None):
            asked.append(fields)
            return record.env.context.get("no_export")

        @before_commit
        @skip_if(condition)
        def on_record_write(self, record, fields=None):
            received.append(fields)

        self._listen(on_record_write=on_record_write)
        tag = self.tags.create({"name": "a"})
        tag.with_context(no_export=True).name = "b"
        tag.color = 2
        self.assertEqual(asked, [["name"], ["color"]])
        self.send_before_commit()
        self.assertEqual(received, [["color"]])
        self.assertEqual(asked, [["name"], ["color"]])

    def test_a_super_call_runs_immediately(self):  # pylint: disable=missing-return
        name = self._record("record_write")
        received = self.received

        class Extension(Component):
            _inherit = name

            @before_commit
            def on_record_write(self, record, fields=None):
                received.append("before")
                result = super().on_record_write(record, fields=fields)
                received.append("behind")
                return result

        self._build_components(Extension)
        tag = self.tags.create({"name": "a"})
        tag.name = "b"
        self.assertEqual(received, [])
        self.send_before_commit()
        self.assertEqual(
            received, ["before", ("record_write", tag.ids, ["name"]), "behind"]
        )

    def test_changes_by_a_listener_are_delivered_too(self):
        received = self.received

        @before_commit
        def on_record_write(self, record, fields=None):
            received.append(fields)
            if "color" not in fields:
                record.color = 5

        self._listen(on_record_write=on_record_write)
        self.tags.create({"name": "a"}).name = "b"
        self.send_before_commit()
        self.assertEqual(received, [["name"], ["color"]])

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

    def test_an_isolated_listener_does_not_flush_the_queue(self):
        received = self.received

        @isolated
        def on_record_write(self, record, fields=None):
            received.append("isolated")

        self._listen(on_record_write=on_record_write)
        self._record("record_write")
        tag = self.tags.create({"name": "a"})
        tag.name = "b"
        tag.color = 2
        self.assertEqual(received, ["isolated", "isolated"])
        self.send_before_commit()
        self.assertEqual(received[2:], [("record_write", tag.ids, ["name", "color"])])

    def test_events_of_a_failed_isolated_listener_are_dropped(self):
        @isolated
        def on_record_write(self, record, fields=None):
            record.copy()
            raise KeyError("inside")

        self._listen(on_record_write=on_record_write)
        self._record("record_create", "record_write")
        old = self.tags.search([], limit=1) or self.tags.create({"name": "old"})
        self.send_before_commit()
        self.received.clear()
        with self.assertLogs("odoo.addons.component_event.delivery", "ERROR"):
            old.name = "b"
        self.send_before_commit()
        self.assertEqual(self.received, [("record_write", old.ids, ["name"])])

    def test_isolated_and_before_commit_together(self):
        def fail(method):
            @before_commit
            @isolated
            def on_record_write(self, record, fields=None):
                method(self, record, fields=fields)
                raise KeyError("inside")

            return on_record_write

        self._record("record_write", decorate=fail)
        self._record("record_write")
        tag = self.tags.create({"name": "a"})
        tag.name = "b"
        with self.assertLogs("odoo.addons.component_event.delivery", "ERROR"):
            self.send_before_commit()
        self.assertEqual(len(self.received), 2)

    def test_test_cases_of_odoo_may_copy_the_queue(self):
        self._record("record_write")
        tag = self.tags.create({"name": "a"})
        tag.name = "b"
        copied = deepcopy(self.env.cr.precommit.data)
        self.env.cr.precommit.data = copied
        self.send_before_commit()
        self.assertEqual(self.received, [("record_write", tag.ids, ["name"])])
