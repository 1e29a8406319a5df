# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests.common import BaseCase

from odoo.addons.component.exception import NoComponentError

from ..components.importer.bisection import concerns_the_job
from ..components.importer.dependencies import topological_batches
from ..components.importer.errors import find_circle
from ..components.importer.items import ChunkOutcome, ImportItem
from ..components.session import in_progress
from ..exception import IDMissingInBackend, MappingError, RetryableJobError
from ..outcome import Outcome


def items_waiting(waits):
    return [ImportItem(key, after=set(map(str, after))) for key, after in waits.items()]


def grouped(waits):
    return [
        [item.external_id for item in group]
        for group in topological_batches(items_waiting(waits))
    ]


class TestFindCircle(BaseCase):
    def test_a_circle_begins_and_ends_with_the_same(self):
        self.assertEqual(find_circle(1, {1: [1]}), [1, 1])
        self.assertEqual(find_circle(1, {1: [4, 2], 2: [3], 3: [1]}), [1, 2, 3, 1])

    def test_a_circle_that_is_led_into_is_one(self):
        self.assertEqual(find_circle(0, {0: [1], 1: [2], 2: [1]}), [1, 2, 1])

    def test_a_record_needed_twice_is_not_a_circle(self):
        self.assertIsNone(find_circle(1, {1: [2, 3], 2: [4], 3: [4]}))

    def test_a_long_chain_has_no_circle(self):
        self.assertIsNone(find_circle(0, {n: [n + 1] for n in range(5000)}))


class TestTopologicalBatches(BaseCase):
    def test_items_that_wait_for_nothing_come_together_in_order(self):
        self.assertEqual(grouped({3: (), 1: (), 2: ()}), [[3, 1, 2]])

    def test_no_items_make_no_group(self):
        self.assertEqual(grouped({}), [])

    def test_parents_come_before_their_children(self):
        self.assertEqual(
            grouped({"child": ["parent"], "grandchild": ["child"], "parent": []}),
            [["parent"], ["child"], ["grandchild"]],
        )

    def test_item_waits_for_the_last_of_several(self):
        self.assertEqual(
            grouped({1: [2, 3], 2: [], 3: [2]}),
            [[2], [3], [1]],
        )

    def test_records_outside_the_chunk_are_not_waited_for(self):
        self.assertEqual(grouped({1: ["elsewhere"], 2: []}), [[1, 2]])

    def test_ids_are_the_same_as_text_and_as_numbers(self):
        self.assertEqual(grouped({1: ["2"], "2": []}), [["2"], [1]])

    def test_item_does_not_wait_for_itself(self):
        self.assertEqual(grouped({1: [1], 2: [1]}), [[1], [2]])

    def test_circle_comes_last_and_together_with_those_that_wait_for_it(self):
        self.assertEqual(
            grouped({1: [2], 2: [1], 3: [], "after": [1]}),
            [[3], [1, 2, "after"]],
        )


class TestChunkOutcome(BaseCase):
    def test_outcome_counts_and_reads_in_one_order(self):
        items = [ImportItem(number, outcome=Outcome.CREATED) for number in range(2)]
        items.append(ImportItem(2, outcome=Outcome.SKIPPED))
        outcome = ChunkOutcome(tuple(items))
        self.assertEqual(outcome.counts, {Outcome.CREATED: 2, Outcome.SKIPPED: 1})
        self.assertEqual(str(outcome), "2 created, 1 skipped")

    def test_failed_item_is_no_longer_pending_and_keeps_its_error(self):
        item, error = ImportItem(1), ValueError("no")
        self.assertTrue(item.pending)
        item.fail(error)
        self.assertFalse(item.pending)
        self.assertEqual(ChunkOutcome((item,)).failed, (item,))
        self.assertEqual((item.outcome, item.error), (Outcome.FAILED, error))


class TestInProgress(BaseCase):
    def test_keys_are_removed_with_the_block_even_after_an_error(self):
        keys = {1}
        with self.assertRaises(ZeroDivisionError):
            with in_progress(keys, {1, 2}):
                self.assertEqual(keys, {1, 2})
                raise ZeroDivisionError
        self.assertEqual(keys, {1})


class TestConcern(BaseCase):
    def test_bugs_concern_the_job_and_errors_of_a_record_do_not(self):
        self.assertTrue(concerns_the_job(NoComponentError("no importer")))
        for error in (
            MappingError("bad"),
            IDMissingInBackend("gone"),
            RetryableJobError("later"),
            ValueError("bad"),
        ):
            self.assertFalse(concerns_the_job(error), error)
