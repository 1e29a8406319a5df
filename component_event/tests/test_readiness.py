# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import threading
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.tests import TransactionCase, tagged

from odoo.addons.component.core import (
    Component,
    ComponentRegistry,
    _component_databases,
)

from .common import EventCase

MODEL = "res.partner.category"


@tagged("standard", "at_install")
class TestReadiness(EventCase):
    def setUp(self):
        super().setUp()
        self.received = received = []

        class Listener(Component):
            _name = "listener"
            _inherit = "base.event.listener"
            _apply_on = MODEL

            def on_record_write(self, record, fields=None):
                received.append(record)

        self._build_components(Listener)
        self.tags = self.env[MODEL].create([{"name": "a"}, {"name": "b"}])

    def test_nothing_is_sent_while_the_registry_is_not_ready(self):
        self.comp_registry.ready = False
        self.assertEqual(len(self.tags._event("on_record_write").events), 0)
        self.tags.name = "c"
        self.assertEqual(self.received, [])
        self.comp_registry.ready = True
        self.tags.name = "d"
        self.assertEqual(self.received, list(self.tags))

    def test_all_records_of_a_write_are_notified_though_the_registry_is_withdrawn(self):
        received, comp_registry = self.received, self.comp_registry

        class Ender(Component):
            _name = "ender"
            _inherit = "base.event.listener"
            _apply_on = MODEL

            def on_record_write(self, record, fields=None):
                comp_registry.ready = False

        self._build_components(Ender)
        self.tags.name = "c"
        self.assertEqual(received, list(self.tags))

    def test_a_registry_without_component_event_is_silent(self):
        registry = ComponentRegistry()
        registry.ready = True
        tags = self.tags.with_context(components_registry=registry)
        self.assertEqual(len(tags._event("on_record_write").events), 0)
        tags.name = "c"
        self.assertEqual(self.received, [])

    def test_a_registry_that_is_a_plain_dict_is_silent(self):
        tags = self.tags.with_context(components_registry=None)
        with _component_databases.override(self.env.cr.dbname, {}):
            self.assertEqual(len(tags._event("on_record_write").events), 0)
            tags.name = "c"
        self.assertEqual(self.received, [])

    def test_the_registry_given_is_asked(self):
        tags = self.tags.with_context(components_registry=None)
        registry = ComponentRegistry()
        registry.load_components("component")
        registry.load_components("component_event")
        registry.ready = True
        self.assertEqual(len(tags._event("on_record_write").events), 1)
        events = tags._event("on_record_write", components_registry=registry).events
        self.assertEqual(len(events), 0)


@tagged("post_install", "-at_install")
class TestReadinessOfTheDatabase(TransactionCase):
    def test_between_the_hooks_nothing_is_sent_and_afterwards_all(self):
        received = []
        builder = self.env["component.builder"]
        tag = self.env[MODEL].create({"name": "a"})

        class Listener(Component):
            _name = "listener"
            _inherit = "base.event.listener"
            _apply_on = MODEL

            def on_record_write(self, record, fields=None):
                received.append(fields)

        builder._register_hook()
        self.addCleanup(builder._register_hook)
        Listener._build_component(_component_databases[self.env.cr.dbname])
        tag.name = "b"
        self.assertEqual(received, [["name"]])

        builder._unregister_hook()
        self.assertEqual(len(tag._event("on_record_write").events), 0)
        tag.name = "c"
        self.assertEqual(received, [["name"]])

        builder._register_hook()
        Listener._build_component(_component_databases[self.env.cr.dbname])
        tag.color = 4
        self.assertEqual(received, [["name"], ["color"]])

    def test_another_thread_waits_and_its_event_is_not_lost(self):
        received = []
        builder = self.env["component.builder"]
        self.addCleanup(builder._register_hook)

        class Listener(Component):
            _name = "listener"
            _inherit = "base.event.listener"
            _apply_on = MODEL

            def on_record_write(self, record, fields=None):
                received.append(fields)

        def build(builder, components_registry, **kwargs):
            built(builder, components_registry, **kwargs)
            Listener._build_component(components_registry)

        built = type(builder).build_registry
        self.startPatcher(patch.object(type(builder), "build_registry", build))
        builder._register_hook()

        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        tags = api.Environment(cr, SUPERUSER_ID, {})[MODEL]
        tag = tags.create({"name": "never committed"})
        thread = threading.Thread(target=tag.write, args=({"color": 3},))
        builder._unregister_hook()
        thread.start()
        thread.join(0.1)
        self.assertTrue(thread.is_alive())
        self.assertEqual(received, [])
        builder._register_hook()
        thread.join(60)
        self.assertFalse(thread.is_alive())
        self.assertEqual(received, [["color"]])
