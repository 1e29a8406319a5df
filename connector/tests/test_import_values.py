# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
import io
from unittest.mock import patch

from PIL import Image

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.component.core import Component

from ..components.comparison.changes import (
    changed_values,
    remember_created,
    remember_held,
)
from ..components.comparison.created_values import possibly_unlike
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


@tagged("post_install", "-at_install")
class TestCreatedValues(ImporterCase):
    """Values held as given are recognized without reading the records."""

    __test__ = True

    def create(self, *values_list):
        bindings = self.env[PARTNER].create(
            [
                {"backend_id": self.backend.id, "external_id": str(key), **values}
                for key, values in enumerate(values_list)
            ]
        )
        return list(bindings), list(values_list)

    def test_only_what_may_be_held_otherwise_is_found(self):
        tags = self.env["res.partner.category"].create([{"name": c} for c in "ab"])
        same = {
            "name": "Ada",
            "ref": False,
            "function": None,
            "color": 0,
            "active": True,
            "country_id": self.ref("base.be"),
            "parent_id": False,
            "category_id": [Command.set(tags.ids)],
            "partner_latitude": 1.5,
        }
        other = {**same, "website": "example.com", "color": False}
        bindings, values_list = self.create(same, other, same)
        bindings[2].odoo_id.category_id = tags[0]
        bindings[2].odoo_id.name = "Bob"
        found = dict(possibly_unlike(bindings, values_list))
        self.assertEqual(set(found), set(bindings[1:]))
        self.assertLessEqual({"website"}, set(found[bindings[1]]))
        self.assertLessEqual(set(found[bindings[1]]), {"website", "color"})
        self.assertEqual(set(found[bindings[2]]), {"category_id", "name"})

    def test_an_empty_cache_answers_nothing(self):
        bindings, values_list = self.create({"name": "Ada"}, {"name": "Bob"})
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(
            list(possibly_unlike(bindings, values_list)),
            list(zip(bindings, values_list, strict=True)),
        )
        remember_created(zip(bindings, values_list, strict=True))
        self.assertFalse(bindings[0].stored_differently)

    def test_record_that_a_hook_deletes_is_passed_over(self):
        self.put(partner(1), partner(2))

        def after_import(importer, binding):
            if importer.external_id == 1:
                binding.odoo_id.unlink()
                importer.env.flush_all()
                importer.env.invalidate_all()

        with self.hooked(_after_import=after_import):
            outcome, jobs = self.run_chunk([1, 2])
        self.assertEqual(
            self.outcomes(outcome), {1: Outcome.CREATED, 2: Outcome.CREATED}
        )
        self.assertFalse(jobs)


