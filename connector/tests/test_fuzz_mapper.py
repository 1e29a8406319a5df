# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A mapper maps any record correctly, or raises an error that names the cause."""

from datetime import datetime

import pytest
from hypothesis import strategies as st

from odoo.tests import tagged

from odoo.addons.component.core import Component

from ..components.mapper import (
    changed_by,
    concat,
    convert,
    keep_falsy,
    mapping,
    none,
    utc_datetime,
    value_table,
    xmlid,
)
from ..exception import MappingError
from .fuzz import SHORT, check, dates, numbers, texts, values
from .mapper_common import MapperCase

KINDS = {"a": "person", "b": "company"}
GOOD = {
    "label": "Ada",
    "zip_code": "1815",
    "amount": 0,
    "time": "2026-01-01T02:00:00+02:00",
    "first": "Ada",
    "last": "Lovelace",
    "kind": "a",
    "empty": "",
    "address": {"city": "London"},
    "country": "be",
    "lines": [{"quantity": "1"}],
    "tags": ["x"],
}
GOOD_VALUES = {
    "name": "Ada",
    "zip": 1815,
    "amount": 0,
    "date": datetime(2026, 1, 1),
    "full_name": "Ada Lovelace",
    "kind": "person",
    "empty": None,
    "city": "London",
    "items": [(0, 0, {"amount": 1.0})],
    "tag_names": "x",
}


class Fuzzed(Component):
    _name = "test.fuzzed.mapper"
    _inherit = "base.import.mapper"
    direct = [
        ("label", "name"),
        (convert("zip_code", int), "zip"),
        (keep_falsy("amount"), "amount"),
        (utc_datetime("time"), "date"),
        (concat("first", "last"), "full_name"),
        (value_table("kind", KINDS), "kind"),
        (none("empty"), "empty"),
        ("address.city", "city"),
        (xmlid("country", module="base"), "country_id"),
    ]
    children = [("lines", "items", "res.country")]

    @mapping
    @changed_by("tags")
    def tag_names(self, record):
        return {"tag_names": ",".join(record["tags"])}


class FuzzedLine(Component):
    _name = "test.fuzzed.line.mapper"
    _inherit = "base.import.mapper"
    _apply_on = "res.country"
    direct = [(convert("quantity", float), "amount")]


#: some fields of a good record are replaced
changes = st.fixed_dictionaries(
    {}, optional={name: st.one_of(values, dates) for name in GOOD}
)
one_change = st.sampled_from(sorted(GOOD)).flatmap(
    lambda name: st.fixed_dictionaries({name: values})
)


@tagged("post_install", "-at_install")
class TestFuzzMapper(MapperCase):
    examples = SHORT

    def setUp(self):
        super().setUp()
        self.mapper = self.make_mapper(Fuzzed, FuzzedLine)
        self.country = self.env.ref("base.be")

    def map(self, record):
        """Return the values, None if the mapper raised its error."""
        try:
            return self.mapper.map_record(record).values()
        except MappingError as error:
            self.assertIn("test.fuzzed.", str(error))
            self.assertNotIn(b"\0", str(error).encode())  # a job can store it
            return None

    def check_good(self):
        expected = {**GOOD_VALUES, "country_id": self.country.id}
        self.assertEqual(self.mapper.map_record(GOOD).values(), expected)

    def test_a_field_gives_its_value_or_a_mapping_error(self):
        @check(self.examples, st.one_of(changes, one_change))
        def run(changed):
            mapped = self.map({**GOOD, **changed})
            if mapped is not None:
                self.check_values({**GOOD, **changed}, mapped)
            self.check_good()

    def check_values(self, record, mapped):
        self.assertIs(mapped["name"], record["label"] or False)
        self.assertIs(type(mapped["zip"]), int if record["zip_code"] else bool)
        self.assertIs(mapped["amount"], record["amount"])
        self.assertIn(mapped["kind"], [*KINDS.values(), False])
        if record["time"]:
            self.assertNotIsInstance(record["time"], bool)
            self.assertIsInstance(mapped["date"], datetime)
            self.assertIsNone(mapped["date"].tzinfo)
        self.assertIsInstance(mapped["full_name"], (str, bool))
        if record["country"] != GOOD["country"]:
            self.assertNotEqual(mapped["country_id"], self.country.id)
        self.assertEqual(len(mapped["items"]), len(record["lines"] or ()))
        self.assertEqual(mapped["tag_names"], ",".join(record["tags"]))

    def test_a_record_that_is_none_is_refused(self):
        @check(self.examples, st.one_of(numbers, texts, st.lists(values, max_size=3)))
        def run(record):
            self.assertIsNone(self.map(record))
            self.check_good()

    def test_a_record_that_lacks_fields_is_refused_or_mapped(self):
        @check(self.examples, st.sets(st.sampled_from(sorted(GOOD)), min_size=1))
        def run(names):
            record = {name: GOOD[name] for name in GOOD if name not in names}
            mapped = self.map(record)
            if mapped is not None:  # a missing field is empty
                expected = {**GOOD_VALUES, "country_id": self.country.id}
                empty = {"label": {"name": False}}
                for name in names:
                    expected.update(empty[name])
                self.assertEqual(mapped, expected)


@pytest.mark.long
@tagged("post_install", "-at_install", "-standard", "long")
class TestFuzzMapperLong(TestFuzzMapper):
    examples = 2_500
