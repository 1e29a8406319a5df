# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo.addons.component.core import Component

from ..components.mapper import (
    backend_field,
    changed_by,
    concat,
    convert,
    keep_falsy,
    mapping,
    modifier,
    none,
    only_create,
)
from .mapper_common import MapperCase


def upper(field):
    def modifier(self, record, to_attr):
        return record[field].upper()

    return modifier


class Described(Component):
    _name = "test.described.mapper"
    _inherit = "base.import.mapper"
    direct = [
        ("label", "name"),
        ("country", "country_id"),
        (none(convert("zip_code", str)), "zip"),
        (keep_falsy("color"), "color"),
        (concat("first", "last"), "ref"),
        (upper("town"), "city"),
        (modifier(lambda self, record, to_attr: 1), "lang"),
        (backend_field("company_id"), "company_id"),
    ]
    children = [("lines", "bank_ids", "res.partner.bank")]

    @only_create
    @changed_by("b", "a")
    @mapping
    def computed(self, record):
        return {}


LINES = [
    ("label", "name", "direct", False, ["label"]),
    ("country", "country_id", "external_to_m2o", False, ["country"]),
    ("zip_code", "zip", "none ← convert(str)", False, ["zip_code"]),
    ("color", "color", "keep_falsy", False, ["color"]),
    ("first, last", "ref", "concat", False, ["first", "last"]),
    ("town", "city", "upper", False, ["town"]),
    ("", "lang", "Described.<lambda>", False, []),
    ("", "company_id", "backend_field(company_id)", False, []),
    ("a, b", "", "method computed", True, ["a", "b"]),
    ("lines", "bank_ids", "children of res.partner.bank", False, ["lines"]),
]


def as_tuples(description):
    return [tuple(line.values()) for line in description]


class TestMapperDescribe(MapperCase):
    def test_a_mapper_describes_itself_as_data(self):
        description = self.make_mapper(Described).describe()
        self.assertEqual(
            list(description[0]),
            ["source", "target", "how", "only_create", "changed_by"],
        )
        self.assertEqual(as_tuples(description), LINES)
        self.assertEqual(json.loads(json.dumps(description)), description)

    def test_a_class_describes_itself_without_a_work_context(self):
        self._build_components(Described)
        description = self.comp_registry["test.described.mapper"].describe_class()
        lines = list(LINES)
        lines[1] = ("country", "country_id", "direct", False, ["country"])
        self.assertEqual(as_tuples(description), lines)

    def test_a_class_whose_rows_are_computed_at_work_says_so(self):
        class AtWork(Component):
            _name = "test.at.work.mapper"
            _inherit = "base.import.mapper"

            @property
            def direct(self):
                return [("label", self.backend_record.company_id)]

            @changed_by("a")
            @mapping
            def computed(self, record):
                return {}

        mapper = self.make_mapper(AtWork)
        rows, method = type(mapper).describe_class()
        self.assertEqual(rows["how"], "rows that the mapper computes for each model")
        self.assertEqual((method["source"], method["how"]), ("a", "method computed"))
        self.assertEqual(mapper.describe()[0]["target"], 3)
