# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from types import SimpleNamespace

from odoo.tests import BaseCase, tagged

from odoo.addons.component_event.decorators import before_commit
from odoo.addons.component_event.merge import (
    QueuedEvent,
    merge,
    regroup,
    without_missing,
)


class Records:
    """What merging needs of a recordset."""

    _name = "thing"

    def __init__(self, *ids, env="env"):
        self.ids, self.env = ids, env

    @property
    def id(self):
        (id_,) = self.ids
        return id_

    def __iter__(self):
        return (Records(id_, env=self.env) for id_ in self.ids)

    def browse(self, ids):
        return Records(*ids, env=self.env)

    def __repr__(self):
        return f"thing{self.ids}"


class Listener:
    _name = "listener"

    def __init__(self, collection=None):
        self.work = SimpleNamespace(_collection=collection)


@tagged("standard", "at_install")
class TestMerge(BaseCase):
    def setUp(self):
        super().setUp()
        self.listener = Listener()
        self.sent = []

    def send(self, event, *args, **kwargs):
        listener = kwargs.pop("listener", self.listener)
        self.sent.append(QueuedEvent(listener, f"on_{event}", args, kwargs))

    def send_write(self, id_, *fields, **kwargs):
        env = kwargs.pop("env", "env")
        self.send("record_write", Records(id_, env=env), fields=list(fields), **kwargs)

    def told(self, created=()):
        """Return (event, ids, what else) of the calls that are left."""
        return [
            (call.event[3:], call.args[0].ids, *call.args[1:], *call.kwargs.values())
            for call in regroup(merge(self.sent, created))
        ]

    def test_fields_of_several_writes_are_united_in_order(self):
        self.send_write(1, "name", "color")
        self.send_write(1, "ref", "name")
        self.assertEqual(
            self.told(), [("record_write", (1,), ["name", "color", "ref"])]
        )

    def test_fields_are_told_by_position_where_they_were_sent_so(self):
        self.send("record_write", Records(1), ["name"])
        self.send("record_write", Records(1), ["color"])
        (call,) = regroup(merge(self.sent))
        self.assertEqual(call.args[1:], (["name", "color"],))
        self.assertEqual(call.kwargs, {})

    def test_records_and_listeners_are_not_mixed(self):
        other = Listener(collection=SimpleNamespace(_name="backend", id=1))
        self.send_write(1, "name")
        self.send_write(2, "color")
        self.send_write(1, "ref", listener=other)
        self.assertEqual(
            self.told(),
            [
                ("record_write", (1,), ["name"]),
                ("record_write", (2,), ["color"]),
                ("record_write", (1,), ["ref"]),
            ],
        )

    def test_the_latest_environment_is_kept(self):
        self.send_write(1, "name", env="first")
        self.send_write(1, "name", env="second")
        (call,) = regroup(merge(self.sent))
        self.assertEqual(call.args[0].env, "second")

    def test_a_write_after_the_creation_belongs_to_the_creation(self):
        self.send("record_create", Records(1), fields=["name"])
        self.send_write(1, "color")
        self.assertEqual(self.told(), [("record_create", (1,), ["name", "color"])])

    def test_a_write_before_the_deletion_is_not_told(self):
        self.send_write(1, "color")
        self.send("record_unlink", Records(1))
        self.send("record_deleted", Records(1), {"ref": "x"})
        self.assertEqual(
            self.told(),
            [("record_unlink", (1,)), ("record_deleted", (1,), {"ref": "x"})],
        )

    def test_created_and_deleted_in_between_is_not_told(self):
        self.send("record_create", Records(1), fields=["name"])
        self.send_write(1, "color")
        self.send("record_unlink", Records(1))
        self.send("record_deleted", Records(1), {})
        self.assertEqual(self.told(created={("thing", 1)}), [])

    def test_deleted_is_told_to_whom_the_creation_was_told_at_once(self):
        class Immediate(Listener):
            def on_record_create(self, record, fields=None):
                pass

        class Delayed(Listener):
            @before_commit
            def on_record_create(self, record, fields=None):
                pass

        self.send("record_unlink", Records(1), listener=Immediate())
        self.assertEqual(self.told(created={("thing", 1)}), [("record_unlink", (1,))])
        self.sent.clear()
        self.send("record_unlink", Records(1), listener=Delayed())
        self.assertEqual(self.told(created={("thing", 1)}), [])

    def test_records_to_which_the_same_happened_are_told_together(self):
        self.send("records_write", Records(1, 2), ["name"])
        self.send("records_write", Records(2, 3), ["color"])
        self.send("records_write", Records(1), ["color"])
        self.assertEqual(
            self.told(),
            [
                ("records_write", (1, 2), ["name", "color"]),
                ("records_write", (3,), ["color"]),
            ],
        )

    def test_creations_of_recordsets_keep_their_values(self):
        self.send("records_create", Records(1, 2), [{"name": "a"}, {"name": "b"}])
        self.send("records_write", Records(1, 9), ["color"])
        self.send("records_create", Records(3), [{"name": "c"}])
        self.send("records_unlink", Records(2))
        self.assertEqual(
            self.told(created={("thing", 2)}),
            [
                ("records_create", (1, 3), [{"name": "a"}, {"name": "c"}]),
                ("records_write", (9,), ["color"]),
            ],
        )

    def test_records_of_different_environments_are_told_apart(self):
        self.send("records_write", Records(1, env="one"), ["name"])
        self.send("records_write", Records(2, env="two"), ["name"])
        self.assertEqual(len(self.told()), 2)

    def test_deletions_of_recordsets_keep_their_values(self):
        self.send("records_deleted", Records(1), [{"ref": "x"}])
        self.send("records_deleted", Records(2), [{"ref": "y"}])
        self.assertEqual(
            self.told(), [("records_deleted", (1, 2), [{"ref": "x"}, {"ref": "y"}])]
        )

    def test_other_events_with_equal_arguments_are_told_once(self):
        record = Records(1)
        self.send("shipped", record, tracking="a")
        self.send("shipped", record, tracking="a")
        self.send("shipped", record, tracking="b")
        self.assertEqual(self.told(), [("shipped", (1,), "a"), ("shipped", (1,), "b")])

    def test_fields_of_other_events_are_united(self):
        record = Records(1)
        self.send("price_changed", record, fields=["list_price"])
        self.send("price_changed", record, fields=["cost"])
        self.assertEqual(self.told(), [("price_changed", (1,), ["list_price", "cost"])])

    def test_arguments_that_cannot_be_compared_are_told_each(self):
        record = Records(1)
        self.send("shipped", record, ["a"])
        self.send("shipped", record, ["a"])
        self.assertEqual(len(self.told()), 2)

    def test_what_is_missing_is_left_out_except_its_deletion(self):
        self.send_write(1, "name")
        self.send_write(2, "name")
        self.send("record_deleted", Records(3), {})
        asked = []

        def existing_ids(records):
            asked.append(records.ids)
            return [2]

        merged = without_missing(merge(self.sent), existing_ids)
        self.assertEqual([item.record.id for item in merged], [2, 3])
        self.assertEqual(asked, [(1, 2)])
