# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from odoo.addons.component.core import Component

from .common import TestConnectorCase

CATEGORY = "test.res.partner.category"


@tagged("post_install", "-at_install")
class TestTranslationImporter(TestConnectorCase):
    __test__ = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.env["res.lang"]._activate_lang("de_DE")

    def setUp(self):
        super().setUp()
        system = self.system

        class Importer(Component):
            _name = "test.translation.importer"
            _inherit = ["test.connector", "generic.translation.importer"]

            def _languages(self):
                return {"fr_FR": "french", "de_DE": "german", "xx_XX": "no such"}

            def _read_many(self, external_ids, language):
                return system.read_many(language, external_ids)

        self.build_components(Importer)
        self.importer = self.component("translation.importer", CATEGORY)
        self.bindings = self.env[CATEGORY].create(
            [
                {
                    "backend_id": self.backend.id,
                    "external_id": key,
                    "name": f"Tag {key}",
                }
                for key in "12"
            ]
        )

    def put(self, language, **names):
        for key, name in names.items():
            key = int(key.removeprefix("tag"))
            self.system.put(language, {"id": key, "name": name, "parent": None})

    def run_many(self):
        return self.importer.run_many(zip("12", self.bindings, strict=True))

    def names(self, lang):
        return self.bindings.odoo_id.with_context(lang=lang).mapped("name")

    def test_each_language_is_written_and_the_main_one_stays(self):
        self.put("french", tag1="Un", tag2="Deux")
        self.put("german", tag1="Eins")
        self.assertEqual(self.run_many(), 3)
        self.assertEqual(self.names("fr_FR"), ["Un", "Deux"])
        self.assertEqual(self.names("de_DE"), ["Eins", "Tag 2"])
        self.assertEqual(self.names("en_US"), ["Tag 1", "Tag 2"])

    def test_each_language_is_read_once_and_only_installed_ones(self):
        self.run_many()
        self.assertEqual(
            [(call.table, call.args) for call in self.system.called("read_many")],
            [("french", (["1", "2"],)), ("german", (["1", "2"],))],
        )

    def test_translations_that_are_there_are_not_written(self):
        self.put("french", tag1="Un")
        self.assertEqual(self.run_many(), 1)
        self.assertEqual(self.run_many(), 0)

    def test_empty_translation_leaves_the_text_there(self):
        self.put("french", tag1="", tag2="Deux")
        self.assertEqual(self.run_many(), 1)
        self.assertEqual(self.names("fr_FR"), ["Tag 1", "Deux"])

    def test_fields_that_are_not_translated_are_left_alone(self):
        values = {"name": "Un", "color": 4, "no_such_field": 1}
        self.assertEqual(self.importer._translated_values(values), {"name": "Un"})

    def test_one_record(self):
        self.put("french", tag1="Un")
        self.assertEqual(self.importer.run(1, self.bindings[0]), 1)

    def test_nothing_to_translate_reads_nothing(self):
        self.assertEqual(self.importer.run_many([]), 0)
        self.assertFalse(self.system.calls)
