# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from odoo.addons.component.core import Component

from ..exception import InvalidDataError
from .common import TestConnectorCase
from .rest_common import RestCase
from .rest_server import Reply

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

    def test_a_dict_is_refused_as_a_translation(self):
        self.put("french", tag1={"text": "Étiquette"})
        with self.assertRaisesRegex(InvalidDataError, "Expected a text for 'name' of"):
            self.run_many()

    def test_fields_that_are_not_translated_are_left_alone(self):
        values = {"name": "Un", "color": 4, "no_such_field": 1}
        self.assertEqual(self.importer._translated_values(values), {"name": "Un"})

    def test_one_record(self):
        self.put("french", tag1="Un")
        self.assertEqual(self.importer.run(1, self.bindings[0]), 1)

    def test_nothing_to_translate_reads_nothing(self):
        self.assertEqual(self.importer.run_many([]), 0)
        self.assertFalse(self.system.calls)


@tagged("post_install", "-at_install")
class TestTranslationsOverRest(RestCase):
    """The REST adapter defines how to request a language."""

    __test__ = True

    NAMES = {"fr": {"1": "Un", "2": "Deux"}, "de": {"1": "Eins", "2": "Zwei"}}

    def setUp(self):
        super().setUp()
        for code in ("fr_FR", "de_DE"):
            self.env["res.lang"]._activate_lang(code)
        base_url = self.server.url

        class Adapter(Component):
            _name = "test.rest.adapter"
            _inherit = ["test.connector", "generic.rest.adapter"]
            _apply_on = CATEGORY
            _usage = "test.rest"
            _endpoint = "/tags"

            def _base_url(self):
                return base_url

        class Importer(Component):
            _name = "test.translation.importer"
            _inherit = ["test.connector", "generic.translation.importer"]
            _base_backend_adapter_usage = "test.rest"

            def _languages(self):
                return {"fr_FR": "fr", "de_DE": "de"}

        self.build_components(Adapter, Importer)
        self.work = self.work_on(CATEGORY)
        self.adapter = self.work.component(usage="test.rest")
        self.importer = self.work.component(usage="translation.importer")
        self.server.reply = self.answer
        self.bindings = self.env[CATEGORY].create(
            [
                {"backend_id": self.backend.id, "external_id": key, "name": f"T{key}"}
                for key in "12"
            ]
        )

    def language_of(self, request):
        return request.params.get("lang") or request.headers.get("Accept-Language")

    def answer(self, request):
        names = self.NAMES.get(self.language_of(request), {"1": "One", "2": "Two"})
        if request.path == "/tags":
            keys = request.params["ids"].split(",")
            page = int(request.params.get("page", 1))
            return Reply([self.record(names, key) for key in keys] if page == 1 else [])
        return Reply(self.record(names, request.path.rpartition("/")[2]))

    def record(self, names, key):
        return {"id": int(key), "name": names[key], "parent": None}

    def run_many(self):
        written = self.importer.run_many(zip("12", self.bindings, strict=True))
        names = [
            self.bindings.odoo_id.with_context(lang=lang).mapped("name")
            for lang in ("fr_FR", "de_DE", "en_US")
        ]
        self.assertEqual(names, [["Un", "Deux"], ["Eins", "Zwei"], ["T1", "T2"]])
        return written

    def test_by_a_parameter(self):
        self.set(_language_param="lang")
        self.assertEqual(self.run_many(), 4)
        self.assertEqual(self.run_many(), 0)

    def test_by_a_header(self):
        self.set(_language_header="Accept-Language")
        self.run_many()

    def test_several_records_are_read_in_one_call(self):
        self.set(_language_param="lang", _ids_param="ids")
        self.run_many()
        self.assertEqual(
            {
                (request.path, self.language_of(request))
                for request in self.server.requests
            },
            {("/tags", "fr"), ("/tags", "de")},
        )

    def test_by_the_path(self):
        def path(adapter, external_id=None):
            return f"/{adapter.language or 'en'}/tags/{external_id}"

        self.set(_path=path)
        self.adapter.read_many([1], language="fr")
        self.adapter.read_many([1])
        self.assertEqual(
            [request.path for request in self.server.requests],
            ["/fr/tags/1", "/en/tags/1"],
        )

    def test_other_reads_are_in_no_language(self):
        self.set(_language_param="lang")
        self.run_many()
        self.server.requests.clear()
        self.adapter.read(1)
        self.adapter.read_many([1])
        self.assertEqual([request.params for request in self.server.requests], [{}, {}])

    def test_next_page_is_asked_for_once_in_the_language(self):
        self.set(_language_param="lang")
        with self.adapter._reading_in("fr"):
            self.adapter.call("GET", "/tags/1?lang=fr")
            self.adapter.call("GET", "/tags/1?page=2")
        self.assertEqual(
            [request.params for request in self.server.requests],
            [{"lang": "fr"}, {"page": "2", "lang": "fr"}],
        )

    def test_adapter_that_without_a_language_parameter_is_refused(self):
        with self.assertRaisesRegex(NotImplementedError, "set _language_param"):
            self.run_many()
        self.set(read_many=lambda adapter, external_ids: {})
        with self.assertRaisesRegex(NotImplementedError, "has no parameter `language`"):
            self.run_many()
        self.assertFalse(self.server.requests)
