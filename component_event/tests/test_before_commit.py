# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from copy import deepcopy

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.component.core import Component
from odoo.addons.component_event import before_commit, isolated, skip_if

from .listening_case import ListeningCase


@tagged("standard", "at_install")
class TestBeforeCommit(ListeningCase):
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

    def test_records_made_by_the_lines_of_another_are_told_with_their_values(self):
        told = []

        def on_records_create(listener, records, vals_list):
            told.extend(
                (record.name, values["name"])
                for record, values in zip(records, vals_list, strict=True)
            )

        self._listen(on_records_create=before_commit(on_records_create))
        # Odoo clears the list of the lines' values once they are created
        lines = [Command.create({"name": "b"}), Command.create({"name": "c"})]
        self.tags.create({"name": "a", "child_ids": lines})
        self.send_before_commit()
        self.assertCountEqual(told, [(name, name) for name in "abc"])

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

    def test_records_of_two_models_are_told_apart(self):
        told = []

        @before_commit
        def on_records_create(listener, records, vals_list=None):
            told.append(records)

        self._listen(
            apply_on=["res.partner.category", "res.partner.industry"],
            on_records_create=on_records_create,
        )
        tag = self.tags.create({"name": "a"})
        industry = self.env["res.partner.industry"].create({"name": "b"})
        self.send_before_commit()
        self.assertEqual(told, [tag, industry])

    def test_values_are_told_as_they_were_at_the_creation(self):
        self._tell("records_create")
        vals_list = [{"name": "a"}]
        tag = self.tags.create(vals_list)
        vals_list.clear()
        self.send_before_commit()
        self.assertEqual(self.told, [("records_create", tag.ids, [[{"name": "a"}]])])

    def test_what_is_rolled_back_is_not_told(self):
        self._tell("record_write")
        tag = self.tags.create({"name": "a"})
        savepoint = self.env.cr.savepoint()
        tag.name = "b"
        savepoint.close(rollback=True)
        self.send_before_commit()
        self.assertEqual(self.told, [])

    def test_what_a_savepoint_without_flush_rolled_back_is_not_told(self):
        self._tell("record_write")
        tag = self.tags.create({"name": "a"})
        tag.name = "before"
        tag.flush_recordset()
        savepoint = self.env.cr.savepoint(flush=False)
        tag.color = 3
        tag.flush_recordset()
        savepoint.close(rollback=True)
        self.env.invalidate_all(flush=False)
        self.send_before_commit()
        self.assertEqual(self.told, [("record_write", tag.ids, ["name"])])

    def test_what_was_told_within_a_savepoint_that_is_rolled_back_is_told_again(self):
        self._tell("record_write")
        tag = self.tags.create({"name": "a"})
        tag.name = "before"
        tag.flush_recordset()
        savepoint = self.env.cr.savepoint(flush=False)
        self.env.cr.flush()  # what a listener does now is rolled back
        savepoint.close(rollback=True)
        self.env.invalidate_all(flush=False)
        self.told.clear()
        self.send_before_commit()
        self.assertEqual(self.told, [("record_write", tag.ids, ["name"])])

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

    def test_a_super_call_runs_straight_through(self):  # pylint: disable=missing-return
        name = self._tell("record_write")
        told = self.told

        class Extension(Component):
            _inherit = name

            @before_commit
            def on_record_write(self, record, fields=None):
                told.append("before")
                result = super().on_record_write(record, fields=fields)
                told.append("behind")
                return result

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
