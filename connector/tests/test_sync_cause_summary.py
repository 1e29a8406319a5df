# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Summaries of errors, without the parts of their records."""

from odoo.tests import tagged

from ..components.mapper.errors import Place, locate
from ..exception import MappingError
from ..jobs.failure import describe_failure, dump_values, split_hint, with_hint
from ..jobs.summary import summarize
from .sync_error_case import SyncErrorCase

#: ``(reason, names of the record, models, summary)``
SUMMARIES = [
    (
        "res.product 39 (Bricks): Unit 'Pallet of 48' does not exist.",
        ["39", "Bricks"],
        ["res.product"],
        "Unit 'Pallet of 48' does not exist.",
    ),
    (
        "product.variant 7 (Bricks, red): Unit 'Pallet of 48' does not exist.",
        ["7", "Bricks, red"],
        ["product.variant"],
        "Unit 'Pallet of 48' does not exist.",
    ),
    (
        "Max. retries (20) reached: GET https://shop.example/api/products/39?key=a: "
        "500 Internal Server Error: at 2026-11-29 13:11:02",
        ["39"],
        [],
        "GET https://shop.example/api/products/…: 500 Internal Server Error: at …",
    ),
    ("Missing value\nName of res.partner(12,)", ["12"], [], "Missing value Name of …"),
    (
        'Contact "Ada: the first" (ID a-7): the required field Name is missing.',
        [],
        [],
        "The required field Name is missing.",
    ),
    ('Tag "Red" is locked.', ["Red"], ["Tag"], "Is locked."),
    (
        'Product Unit of Measure "Pallet of 48" does not exist here.',
        ["37"],
        ["Product"],
        'Product Unit of Measure "Pallet of 48" does not exist here.',
    ),
    (
        "shop.contact 7: no name. shop.contact.import.mapper maps it.",
        ["7"],
        ["shop.contact"],
        "No name. shop.contact.import.mapper maps it.",
    ),
    ("KeyError: 'barcode'", ["1"], [], "KeyError: 'barcode'"),
    ("The record isn't in Ann's list", ["Mary"], [], "The record isn't in Ann's list"),
    (
        "<Connection object at 0x7fa0d983b010>: refused",
        [],
        [],
        "<Connection object at …>: refused",
    ),
    ("39", ["39"], [], "39"),
    ("", ["39"], [], ""),
    ("No " + "very " * 100 + "long", [], [], "No very very"),
]


@tagged("post_install", "-at_install")
class TestSummary(SyncErrorCase):
    __test__ = True

    def test_the_record_is_removed_from_the_reason(self):
        for reason, names, models, summary in SUMMARIES:
            with self.subTest(reason):
                found = summarize(reason, names, models)
                if reason.startswith("No "):
                    self.assertTrue(found.startswith(summary), found)
                else:
                    self.assertEqual(found, summary)
                self.assertLessEqual(len(found), 200)

    def test_any_text_has_a_summary(self):
        for reason in ("\0", "…", "()", "((((", "'" * 500, '"' * 501, "1" * 5000, "\n"):
            with self.subTest(reason[:10]):
                self.assertLessEqual(len(summarize(reason, [reason, "(", None])), 200)

    def test_a_hint_is_the_end_of_a_message(self):
        messages = {
            'Unit "Pallet of 48" does not exist here. Create it, or rename one.': (
                "Create it, or rename one."
            ),
            "It costs 5. Set _x; the answer is {}.": "Set _x; the answer is {}.",
            "Set up correctly.": "",
            "Nothing to do.": "",
        }
        for message, hint in messages.items():
            self.assertEqual(split_hint(message), hint)

    def test_the_place_in_a_mapping_is_not_a_part_of_the_reason(self):
        place = Place("shop.product.mapper", "row uom → uom_id", ("uom",))
        missing = with_hint(MappingError("Unit 'Pallet' does not exist."), "Create it.")
        failure = describe_failure("uuid", locate(missing, place, {"uom": 31}))
        self.assertEqual(failure.reason, "Unit 'Pallet' does not exist. Create it.")
        self.assertEqual(failure.hint, "Create it.")
        self.assertEqual(
            failure.place,
            "mapper shop.product.mapper, row uom → uom_id, source uom = 31",
        )
        failure = describe_failure("uuid", locate(ValueError("a"), place, {"uom": 31}))
        self.assertEqual(failure.reason, "ValueError: a")

    def test_values_are_shown_without_secrets_and_long_texts(self):
        text = dump_values(
            {
                "name": "Bricks",
                "image": "x" * 5000,
                "api_key": "s3cret",
                "lines": [{"password": "hunter2", "qty": 2}],
                "raw": b"abc",
            }
        )
        for part in ("Bricks", "<5000 characters>", '"qty": 2', "<3 bytes>"):
            self.assertIn(part, text)
        for secret in ("s3cret", "hunter2"):
            self.assertNotIn(secret, text)

    def test_any_values_can_be_shown(self):
        recursive: dict = {}
        recursive["self"] = recursive
        for values in (None, object(), "text", [1], recursive, {1: {2, 3}}):
            self.assertIsInstance(dump_values(values), str)
