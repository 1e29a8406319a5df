# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import AbstractComponent, Component


class Base(AbstractComponent):
    """Parent of the components of the collection, which lists their greetings."""

    _name = "test.component.base"
    _inherit = "base"
    _collection = "test.component.backend"

    greetings = ()

    @classmethod
    def _complete_component_build(cls):
        super()._complete_component_build()
        cls.greetings = sorted(name for name in dir(cls) if name.startswith("say_"))


class Greeter(Component):
    """Greet in the name of the backend."""

    _name = "test.component.greeter"
    _inherit = "test.component.base"
    _usage = "test.greeter"

    def say_hello(self):
        return f"Hello from {self.collection.name}"

    def greet(self):
        return [getattr(self, name)() for name in self.greetings]


class PartnerGreeter(Component):
    """Greet partners more politely."""

    _name = "test.component.partner.greeter"
    _inherit = "test.component.greeter"
    _apply_on = ["res.partner"]

    def say_hello(self):
        return f"Dear partner: {super().say_hello()}"
