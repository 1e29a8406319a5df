# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import closing

from odoo.tests import tagged

from .binder_common import INDUSTRY, PARTNER, BinderCase


@tagged("post_install", "-at_install")
class TestBinderMemory(BinderCase):
    __test__ = True

    def another_binder(self):
        """Return a binder as a mapper looks it up."""
        return self.work.work_on("res.users").component(
            usage="binder", model_name=PARTNER
        )

    def assertRemembers(self, external_id, binding):
        for binder in (self.binder, self.another_binder()):
            with self.assertQueryCount(0):
                self.assertEqual(binder.to_internal(external_id), binding)

    def test_prefetch_takes_one_query_and_all_later_answers_none(self):
        one, two = self.bound("1", "2")
        self.settle()
        with self.assertQueryCount(1):
            self.binder.prefetch(["1", 2, "none", None])
        self.assertRemembers("1", one)
        self.assertRemembers("2", two)
        self.assertRemembers("none", self.env[PARTNER])
        with self.assertQueryCount(0):
            found = self.binder.to_internal_many(["1", "2", "none"], unwrap=True)
        self.assertEqual(found, {"1": one.odoo_id, "2": two.odoo_id})

    def test_prefetch_asks_only_what_it_does_not_know(self):
        self.bound("1")
        self.binder.prefetch(["1", "none"])
        with self.assertQueryCount(0):
            self.another_binder().prefetch(["1", "none"])
        with self.assertQueryCount(1):
            self.binder.prefetch(["1", "none", "new"])

    def test_prefetch_on_a_derived_work_context_serves_the_one_it_came_from(self):
        one = self.bound("1")
        self.another_binder().prefetch(["1"])
        self.assertRemembers("1", one)

    def test_memory_ends_with_the_work_context(self):
        self.bound("1")
        self.binder.prefetch(["1"])
        with self.assertQueryCount(1):
            self.component("binder", PARTNER).to_internal("1")

    def test_created_binding_takes_a_free_id_without_a_query(self):
        self.binder.prefetch(["1"])
        one = self.bound("1")
        self.assertRemembers("1", one)

    def test_bind_is_seen(self):
        binding = self.bound("1")
        self.binder.prefetch(["1", "2"])
        self.binder.bind("2", binding)
        self.assertRemembers("2", binding)
        self.assertFalse(self.binder.to_internal("1"))

    def test_bind_many_is_seen(self):
        bindings = self.bound(False, False)
        self.binder.prefetch(["1", "2"])
        self.binder.bind_many(zip("12", bindings, strict=True))
        self.assertRemembers("1", bindings[0])
        self.assertRemembers("2", bindings[1])

    def test_swapped_external_ids_are_seen(self):
        one, two = self.bound("1", "2")
        self.binder.prefetch(["1", "2"])
        one.external_id = False
        two.external_id = "1"
        two.flush_recordset()
        one.external_id = "2"
        self.assertEqual(self.binder.to_internal("1"), two)
        self.assertEqual(self.binder.to_internal("2"), one)

    def test_unlink_is_seen(self):
        one = self.bound("1")
        self.binder.prefetch(["1"])
        one.unlink()
        self.assertFalse(self.binder.to_internal("1"))
        again = self.bound("1")
        self.assertEqual(self.binder.to_internal("1"), again)

    def test_unlink_of_the_record_behind_is_seen(self):
        one, two = self.bound("1", "2")
        self.binder.prefetch(["1", "2"])
        one.odoo_id.unlink()
        self.assertFalse(self.binder.to_internal("1"))
        self.assertEqual(self.binder.to_internal("2"), two)

    def test_change_of_backend_is_seen(self):
        other = self.env["test.backend"].create({"name": "Other"})
        one, two = self.bound("1"), self.bound("2", backend=other)
        self.binder.prefetch(["1", "2"])
        one.backend_id = other
        two.backend_id = self.backend
        self.assertFalse(self.binder.to_internal("1"))
        self.assertEqual(self.binder.to_internal("2"), two)

    def test_backends_have_separate_memories(self):
        other = self.env["test.backend"].create({"name": "Other"})
        self.binder.prefetch(["1"])
        there = self.bound("1", backend=other)
        self.assertRemembers("1", self.env[PARTNER])
        other_work = self.work.work_on(collection=other)
        self.assertEqual(other_work.component(usage="binder").to_internal("1"), there)

    def test_rollback_to_a_savepoint_is_seen(self):
        self.binder.prefetch(["1", "2"])
        two = self.bound("2")
        with closing(self.env.cr.savepoint()):
            one = self.bound("1")
            two.external_id = "3"
            self.assertEqual(self.binder.to_internal("1"), one)
            self.assertFalse(self.binder.to_internal("2"))
        self.assertFalse(self.binder.to_internal("1"))
        self.assertEqual(self.binder.to_internal("2"), two)

    def test_rollback_costs_one_query_for_all_that_was_asked(self):
        ids = [str(number) for number in range(20)]
        self.bound(*ids)
        self.binder.prefetch(ids)
        with closing(self.env.cr.savepoint()):
            pass
        with self.assertQueryCount(1):
            for external_id in ids:
                self.binder.to_internal(external_id)

    def test_archived_bindings_are_remembered_too(self):
        one = self.bound("1", active=False)
        self.binder.prefetch(["1"])
        self.assertRemembers("1", one)

    def test_second_binding_of_a_known_id_is_seen(self):
        binder = self.component("binder", INDUSTRY)
        self.bound("1", model=INDUSTRY, active=False)
        binder.prefetch(["1"])
        active = self.bound("1", model=INDUSTRY)
        self.assertEqual(binder.to_internal("1"), active)
        binder.prefetch(["1"])
        active.active = False
        with self.assertRaisesRegex(ValueError, "found 2"):
            binder.to_internal("1")

    def test_bindings_that_log_no_changes_are_not_remembered(self):
        binder = self.component("binder", "res.partner")
        with self.assertQueryCount(0):
            binder.prefetch(["1"])
        self.assertIsNone(binder._recall("1"))

    def test_unwrapped_answers_of_a_memory_take_one_query_for_all(self):
        ids = [str(number) for number in range(10)]
        self.bound(*ids)
        self.settle()
        self.binder.prefetch(ids)
        with self.assertQueryCount(1):
            for external_id in ids:
                name = self.binder.to_internal(external_id, unwrap=True).name
                self.assertEqual(name, f"Record {external_id}")