@tagged("post_install", "-at_install")
class TestStoredForm(ImporterCase):
    """The form in which a field stores a value is known without a memory."""

    __test__ = True

    def setUp(self):
        super().setUp()
        self.partner = self.env["res.partner"].create({"name": "Azure"})

    def assertWrittenOnce(self, record, **values):
        for name, value in values.items():
            with self.subTest(name=name, value=value):
                record.write({name: value})
                record.flush_recordset()
                record.invalidate_recordset()
                self.assertEqual(changed_values(record, {name: value}), {})

    def test_values_in_another_form(self):
        self.assertWrittenOnce(
            self.partner,
            comment="plain text",
            partner_latitude="1.23456789123",
            color="7",
            name="Ada ",
            function=" ",
            # content that no other test stores: workers share the file store
            image_1920=image((3000, 2000), "navy"),
            parent_id=None,
            lang=self.env.lang or "en_US",
        )

    def test_amounts_dates_and_texts(self):
        rate = self.env["res.currency.rate"].create(
            {"name": "2026-01-01", "rate": 1.5, "currency_id": self.ref("base.JPY")}
        )
        self.assertWrittenOnce(rate, name="2026-01-02")
        self.assertWrittenOnce(rate, name="2026-01-03 10:00:00")
        cron = self.env["ir.cron"].search([], limit=1)
        self.assertWrittenOnce(cron, nextcall="2030-01-02 03:04:05")

    def test_references_and_json(self):
        binding = self.env[PARTNER].create(
            {"backend_id": self.backend.id, "external_id": "1", "name": "Azure"}
        )
        self.assertWrittenOnce(binding, stored_differently={"a": ("b", 1)})
        menu = self.env["ir.ui.menu"].search([("action", "!=", False)], limit=1)
        action = menu.action
        self.assertEqual(
            changed_values(menu, {"action": f"{action._name},{action.id}"}), {}
        )
        self.assertEqual(changed_values(menu, {"action": action}), {})
        self.assertIn("action", changed_values(menu, {"action": False}))

    def test_many2one_and_many2many_as_records(self):
        tags = self.env["res.partner.category"].create([{"name": c} for c in "ab"])
        self.partner.category_id = tags
        self.assertEqual(changed_values(self.partner, {"category_id": tags}), {})
        self.assertIn(
            "category_id", changed_values(self.partner, {"category_id": tags[0]})
        )
        belgium = self.env.ref("base.be")
        self.partner.country_id = belgium
        self.assertEqual(changed_values(self.partner, {"country_id": belgium}), {})

    def test_file_whose_base64_has_line_breaks(self):
        content = base64.b64decode(image())
        self.partner.image_1920 = base64.b64encode(content)
        broken = base64.encodebytes(content).decode()
        self.assertEqual(changed_values(self.partner, {"image_1920": broken}), {})

    def test_lines_that_are_replaced_by_equal_ones_are_not_a_change(self):
        self.partner.bank_ids = [
            Command.create({"acc_number": number}) for number in ("1", "2")
        ]
        same = [
            Command.clear(),
            Command.create({"acc_number": "2"}),
            Command.create({"acc_number": "1"}),
        ]
        self.assertEqual(changed_values(self.partner, {"bank_ids": same}), {})
        other = [*same[:2], Command.create({"acc_number": "3"})]
        self.assertEqual(
            changed_values(self.partner, {"bank_ids": other}), {"bank_ids": other}
        )
        self.assertIn("bank_ids", changed_values(self.partner, {"bank_ids": same[:2]}))

    def test_nested_lines_that_are_replaced_by_equal_ones_are_not_a_change(self):
        def kids(*names):
            toys = [Command.create({"name": name}) for name in names]
            kid = Command.create({"name": "Kid", "child_ids": toys})
            return {"child_ids": [Command.clear(), kid]}

        record = self.env["res.partner"].create({"name": "Ada", **kids("A", "B")})
        self.assertFalse(changed_values(record, kids("B", "A")))
        for names in (("A",), ("A", "C"), ("A", "B", "C")):
            self.assertTrue(changed_values(record, kids(*names)))

    def test_values_that_odoo_would_recompute_are_written_with_the_change(self):
        partners = self.env["res.partner"].create([{"name": "Ada"}, {"name": "Eve"}])
        values = {"partner_id": partners[0].id, "acc_holder_name": "H"}
        bank = self.env["res.partner.bank"].create({"acc_number": "1", **values})
        values["partner_id"] = partners[1].id
        changes = changed_values(bank, {"acc_number": "1", **values})
        self.assertEqual(changes, values)
        bank.write(changes)
        self.assertEqual(bank.acc_holder_name, "H")
        values["acc_number"] = "2"
        self.assertEqual(changed_values(bank, values), {"acc_number": "2"})

    def test_only_the_commands_that_change_something_are_left(self):
        self.partner.bank_ids = [
            Command.create({"acc_number": number}) for number in ("1", "2")
        ]
        first, second = self.partner.bank_ids
        commands = [
            Command.update(first.id, {"acc_number": "1", "acc_holder_name": "A"}),
            Command.update(second.id, {"acc_number": "2"}),
            Command.link(first.id),
        ]
        self.assertEqual(
            changed_values(self.partner, {"bank_ids": commands}),
            {"bank_ids": [Command.update(first.id, {"acc_holder_name": "A"})]},
        )

    def test_text_and_zero_are_not_taken_for_nothing(self):
        for value in (0, ""):
            self.assertIn("function", changed_values(self.partner, {"function": value}))
        self.assertEqual(changed_values(self.partner, {"color": False}), {})

    def test_value_that_odoo_refuses_is_left_for_odoo_to_refuse(self):
        self.assertIn("color", changed_values(self.partner, {"color": "red"}))

    def test_record_without_a_memory_remembers_nothing(self):
        with patch.object(type(self.partner), "write", side_effect=AssertionError):
            remember_held(self.partner, {"website": "example.com"})
