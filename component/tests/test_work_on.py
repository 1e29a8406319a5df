# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component, WorkContext
from odoo.addons.component.exception import NoComponentError
from odoo.addons.component.tests.common import TransactionComponentRegistryCase


class FakeCollection:
    """Be what a collection has to be at least."""

    _name = "fake.collection"
    id = 1

    def __init__(self, env):
        self.env = env


class TestWorkOn(TransactionComponentRegistryCase):
    """A work context knows for what is worked, and hands it on."""

    def setUp(self):
        super().setUp()
        self._setup_registry(self)
        self.collection = FakeCollection(self.env)
        self.work = WorkContext("res.partner", self.collection, hello="world")

    def test_work_on_another_model_keeps_what_travels(self):
        work = self.work.work_on("res.users")
        self.assertEqual(work.model_name, "res.users")
        self.assertEqual(work.model, self.env["res.users"])
        self.assertEqual(work.hello, "world")
        self.assertIs(work.components_registry, self.comp_registry)
        self.assertEqual(self.work.model_name, "res.partner")

    def test_component_for_another_model_works_on_that_model(self):
        class Importer(Component):
            _name = "importer"
            _collection = "fake.collection"
            _usage = "record.importer"
            _apply_on = ["res.users"]

        self._build_components(Importer)
        for _time in range(2):
            importer = self.work.component("record.importer", model_name="res.users")
            self.assertIsInstance(importer, Importer)
            self.assertEqual(importer.work.model_name, "res.users")
            self.assertEqual(importer.work.hello, "world")
        with self.assertRaisesRegex(NoComponentError, "importer: it applies on res.users"):
            self.work.component("record.importer")
        by_name = self.work.component_by_name("importer", model_name="res.users")
        self.assertEqual(by_name.model, self.env["res.users"])
