# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from odoo.addons.component.core import Component
from odoo.addons.component.tests.common import (
    TransactionComponentCase,
    TransactionComponentRegistryCase,
)

from ..components.greeter import Greeter


@tagged("post_install", "-at_install")
class TestWithInstalledComponents(TransactionComponentCase):
    """The test has the components of the tested addon."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend = cls.env["test.component.backend"].create({"name": "Shop"})

    def test_components_of_the_addon_are_found(self):
        self.assertEqual(self.backend.greet("res.users"), ["Hello from Shop"])


@tagged("post_install", "-at_install")
class TestWithOwnRegistry(TransactionComponentRegistryCase):
    """A registry of the test is without the addon, until the test loads it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend = cls.env["test.component.backend"].create({"name": "Shop"})

    def setUp(self):
        super().setUp()
        self._setup_registry(self)

    def test_components_of_the_addon_are_not_loaded_automatically(self):
        self.assertNotIn("test.component.greeter", self.comp_registry)

    def test_record_made_before_finds_components_of_the_test(self):
        class Exclaimer(Component):
            _inherit = "test.component.greeter"

            def say_wow(self):
                return "Wow"

        self._load_module_components("test_component")
        self._build_components(Exclaimer)
        self.assertEqual(self.backend.greet("res.users"), ["Hello from Shop", "Wow"])
        self.assertEqual(
            self.backend.greet("res.partner"), ["Dear partner: Hello from Shop", "Wow"]
        )

    def test_reload_in_the_middle_keeps_components_of_the_test(self):
        class Exclaimer(Component):
            _inherit = "test.component.greeter"

            def say_hello(self):
                return f"{super().say_hello()}!"

        self._load_module_components("test_component")
        self._build_components(Exclaimer)
        self.registry._setup_models__(self.env.cr, ["res.partner"])
        self.assertEqual(self.backend.greet("res.users"), ["Hello from Shop!"])

    def test_definition_is_shared_and_not_changed(self):
        self._load_module_components("test_component")
        self.assertIn(Greeter, self.comp_registry["test.component.greeter"].__bases__)
        self.assertEqual(Greeter.__dict__.get("greetings"), None)
