# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.tests import tagged

from ..remote import RemoteOdoo
from .common import OdooConnectorCase

TAG = "odoo.res.partner.category"
TEMPLATE = "odoo.product.template"


@tagged("post_install", "-at_install")
class TestTranslations(OdooConnectorCase):
    """Texts are read in each language that both sides have."""

    def setUp(self):
        super().setUp()
        for code in ("fr_FR", "de_DE"):
            self.env["res.lang"]._activate_lang(code)
        self.remote_tags = self.env["res.partner.category"].create(
            [{"name": "Customer"}, {"name": "Supplier"}]
        )
        for tag, name in zip(self.remote_tags, ("Client", "Fournisseur"), strict=True):
            tag.with_context(lang="fr_FR").name = name
        self.bindings = self.env[TAG].create(
            [
                {"backend_id": self.backend.id, "external_id": tag.id, "name": tag.name}
                for tag in self.remote_tags
            ]
        )
        self.env.flush_all()

    def run_importer(self, model=TAG, bindings=None):
        bindings = self.bindings if bindings is None else bindings
        with self.backend.work_on(model) as work:
            importer = work.component(usage="translation.importer")
            return importer.run_many((each.external_id, each) for each in bindings)

    def names(self, lang, records=None):
        records = self.bindings.odoo_id if records is None else records
        return records.with_context(lang=lang).mapped("name")

    def test_texts_are_written_in_their_language(self):
        self.assertEqual(self.run_importer(), 2)
        self.assertEqual(self.names("fr_FR"), ["Client", "Fournisseur"])
        self.assertEqual(self.names("en_US"), ["Customer", "Supplier"])
        self.assertEqual(self.names("de_DE"), ["Customer", "Supplier"])
        self.assertEqual(self.run_importer(), 0)

    def test_each_language_is_read_in_one_call_and_only_the_texts(self):
        calls = []
        call = RemoteOdoo.call

        def recorded(remote, model, method, *args, **kwargs):
            if model == "res.partner.category" and method == "search_read":
                calls.append((kwargs["fields"], kwargs["context"]["lang"]))
            return call(remote, model, method, *args, **kwargs)

        with patch.object(RemoteOdoo, "call", recorded):
            self.run_importer()
        self.assertEqual(sorted(calls), [(["name"], "de_DE"), (["name"], "fr_FR")])

    def test_a_language_that_the_other_odoo_does_not_have_is_left_out(self):
        call = RemoteOdoo.call

        def without_french(remote, model, method, *args, **kwargs):
            if model == "res.lang":
                return [{"id": 1, "code": "en_US"}]
            return call(remote, model, method, *args, **kwargs)

        with patch.object(RemoteOdoo, "call", without_french):
            self.assertEqual(self.run_importer(), 0)

    def test_a_model_without_texts_reads_nothing(self):
        binding = self.env["odoo.res.partner"].create(
            {"backend_id": self.backend.id, "external_id": 1, "name": "Ada"}
        )
        self.assertEqual(self.run_importer("odoo.res.partner", binding), 0)

    def test_products_keep_what_is_not_translated(self):
        remote = self.env["product.template"].create(
            {"name": "Desk", "list_price": 7, "description_sale": "Wood"}
        )
        remote.with_context(lang="fr_FR").write(
            {"name": "Bureau", "description_sale": "Bois"}
        )
        binding = self.env[TEMPLATE].create(
            {
                "backend_id": self.backend.id,
                "external_id": remote.id,
                "name": "Desk",
                "description_sale": "Wood",
                "list_price": 9,
            }
        )
        self.env.flush_all()
        self.assertEqual(self.run_importer(TEMPLATE, binding), 1)
        french = binding.odoo_id.with_context(lang="fr_FR")
        self.assertEqual((french.name, french.description_sale), ("Bureau", "Bois"))
        self.assertEqual((binding.odoo_id.name, french.list_price), ("Desk", 9))
