# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# pylint: disable=missing-return,consider-merging-classes-inherited
from contextlib import contextmanager
from unittest import mock

from odoo.addons.component.core import Component

from ..components.mapper import MapOptions, MapRecord, changed_by, convert, mapping
from .mapper_common import MapperCase


class Plain(Component):
    _name = "test.plain.mapper"
    _inherit = "base.import.mapper"
    direct = [("a", "x"), (convert("b", str), "y")]
    children = [("lines", "items", "res.country")]

    @changed_by("a")
    @mapping
    def method(self, record):
        return {"z": record["a"]}


class Line(Component):
    _name = "test.plain.line.mapper"
    _inherit = "base.import.mapper"
    _apply_on = "res.country"
    direct = [("c", "w")]


RECORD = {"a": 1, "b": 2, "lines": [{"c": 3}]}
VALUES = {"x": 1, "y": "2", "z": 1, "items": [(0, 0, {"w": 3})]}


class TestMapperHooks(MapperCase):
    def extended(self, extension):
        """Return the mapper with an extension, after its plan was used without."""
        mapper = self.make_mapper(Plain, Line)
        self.assertEqual(mapper.map_record(RECORD).values(), VALUES)
        self._build_components(extension)
        return self.comp_registry["test.plain.mapper"](self.work_on())

    def test_map_direct_is_called_for_each_row(self):
        class Extension(Component):
            _inherit = "test.plain.mapper"

            def _map_direct(self, record, from_attr, to_attr):
                value = super()._map_direct(record, from_attr, to_attr)
                return [value, to_attr]

        values = self.extended(Extension).map_record(RECORD).values()
        self.assertEqual((values["x"], values["y"]), ([1, "x"], ["2", "y"]))

    def test_map_child_is_called_for_each_children_row(self):
        class Extension(Component):
            _inherit = "test.plain.mapper"

            def _map_child(self, map_record, from_attr, to_attr, model_name):
                commands = super()._map_child(
                    map_record, from_attr, to_attr, model_name
                )
                return [(5, 0, 0), *commands]

        values = self.extended(Extension).map_record(RECORD).values()
        self.assertEqual(values["items"], [(5, 0, 0), (0, 0, {"w": 3})])

    def test_finalize_makes_the_last_step(self):
        class Extension(Component):
            _inherit = "test.plain.mapper"

            def finalize(self, map_record, values):
                values = super().finalize(map_record, values)
                return dict(values, source=map_record.source["b"])

        values = self.extended(Extension).map_record(RECORD).values()
        self.assertEqual(values, dict(VALUES, source=2))

    def test_finalize_of_items_sees_their_parent(self):
        class Extension(Component):
            _inherit = "test.plain.line.mapper"

            def finalize(self, map_record, values):
                return dict(values, parent=map_record.parent.source["a"])

        values = self.extended(Extension).map_record(RECORD).values()
        self.assertEqual(values["items"], [(0, 0, {"w": 3, "parent": 1})])

    def test_map_methods_choose_what_runs(self):
        class Extension(Component):
            _inherit = "test.plain.mapper"

            @property
            def map_methods(self):
                for method, definition in super().map_methods:
                    yield method, definition
                    yield self.extra, definition._replace(only_create=True)

            def extra(self, record):
                return {"extra": True}

        mapper = self.extended(Extension)
        self.assertNotIn("extra", mapper.map_record(RECORD).values())
        values = mapper.map_record(RECORD).values(for_create=True)
        self.assertEqual((values["extra"], values["z"]), (True, 1))
        values = mapper.map_record(RECORD).values(for_create=True, fields=["b"])
        self.assertEqual(values, {"y": "2"})

    def test_apply_wraps_the_mapping(self):
        class Extension(Component):
            _inherit = "test.plain.mapper"

            def _apply(self, map_record, options=None):
                values = super()._apply(map_record, options=options)
                return dict(values, applied=options.tag)

        values = self.extended(Extension).map_record(RECORD).values(tag="t")
        self.assertEqual(values, dict(VALUES, applied="t"))

    def test_apply_of_items_is_called_for_each(self):
        class Extension(Component):
            _inherit = "test.plain.line.mapper"

            def _apply(self, map_record, options=None):
                return dict(super()._apply(map_record, options=options), applied=1)

        values = self.extended(Extension).map_record(RECORD).values()
        self.assertEqual(values["items"], [(0, 0, {"w": 3, "applied": 1})])

    def test_apply_with_options_may_be_replaced(self):
        class Extension(Component):
            _inherit = "test.plain.mapper"

            def _apply_with_options(self, map_record):
                values = super()._apply_with_options(map_record)
                return {key: values[key] for key in sorted(values) if key < "z"}

        values = self.extended(Extension).map_record(RECORD).values()
        self.assertEqual(list(values), ["items", "x", "y"])

    def test_mapping_options_may_be_replaced_by_a_generator(self):
        class Extension(Component):
            _inherit = "test.plain.mapper"

            @contextmanager
            def _mapping_options(self, options):
                with super()._mapping_options(MapOptions(options, fields=["a"])):
                    yield

        values = self.extended(Extension).map_record(RECORD).values()
        self.assertEqual(values, {"x": 1, "z": 1})

    def test_direct_source_field_name_decides_for_which_field_a_row_runs(self):
        class Extension(Component):
            _inherit = "test.plain.mapper"

            def _direct_source_field_name(self, direct_entry):
                return super()._direct_source_field_name(direct_entry) + "_id"

        mapper = self.extended(Extension)
        self.assertEqual(mapper.map_record(RECORD).values(fields=["b_id"]), {"y": "2"})
        self.assertEqual(mapper.changed_by_fields(), {"a", "a_id", "b_id"})

    def test_the_default_hooks_can_be_called_alone(self):
        mapper = self.make_mapper(Plain, Line)
        self.assertEqual(mapper._map_direct({"a": 0}, "a", "x"), False)
        self.assertEqual(mapper._map_direct({"b": 5}, convert("b", str), "y"), "5")
        self.assertEqual(mapper._direct_source_field_name(convert("b", str)), "b")
        self.assertEqual(
            mapper._apply(MapRecord(mapper, RECORD), {"fields": ["b"]}), {"y": "2"}
        )

    def test_map_record_of_items_may_be_replaced(self):
        class Extension(Component):
            _inherit = "test.plain.line.mapper"

            def map_record(self, record, parent=None):
                return super().map_record({"c": record["c"] * 10}, parent=parent)

        values = self.extended(Extension).map_record(RECORD).values()
        self.assertEqual(values["items"], [(0, 0, {"w": 30})])

    def test_a_hook_patched_on_the_class_takes_effect(self):
        mapper = self.make_mapper(Plain, Line)
        mapper.map_record(RECORD).values()
        line_class = self.comp_registry["test.plain.line.mapper"]
        with mock.patch.object(line_class, "finalize", return_value={"p": 1}):
            values = mapper.map_record(RECORD).values()
        self.assertEqual(values["items"], [(0, 0, {"p": 1})])
        self.assertEqual(mapper.map_record(RECORD).values(), VALUES)
