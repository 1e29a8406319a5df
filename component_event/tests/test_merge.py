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
    """Fake recordset."""

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

    def received(self, created=()):
        """Return (event, ids, what else) of the calls that are left."""
        return [
            (call.event[3:], call.args[0].ids, *call.args[1:], *call.kwargs.values())
            for call in regroup(merge(self.sent, created))
        ]

    def test_fields_of_several_writes_are_united_in_order(self):
        self.send_write(1, "name", "color")
        self.send_write(1, "ref", "name")
        self.assertEqual(
            self.received(), [("record_write", (1,), ["name", "color", "ref"])]
        )

    def test_positional_fields_are_delivered_as_positional_fields(self):
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
            self.received(),
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
        self.assertEqual(self.received(), [("record_create", (1,), ["name", "color"])])

    def test_a_write_before_the_deletion_is_dropped(self):
        self.send_write(1, "color")
        self.send("record_unlink", Records(1))
        self.send("record_deleted", Records(1), {"ref": "x"})
        self.assertEqual(
            self.received(),
            [("record_unlink", (1,)), ("record_deleted", (1,), {"ref": "x"})],
        )

    def test_creation_and_deletion_cancel_each_other(self):
        self.send("record_create", Records(1), fields=["name"])
        self.send_write(1, "color")
        self.send("record_unlink", Records(1))
        self.send("record_deleted", Records(1), {})
        self.assertEqual(self.received(created={("thing", 1)}), [])

    def test_deletion_is_delivered_to_listeners_that_know_the_creation(self):
        class Immediate(Listener):
            def on_record_create(self, record, fields=None):
                pass

        class Delayed(Listener):
            @before_commit
            def on_record_create(self, record, fields=None):
                pass

        self.send("record_unlink", Records(1), listener=Immediate())
        self.assertEqual(
            self.received(created={("thing", 1)}), [("record_unlink", (1,))]
        )
        self.sent.clear()
        self.send("record_unlink", Records(1), listener=Delayed())
        self.assertEqual(self.received(created={("thing", 1)}), [])

    def test_records_with_the_same_changes_are_delivered_together(self):
        self.send("records_write", Records(1, 2), ["name"])
        self.send("records_write", Records(2, 3), ["color"])
        self.send("records_write", Records(1), ["color"])
        self.assertEqual(
            self.received(),
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
            self.received(created={("thing", 2)}),
            [
                ("records_create", (1, 3), [{"name": "a"}, {"name": "c"}]),
                ("records_write", (9,), ["color"]),
            ],
        )

    def test_records_of_different_environments_are_delivered_separately(self):
        self.send("records_write", Records(1, env="one"), ["name"])
        self.send("records_write", Records(2, env="two"), ["name"])
        self.assertEqual(len(self.received()), 2)

    def test_deletions_of_recordsets_keep_their_values(self):
        self.send("records_deleted", Records(1), [{"ref": "x"}])
        self.send("records_deleted", Records(2), [{"ref": "y"}])
        self.assertEqual(
            self.received(), [("records_deleted", (1, 2), [{"ref": "x"}, {"ref": "y"}])]
        )

    def test_other_events_with_equal_arguments_are_delivered_once(self):
        record = Records(1)
        self.send("shipped", record, tracking="a")
        self.send("shipped", record, tracking="a")
        self.send("shipped", record, tracking="b")
        self.assertEqual(
            self.received(), [("shipped", (1,), "a"), ("shipped", (1,), "b")]
        )

    def test_fields_of_other_events_are_united(self):
        record = Records(1)
        self.send("price_changed", record, fields=["list_price"])
        self.send("price_changed", record, fields=["cost"])
        self.assertEqual(
            self.received(), [("price_changed", (1,), ["list_price", "cost"])]
        )

    def test_events_with_unhashable_arguments_are_not_merged(self):
        record = Records(1)
        self.send("shipped", record, ["a"])
        self.send("shipped", record, ["a"])
        self.assertEqual(len(self.received()), 2)

    def test_events_of_deleted_records_are_dropped_except_the_deletion(self):
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
