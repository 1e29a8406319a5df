# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
import sys
import traceback
import unittest
from decimal import Decimal, InvalidOperation
from unittest import mock

from psycopg2 import OperationalError

from odoo.exceptions import UserError
from odoo.tests import BaseCase

from odoo.addons.component.core import Component

from ..components.mapper import MappingFailure, changed_by, convert, mapping
from ..components.mapper.errors import Place, locate
from ..exception import InvalidDataError, MappingError, RetryableJobError
from .mapper_common import MapperCase


class StubbornError(Exception):
    """An error of an author, who catches it by its type."""


class Failing(Component):
    _name = "test.failing.mapper"
    _inherit = "base.import.mapper"
    direct = [("label", "name"), (convert("zip_code", int), "zip")]
    children = [("lines", "items", "res.country")]

    @changed_by("first")
    @mapping
    def method(self, record):
        if record.get("error"):
            raise record["error"]
        return record.get("produced")


class Line(Component):
    _name = "test.failing.line.mapper"
    _inherit = "base.import.mapper"
    _apply_on = "res.country"
    direct = [(convert("quantity", float), "amount")]


RECORD = {"label": "Ada", "zip_code": "1815", "first": "A", "lines": []}


class TestMapperErrors(MapperCase):
    def setUp(self):
        super().setUp()
        self.mapper = self.make_mapper(Failing, Line)

    def map(self, **changes):
        return self.mapper.map_record(dict(RECORD, **changes)).values()

    def fail(self, error_type, **changes):
        with self.assertRaises(error_type) as caught:
            self.map(**changes)
        return caught.exception

    def test_a_failing_row_says_mapper_row_field_and_value(self):
        failure = self.fail(MappingFailure, zip_code="N1")
        self.assertEqual(
            str(failure),
            "mapper test.failing.mapper, row zip_code → zip (convert(int)), source "
            "zip_code = 'N1': ValueError: invalid literal for int() with base 10: 'N1'",
        )
        self.assertEqual(failure.mapper, "test.failing.mapper")
        self.assertEqual(failure.source_fields, ("zip_code",))
        self.assertEqual(failure.source_values, {"zip_code": "N1"})

    def test_the_cause_is_chained(self):
        failure = self.fail(MappingFailure, zip_code="N1")
        self.assertIs(type(failure.__cause__), ValueError)

    def test_a_failure_is_of_the_type_of_its_cause_as_well(self):
        failure = self.fail(ValueError, zip_code="N1")
        self.assertIsInstance(failure, MappingError)
        self.assertEqual(failure.args, failure.__cause__.args)

    def test_a_failing_method_says_its_name_and_what_it_is_changed_by(self):
        failure = self.fail(ZeroDivisionError, error=ZeroDivisionError("by zero"))
        self.assertEqual(
            str(failure),
            "mapper test.failing.mapper, method method, source first = 'A': "
            "ZeroDivisionError: by zero",
        )

    def test_a_missing_source_field_is_named_with_those_there_are(self):
        record = {key: value for key, value in RECORD.items() if key != "zip_code"}
        with self.assertRaises(KeyError) as caught:
            self.mapper.map_record(record).values()
        self.assertIn("row zip_code → zip (convert(int))", str(caught.exception))
        self.assertIn("zip_code = (missing)", str(caught.exception))
        self.assertIn("['first', 'label', 'lines']", str(caught.exception))

    def test_a_method_that_returns_no_dict_is_refused(self):
        failure = self.fail(ValueError, produced=["name", "x"])
        self.assertIn("method method", str(failure))
        self.assertIn("['name', 'x']", str(failure))

    def test_a_generator_that_yields_no_pairs_is_refused(self):
        failure = self.fail(ValueError, produced=(name for name in ["name"]))
        self.assertIn("pairs of a field and a value, not 'name'", str(failure))

    def test_a_failing_item_says_which_row_of_the_parent_it_is_in(self):
        failure = self.fail(ValueError, lines=[{"quantity": "1"}, {"quantity": "many"}])
        self.assertIn("mapper test.failing.line.mapper, row quantity", str(failure))
        self.assertIn("quantity = 'many'", str(failure))
        self.assertEqual(
            failure.__notes__,
            [
                "in mapper test.failing.mapper, children lines → items "
                "(model res.country)"
            ],
        )

    def test_a_failing_finalize_is_named(self):
        with mock.patch.object(
            type(self.mapper), "finalize", side_effect=TypeError("odd")
        ):
            failure = self.fail(TypeError)
        self.assertIn("finalize: TypeError: odd", str(failure))

    def test_errors_that_mean_something_pass_unchanged_with_a_note(self):
        for error in (
            RetryableJobError("later", seconds=5),
            InvalidDataError("wrong"),
            UserError("no"),
            OperationalError("gone"),
            StubbornError("mine"),
        ):
            caught = self.fail(type(error), error=error)
            self.assertIs(caught, error)
            self.assertIsNone(caught.__cause__)
            self.assertEqual(
                caught.__notes__,
                ["in mapper test.failing.mapper, method method, source first = 'A'"],
            )

    def test_a_plain_mapping_error_gets_its_place(self):
        error = MappingError("unknown country")
        failure = self.fail(MappingError, error=error)
        self.assertIs(failure.__cause__, error)
        self.assertEqual(
            str(failure),
            "mapper test.failing.mapper, method method, source first = 'A': "
            "MappingError: unknown country",
        )

    def test_an_error_that_cannot_be_rebuilt_passes_with_a_note(self):
        error = json.JSONDecodeError("bad", "doc", 0)
        caught = self.fail(json.JSONDecodeError, error=error)
        self.assertIs(caught, error)
        self.assertEqual(len(caught.__notes__), 1)

    def test_errors_of_the_standard_library_outside_of_builtins_count_too(self):
        failure = self.fail(InvalidOperation, error=InvalidOperation("x"))
        self.assertIsInstance(failure, MappingFailure)

    def test_the_mapper_works_on_after_a_failure(self):
        self.fail(ValueError, zip_code="N1")
        self.assertEqual(self.map()["zip"], 1815)

    def test_a_record_of_another_type_fails_as_clearly(self):
        partner = self.env["res.partner"].new({"name": "x"})

        class FailingExport(Component):
            _name = "test.failing.export.mapper"
            _inherit = "base.export.mapper"
            direct = [(convert("name", Decimal), "amount")]

        mapper = self.make_mapper(FailingExport)
        with self.assertRaises(MappingFailure) as caught:
            mapper.map_record(partner).values()
        self.assertIn("name = 'x'", str(caught.exception))

    def test_a_broken_row_names_the_mapper(self):
        class Broken(Component):
            _name = "test.broken.mapper"
            _inherit = "base.import.mapper"
            direct = [("name", "name", "name")]

        mapper = self.make_mapper(Broken)
        with self.assertRaisesRegex(ValueError, "test.broken.mapper.*'name', 'name'"):
            mapper.map_record({}).values()


class TestLocate(BaseCase):
    place = Place("m", "row a → b (direct)", ("a",))

    def test_long_values_are_shortened(self):
        failure = locate(ValueError("x"), self.place, {"a": "v" * 1000})
        self.assertLess(len(str(failure)), 250)

    def test_attributes_of_the_error_are_kept(self):
        error = ValueError("x")
        error.code = 42
        self.assertEqual(locate(error, self.place, {"a": 1}).code, 42)

    def test_a_record_without_values_still_gives_a_message(self):
        self.assertIn("a = (missing)", str(locate(ValueError("x"), self.place, None)))

    @unittest.skipIf(sys.version_info < (3, 11), "tracebacks have no notes before")
    def test_the_note_is_part_of_the_traceback(self):
        error = locate(StubbornError("x"), self.place, {"a": 1})
        self.assertIn("in mapper m, row a", "".join(traceback.format_exception(error)))
