# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Imported values in the form in which Odoo stores them."""

import base64
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from ..components.comparison.changes import (
    changed_values,
    remember_created,
    remember_held,
)
from ..components.comparison.created_values import possibly_unlike
from ..outcome import Outcome
from .import_common import PARTNER, ImporterCase, partner
from .test_import_values import image


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
