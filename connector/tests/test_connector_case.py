# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged
from odoo.tests.common import BaseCase

from odoo.addons.component.core import Component

from ..exception import IDMissingInBackend, NetworkRetryableError
from ..testing import Call, FakeSystem
from .common import TestConnectorCase

PARTNER = "test.res.partner"
CATEGORY = "test.res.partner.category"


class TestFakeSystem(BaseCase):
    def setUp(self):
        super().setUp()
        self.system = FakeSystem()
        self.system.put("order", {"id": 1, "state": "open"}, {"id": 2, "state": "done"})

    def test_calls_are_recorded_and_what_a_test_sets_is_not(self):
        self.assertFalse(self.system.calls)
        self.system.search("order", {"state": "open"})
        self.system.read("order", 1)
        self.assertEqual(
            self.system.called(),
            [
                Call("search", "order", ({"state": "open"},), {}),
                Call("read", "order", (1,), {}),
            ],
        )
        self.assertEqual(len(self.system.called("read", "order")), 1)
        self.assertFalse(self.system.called("read", "customer"))
        self.system.forget_calls()
        self.assertFalse(self.system.called())

    def test_records_are_searched_and_read(self):
        self.assertEqual(self.system.search("order", {"state": "done"}), [2])
        self.assertEqual(
            self.system.search_read("order", {"state": "done"})[0]["id"], 2
        )
        self.assertEqual(self.system.read("order", "1"), {"id": 1, "state": "open"})
        self.assertEqual(set(self.system.read_many("order", [1, "2", 3])), {1, "2"})

    def test_pages_have_the_size_that_is_set(self):
        self.system.page_size = 1
        self.assertEqual(list(self.system.search_pages("order")), [[1], [2]])

    def test_records_are_written(self):
        new_id = self.system.create("order", {"state": "new"})
        self.system.write("order", str(new_id), {"state": "open"})
        self.assertEqual(self.system.search("order", {"state": "open"}), [1, new_id])
        self.system.delete("order", new_id)
        with self.assertRaises(IDMissingInBackend):
            self.system.read("order", new_id)

    def test_reads_return_copies(self):
        self.system.read("order", 1)["state"] = "changed"
        self.assertEqual(self.system.read("order", 1)["state"], "open")

    def test_calls_raise_the_given_errors_one_by_one(self):
        self.system.fail_next("read", NetworkRetryableError("down"))
        with self.assertRaises(NetworkRetryableError):
            self.system.read("order", 1)
        self.assertEqual(self.system.read("order", 1)["id"], 1)
        self.assertEqual(len(self.system.called("read")), 2)


@tagged("post_install", "-at_install")
class TestConnectorCaseTools(TestConnectorCase):
    __test__ = True

    def test_the_adapters_use_the_fake_system(self):
        system = self.fake_system(PARTNER, CATEGORY)
        system.put(PARTNER, {"id": 1})
        adapter = self.component("backend.adapter", PARTNER)
        self.assertEqual(adapter.read(1), {"id": 1})
        self.assertEqual(adapter.create({"name": "x"}), 1001)
        self.assertEqual(self.component("backend.adapter", CATEGORY).search(), [])
        self.assertEqual(
            [(call.operation, call.table) for call in system.calls],
            [("read", PARTNER), ("create", PARTNER), ("search", CATEGORY)],
        )
        self.assertFalse(self.system.calls)

    def test_fake_system_ends_with_the_test(self):
        adapter_class = type(self.component("backend.adapter", PARTNER))
        own = adapter_class.read
        self.fake_system(PARTNER)
        self.assertIsNot(adapter_class.read, own)
        self.doCleanups()
        self.assertIs(adapter_class.read, own)

    def test_components_of_a_test_end_with_it(self):
        class Extra(Component):
            _name = "test.extra"
            _inherit = "test.connector"
            _usage = "extra"

        self.build_components(Extra)
        self.assertEqual(self.component("extra", PARTNER)._name, "test.extra")
        self.assertNotIn("test.extra", self._components_registry)

    def test_jobs_are_trapped_and_run_to_the_end(self):
        for key in (1, 2):
            self.system.put(CATEGORY, {"id": key, "name": "Tag", "parent": None})
        self.backend.chunk_size = 1
        with self.trap_jobs() as trap:
            self.env[CATEGORY].with_delay().import_batch(self.backend)
            self.assertFalse(self.system.calls)
            self.assertEqual(self.run_jobs(trap), 3)
        self.assertEqual(len(self.system.called("read_many")), 2)
