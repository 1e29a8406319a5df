# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component
from odoo.addons.component_event import before_commit

from .common import EventCase

MODEL = "res.partner.category"


class ListeningCase(EventCase):
    """Test case that builds listeners and records their events."""

    def setUp(self):
        super().setUp()
        self.env.cr.flush()
        self.received = []
        self.tags = self.env[MODEL]

    def _listen(self, apply_on=MODEL, **methods):
        """Build a listener with these methods and return its name."""
        attributes = {
            "_name": f"listener.{len(self.comp_registry)}",
            "_inherit": "base.event.listener",
            "_apply_on": apply_on,
            "__module__": __name__,
            **methods,
        }
        self._build_components(type(Component)("Listener", (Component,), attributes))
        return attributes["_name"]

    def _record(self, *events, decorate=before_commit):
        """Build a listener that records these events; return its name."""

        def method(event):
            def record_event(self, record, *args, fields=None):
                received.append((event, record.ids, fields or list(args)))

            record_event.__name__ = f"on_{event}"
            return decorate(record_event)

        received = self.received
        return self._listen(**{f"on_{event}": method(event) for event in events})
