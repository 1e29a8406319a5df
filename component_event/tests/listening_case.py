# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component
from odoo.addons.component_event import before_commit

from .common import EventCase

MODEL = "res.partner.category"


class ListeningCase(EventCase):
    """Build listeners to a cheap model, and remember what they are told."""

    def setUp(self):
        super().setUp()
        self.env.cr.flush()
        self.told = []
        self.tags = self.env[MODEL]

    def _listen(self, apply_on=MODEL, **methods):
        """Build a listener with these methods, return its name."""
        attributes = {
            "_name": f"listener.{len(self.comp_registry)}",
            "_inherit": "base.event.listener",
            "_apply_on": apply_on,
            "__module__": __name__,
            **methods,
        }
        self._build_components(type(Component)("Listener", (Component,), attributes))
        return attributes["_name"]

    def _tell(self, *events, decorate=before_commit):
        """Listen with methods that remember what they are told."""

        def method(event):
            def tell(self, record, *args, fields=None):
                told.append((event, record.ids, fields or list(args)))

            tell.__name__ = f"on_{event}"
            return decorate(tell)

        told = self.told
        return self._listen(**{f"on_{event}": method(event) for event in events})
