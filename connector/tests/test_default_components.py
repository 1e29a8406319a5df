# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from odoo.addons.component.core import AbstractComponent, Component

from ..components.defaults import DEFAULT_COMPONENTS, define_default_components
from .common import TestConnectorCase


class OtherConnector(AbstractComponent):
    _name = "test.other.connector"
    _inherit = "base.connector"
    _collection = "test.backend"


@tagged("post_install", "-at_install")
class TestDefaultComponents(TestConnectorCase):
    __test__ = True

    def test_each_usage_has_a_component_of_the_connector(self):
        defined = define_default_components(OtherConnector)
        self.build_components(OtherConnector, *defined)
        work = self.work_on("test.res.partner")
        for usage, generic_name in DEFAULT_COMPONENTS.items():
            component = work.component_by_name(f"test.other.{usage}")
            self.assertEqual(component._usage, usage)
            self.assertEqual(component._collection, "test.backend")
            names = {parent._name for parent in type(component).mro()[:-1]}
            self.assertLessEqual({generic_name, "test.other.connector"}, names)

    def test_one_is_extended_by_its_name(self):
        class Importer(Component):
            _inherit = "test.other.record.importer"

            def _must_skip(self):
                return "extended"

        definitions = define_default_components(OtherConnector)
        self.build_components(OtherConnector, *definitions, Importer)
        work = self.work_on("test.res.partner")
        importer = work.component_by_name("test.other.record.importer")
        self.assertEqual(importer._must_skip(), "extended")

    def test_usages_left_out_are_not_defined(self):
        left = {"record.exporter", "record.exporter.deleter"}
        defined = define_default_components(OtherConnector, without=left)
        self.assertEqual(
            {definition._name for definition in defined},
            {f"test.other.{usage}" for usage in DEFAULT_COMPONENTS.keys() - left},
        )

    def test_they_belong_to_the_addon_of_their_base(self):
        for definition in define_default_components(OtherConnector):
            self.assertEqual(definition.__module__, __name__)
            self.assertEqual(definition._module, "connector")

    def test_an_unknown_usage_is_refused(self):
        with self.assertRaisesRegex(ValueError, "usage bindr; these have: binder, "):
            define_default_components(OtherConnector, without=["bindr"])

    def test_a_base_without_collection_is_refused(self):
        class Base(AbstractComponent):
            _name = "test.base.without.collection"

        with self.assertRaisesRegex(ValueError, "Base.*_name and a _collection"):
            define_default_components(Base)
