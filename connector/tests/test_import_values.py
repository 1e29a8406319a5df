# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
import io

from PIL import Image

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.component.core import Component

from ..outcome import Outcome
from .import_common import PARTNER, ImporterCase, partner


def image(size=(8, 8), color="red"):
    stream = io.BytesIO()
    Image.new("RGB", size, color).save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


#: values that Odoo keeps in another form than the backend's: ``field: value``
NORMALIZED = {
    # by the field
    "comment": "<p>a<br/>b</p><script>alert(1)</script>",
    "partner_latitude": 1.123456789123,
    "color": "3",
    "image_1920": image((2500, 10)),
    # by the model
    "website": "example.com",
}
VALUES = {
    **NORMALIZED,
    "company_type": "company",
    "is_company": True,
    "function": "",
    "active": True,
    "type": "contact",
}


class ValuesMapper(Component):
    _name = "test.res.partner.import.mapper"
    _inherit = "test.res.partner.import.mapper"

    def finalize(self, map_record, values):
        return {**super().finalize(map_record, values), **map_record.source["values"]}


@tagged("post_install", "-at_install")
class TestNormalizedValues(ImporterCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        self.build_components(ValuesMapper)
        self.importer = self.component("record.importer", PARTNER)

    def put_values(self, external_id=1, **values):
        self.put(partner(external_id, updated_at=None, values=values))

    def import_again(self, external_id=1):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.run_one(external_id).outcome

    def test_values_that_odoo_normalizes_are_written_once(self):
        self.put_values(**VALUES)
        self.assertEqual(self.run_one(1).outcome, Outcome.CREATED)
        self.assertEqual(self.import_again(), Outcome.UNCHANGED)
        self.put_values(**{**VALUES, "website": "example.org", "comment": "plain"})
        self.assertEqual(self.import_again(), Outcome.UPDATED)
        self.assertEqual(self.found(1).odoo_id.website, "http://example.org")
        self.assertIn(">plain<", self.found(1).odoo_id.comment)
        self.assertEqual(self.import_again(), Outcome.UNCHANGED)

    def test_each_value_alone_is_written_once(self):
        for number, (name, value) in enumerate(VALUES.items(), 10):
            with self.subTest(name=name):
                self.put_values(number, **{name: value})
                self.run_one(number)
                self.assertEqual(self.import_again(number), Outcome.UNCHANGED)

    def test_edit_of_a_normalized_value_is_overwritten(self):
        self.put_values(**VALUES)
        self.run_one(1)
        for name, edit in (
            ("website", "http://mine.example"),
            ("comment", "<p>mine</p>"),
            ("image_1920", image(color="blue")),
            ("color", 9),
        ):
            with self.subTest(name=name):
                self.found(1)[name] = edit
                self.assertEqual(self.import_again(), Outcome.UPDATED)
                self.assertEqual(self.import_again(), Outcome.UNCHANGED)
        self.assertEqual(self.found(1).odoo_id.website, "http://example.com")

    def test_edit_back_to_the_imported_value_is_not_a_difference(self):
        self.put_values(website="example.com")
        self.run_one(1)
        self.found(1).website = "http://mine.example"
        self.found(1).website = "http://example.com"
        self.assertEqual(self.import_again(), Outcome.UNCHANGED)

    def test_value_that_goes_back_is_a_change(self):
        for website in ("example.com", "http://example.org", "example.com"):
            self.put_values(website=website)
            self.import_again()
            self.assertIn(website, self.found(1).odoo_id.website)

    def test_value_that_a_company_gives_its_contacts_is_written_once(self):
        self.put_values(1, vat="BE0477472701", is_company=True)
        self.run_one(1)
        self.put(partner(2, updated_at=None, parent=1, values={"vat": "BE1"}))
        self.run_one(2)
        self.assertEqual(self.found(2).odoo_id.vat, "BE0477472701")
        self.assertEqual(self.import_again(2), Outcome.UNCHANGED)

    def test_dry_run_and_conflict_see_the_same(self):
        self.put_values(**VALUES)
        self.run_one(1)
        asked = []

        def may_overwrite(importer, binding):
            asked.append(binding)
            return True

        with self.hooked(_may_overwrite=may_overwrite):
            self.import_again()
        self.assertFalse(asked)
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER, "dry_run")
        self.env[PARTNER].dry_run_chunk(self.backend, [1], run=run)
        self.assertEqual(run.unchanged_count, 1)

    def test_values_that_odoo_keeps_as_they_are_leave_nothing(self):
        self.put_values(color=3, comment="<p>Hello</p>", website="http://a.example")
        self.run_one(1)
        self.assertFalse(self.found(1).stored_differently)

    def test_value_that_is_kept_as_it_is_takes_no_memory_any_more(self):
        self.put_values(website="example.com")
        self.run_one(1)
        self.assertTrue(self.found(1).stored_differently)
        self.put_values(website="http://example.org")
        self.import_again()
        self.assertFalse(self.found(1).stored_differently)

    def test_archived_tags_are_not_a_difference(self):
        tag = self.env["res.partner.category"].create({"name": "T", "active": False})
        self.put_values(category_id=[Command.set(tag.ids)])
        self.run_one(1)
        self.assertEqual(self.import_again(), Outcome.UNCHANGED)

    def test_archived_tags_that_are_mapped_as_records_are_not_a_difference(self):
        tags = self.env["res.partner.category"].create(
            [{"name": "In use"}, {"name": "Archived", "active": False}]
        )
        self.put_values(category_id=tags)
        self.assertEqual(self.import_again(), Outcome.CREATED)
        # compared as they are linked, not remembered as links of another form
        self.assertFalse(self.found(1).stored_differently)
        self.put_values(category_id=tags.sorted("id", reverse=True))
        self.assertEqual(self.import_again(), Outcome.UNCHANGED)

    def test_links_that_a_hook_adds_to_mapped_records_are_not_a_difference(self):
        tags = self.env["res.partner.category"].create([{"name": c} for c in "abc"])

        def after_import(importer, binding):
            binding.category_id += tags[2]

        self.put_values(category_id=tags[:2])
        with self.hooked(_after_import=after_import):
            self.assertEqual(self.import_again(), Outcome.CREATED)
            self.assertTrue(self.found(1).stored_differently)
            self.put_values(category_id=tags[1] + tags[0])
            self.assertEqual(self.import_again(), Outcome.UNCHANGED)

    def test_a_hook_that_changes_the_record_again_makes_no_difference(self):
        def after_import(importer, binding):
            binding.function = "by the hook"

        self.put_values(function="boss")
        with self.hooked(_after_import=after_import):
            self.run_one(1)
            self.assertEqual(self.import_again(), Outcome.UNCHANGED)
