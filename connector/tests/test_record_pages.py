# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.component.core import Component

from ..components.record_page import RecordPage
from ..http.paging import AllAtOnce, PageNumber
from .common import FakeSystem, JsonService
from .import_common import partner
from .rest_common import PARTNER, RestCase
from .rest_server import Reply

FIRST = partner(1, meta={"at": "2026-01-01"})
SECOND = {"id": 2, "name": "Bob"}


@tagged("post_install", "-at_install")
class TestPagesOfRestAdapter(RestCase):
    __test__ = True

    def pages(self, **attributes):
        self.set(_paging=AllAtOnce(), **attributes)
        self.reply([FIRST, SECOND])
        return list(self.adapter.search_pages())

    def test_a_page_holds_the_records_if_the_adapter_declares_it(self):
        (page,) = self.pages(_pages_hold_records=True)
        self.assertIsInstance(page, RecordPage)
        self.assertEqual((list(page), len(page)), ([1, 2], 2))
        self.assertEqual(page.records, {1: FIRST, 2: SECOND})
        self.assertEqual(page.without_records(), [1, 2])

    def test_a_page_of_records_has_their_times_of_change_too(self):
        (page,) = self.pages(_pages_hold_records=True, _updated_at_path="meta.at")
        self.assertEqual(page.records, {1: FIRST, 2: SECOND})
        self.assertEqual(page.without_records(), {1: "2026-01-01", 2: None})

    def test_a_page_holds_no_records_otherwise(self):
        self.assertEqual(self.pages(), [[1, 2]])

    def test_an_import_notes_the_time_of_change_without_an_override(self):
        class DatedImporter(Component):
            _name = "test.dated.importer"
            _inherit = ["test.connector", "generic.importer"]

        self.build_components(DatedImporter)
        self.set(_updated_at_path="meta.at")
        importer = self.work_on(PARTNER).component_by_name("test.dated.importer")
        importer._backend_adapter = self.adapter
        self.reply(FIRST)
        (item,) = importer.run(1).items
        self.assertEqual(item.binding.external_updated_at, datetime(2026, 1, 1))


@tagged("post_install", "-at_install")
class TestImportByPages(RestCase):
    """Import partners of a real HTTP server whose pages hold the records."""

    __test__ = True

    def setUp(self):
        super().setUp()
        self.records = FakeSystem()
        self.records.put(PARTNER, *map(partner, range(1, 26)))
        self.server.reply = JsonService(self.records, {"partners": PARTNER})._answer
        paging = PageNumber(size=10)
        self.set(_pages_hold_records=True, _paging=paging)
        self.set(_updated_at_path="updated_at")
        self.backend.chunk_size = 10
        adapter = self.component("backend.adapter", PARTNER)
        self.assertEqual(adapter._name, "test.rest.adapter")

    def import_all(self):
        """Import all, and return the requests."""
        self.server.requests.clear()
        with self.trap_jobs() as trap:
            self.env[PARTNER].import_batch(self.backend)
            self.run_jobs(trap)
        return self.asked()

    def test_one_request_for_each_page(self):
        # the last page is empty: nothing says that the third is the last
        pages = [("GET", "/partners")] * 4
        self.assertEqual(self.import_all(), pages)
        binder = self.component("binder", PARTNER)
        self.assertEqual(binder.to_internal(25).name, "Partner 25")
        changed = partner(7, name="Changed", updated_at="2026-02-01 00:00:00")
        self.records.put(PARTNER, changed)
        self.assertEqual(self.import_all(), pages)
        self.assertEqual(binder.to_internal(7).name, "Changed")
        self.assertEqual(self.import_all(), pages)

    def find_removed(self):
        self.server.requests.clear()
        policy = patch.object(
            type(self.component("record.importer", PARTNER)),
            "_missing_record_policy",
            "archive",
        )
        with policy, self.trap_jobs() as trap:
            self.env[PARTNER].import_removed(self.backend)
            self.run_jobs(trap)
        return self.asked()

    def test_removed_records_are_searched_by_pages(self):
        self.import_all()
        self.records.remove(PARTNER, 7)
        asked = self.find_removed()
        self.assertEqual(asked, [("GET", "/partners")] * 4 + [("GET", "/partners/7")])
        binder = self.component("binder", PARTNER)
        self.assertFalse(binder.to_internal(7).odoo_id.active)
        self.assertTrue(binder.to_internal(8).odoo_id.active)

    def test_a_record_that_the_list_leaves_out_is_not_removed(self):
        self.import_all()
        in_list = JsonService(self.records, {"partners": PARTNER})

        def answer(request):
            reply = in_list._answer(request)
            if request.path == "/partners":
                return Reply([each for each in reply.body if each["id"] != 7])
            return reply

        self.server.reply = answer
        self.assertIn(("GET", "/partners/7"), self.find_removed())
        self.assertTrue(self.component("binder", PARTNER).to_internal(7).odoo_id.active)

    def test_without_bindings_nothing_is_listed(self):
        self.assertEqual(self.find_removed(), [])
