# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime

from odoo.tests import tagged

from odoo.addons.component.core import Component

from ..components.record_page import RecordPage
from ..http.paging import AllAtOnce
from .import_common import partner
from .rest_common import PARTNER, RestCase

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
