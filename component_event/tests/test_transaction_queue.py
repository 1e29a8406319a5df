# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from copy import deepcopy
from unittest.mock import patch

from psycopg2.pool import PoolError

from odoo.modules.registry import Registry
from odoo.tests import TransactionCase, tagged

from odoo.addons.component_event.transaction_queue import (
    AfterCommitQueue,
    TransactionQueue,
)


class Queue(TransactionQueue):
    def __init__(self):
        self.fields = {}

    def add(self, key, *fields):
        self.fields[key] = self.fields.get(key, frozenset()).union(fields)

    def flush(self, cr):
        flushed.append((cr, self.fields))


class LateQueue(Queue, AfterCommitQueue):
    _failure = "late queue failed"


flushed = []


@tagged("standard", "at_install")
class TestTransactionQueue(TransactionCase):
    def setUp(self):
        super().setUp()
        self.cr = self.env.cr
        self.cr.flush()
        flushed.clear()

    def fields(self, queue_class=Queue):
        queue = queue_class.find(self.cr)
        return queue and queue.fields

    def test_it_is_flushed_once_with_merged_items(self):
        Queue.of(self.cr).add(1, "name")
        Queue.of(self.cr).add(1, "color")
        self.cr.flush()
        self.cr.flush()
        self.assertEqual(flushed, [(self.cr, {1: {"name", "color"}})])
        self.assertIsNone(Queue.find(self.cr))

    def test_items_added_by_a_flush_are_flushed_too(self):
        def flush(queue, cr):
            flushed.append(queue.fields)
            if len(flushed) == 1:
                Queue.of(cr).add(2, "name")

        with patch.object(Queue, "flush", flush):
            Queue.of(self.cr).add(1, "name")
            self.cr.flush()
        self.assertEqual(flushed, [{1: {"name"}}, {2: {"name"}}])

    def test_a_rollback_to_a_savepoint_drops_later_items(self):
        for queue_class in (Queue, LateQueue):
            with self.subTest(queue=queue_class):
                queue_class.of(self.cr).add(1, "name")
                savepoint = self.cr.savepoint(flush=False)
                for _time in range(2):
                    queue_class.of(self.cr).add(1, "color")
                    queue_class.of(self.cr).add(2, "color")
                    savepoint.rollback()
                    self.assertEqual(self.fields(queue_class), {1: {"name"}})
                savepoint.close(rollback=True)

    def test_a_rollback_to_a_flushing_savepoint_drops_later_items(self):
        LateQueue.of(self.cr).add(1, "name")
        savepoint = self.cr.savepoint()
        Queue.of(self.cr).add(2, "color")
        LateQueue.of(self.cr).add(2, "color")
        savepoint.close(rollback=True)
        self.assertIsNone(self.fields())
        self.assertEqual(self.fields(LateQueue), {1: {"name"}})

    def test_items_flushed_inside_a_rolled_back_savepoint_are_flushed_again(self):
        Queue.of(self.cr).add(1, "name")
        savepoint = self.cr.savepoint(flush=False)
        self.cr.flush()
        self.assertEqual(len(flushed), 1)
        savepoint.close(rollback=True)
        self.cr.flush()
        self.assertEqual(flushed, [(self.cr, {1: {"name"}})] * 2)

    def test_a_withheld_queue_is_not_flushed(self):
        Queue.of(self.cr).add(1, "name")
        with Queue.withheld(self.cr):
            Queue.of(self.cr).add(2, "name")
            self.cr.flush()
        self.assertEqual(flushed, [(self.cr, {2: {"name"}})])
        self.assertEqual(self.fields(), {1: {"name"}})

    def test_a_copy_has_separate_containers(self):
        queue = Queue.of(self.cr)
        queue.add(1, "name")
        copied = deepcopy(self.cr.precommit.data)[Queue]
        queue.add(2, "name")
        self.assertEqual(copied.fields, {1: {"name"}})

    def test_after_the_commit_it_has_its_own_cursor(self):
        LateQueue.of(self.cr).add(1, "name")
        self.cr.flush()
        self.assertEqual(flushed, [])
        with self.enter_registry_test_mode():
            self.cr.postcommit.run()
        self.assertEqual([fields for _cr, fields in flushed], [{1: {"name"}}])
        self.assertIsNot(flushed[0][0], self.cr)

    def test_an_empty_queue_opens_no_cursor(self):
        LateQueue.of(self.cr)
        with patch.object(Registry, "cursor", side_effect=AssertionError):
            self.cr.postcommit.run()
        self.assertEqual(flushed, [])

    def test_an_error_after_the_commit_is_logged(self):
        LateQueue.of(self.cr).add(1, "name")
        with (
            patch.object(Registry, "cursor", side_effect=PoolError("full")),
            self.assertLogs(__name__, "ERROR") as logs,
        ):
            self.cr.postcommit.run()
        self.assertIn("late queue failed", logs.output[0])
