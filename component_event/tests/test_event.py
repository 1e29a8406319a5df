# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import sys
from collections import Counter
from types import SimpleNamespace
from unittest import mock

from odoo.tests import BaseCase, tagged

from odoo.addons.component.core import AbstractComponent, Component
from odoo.addons.component.tests.common import ComponentRegistryCase
from odoo.addons.component_event import skip_if
from odoo.addons.component_event.components.event import CollectedEvents
from odoo.addons.component_event.core import EventWorkContext

from .common import EventCase


@tagged("standard", "at_install")
class TestEventsWithoutListeners(EventCase):
    """``record._event(...)`` of an event without listeners, sent again and again."""

    def setUp(self):
        super().setUp()
        self.tag = self.env["res.partner.category"].create({"name": "a"})
        self.received = received = []

        class Listener(Component):
            _name = "listener"
            _inherit = "base.event.listener"
            _apply_on = "res.partner.category"

            def on_shipped(self, record):
                received.append(record)

        self.listener = Listener

    def _send(self):
        self.tag._event("on_shipped").notify(self.tag)

    def _count_calls(self):
        """Return how many functions, C functions included, one event calls."""
        counted = Counter()

        def count(_frame, kind, _argument):
            counted[kind] += 1

        sys.setprofile(count)
        try:
            self._send()
        finally:
            sys.setprofile(None)
        return counted["call"] + counted["c_call"]

    def test_it_costs_the_same_with_many_listeners_elsewhere(self):
        self._send()
        alone = self._count_calls()
        self.assertLessEqual(alone, 40)
        for number in range(20):
            attributes = {
                "_name": f"elsewhere.{number}",
                "_inherit": "base.event.listener",
                "_apply_on": f"model.{number}",
                "__module__": __name__,
                "on_shipped": lambda self, record: None,
            }
            self._build_components(type(Component)("L", (Component,), attributes))
        self._send()
        self.assertLessEqual(self._count_calls(), alone)

    def test_a_listener_that_is_built_later_is_notified(self):
        self._send()
        self._send()
        self._build_components(self.listener)
        self._send()
        self.assertEqual(self.received, [self.tag])

    def test_a_wrong_name_is_refused_every_time(self):
        for _time in range(2):
            with self.assertRaisesRegex(ValueError, "'shipped'"):
                self.tag._event("shipped")

    def test_a_collecter_that_is_extended_is_asked_every_time(self):
        asked = []

        class Collecter(Component):
            _inherit = "base.event.collecter"

            def collect_events(self, name):
                asked.append(name)
                return super().collect_events(name)

        self._build_components(Collecter)
        self._send()
        self._send()
        self.assertEqual(asked, ["on_shipped", "on_shipped"])

    def test_events_of_a_collection_are_remembered_apart(self):
        user = self.env.user  # any record does as a collection

        class Listener(Component):
            _name = "listener"
            _inherit = "base.event.listener"
            _collection = "res.users"
            on_shipped = self.listener.on_shipped

        self._build_components(Listener)
        for _time in range(2):
            company = self.env.company
            self.tag._event("on_shipped", collection=company).notify(self.tag)
        self.assertEqual(self.received, [])
        self.tag._event("on_shipped", collection=user).notify(self.tag)
        self.assertEqual(self.received, [self.tag])


@tagged("standard", "at_install")
class TestCollectedEvents(BaseCase):
    def test_all_methods_are_notified_in_order(self):
        calls = mock.Mock()
        events = CollectedEvents([calls.first, calls.second])
        self.assertEqual(len(events.events), 2)
        events.notify("values", fields=["name"])
        self.assertEqual(
            calls.mock_calls,
            [
                mock.call.first("values", fields=["name"]),
                mock.call.second("values", fields=["name"]),
            ],
        )


@tagged("standard", "at_install")
class TestCollecter(ComponentRegistryCase, BaseCase):
    def setUp(self):
        super().setUp()
        self._setup_registry(self)
        self._load_module_components("component_event")
        self.received = []

    def _collecter(self, model_name="res.users", collection_name=None):
        place = {"env": mock.MagicMock(name="env")}
        if collection_name:
            place = {
                "collection": SimpleNamespace(
                    _name=collection_name, id=1, env=mock.MagicMock()
                )
            }
        work = EventWorkContext(
            model_name=model_name, components_registry=self.comp_registry, **place
        )
        return work.component_by_name("base.event.collecter")

    def _listener(self, name, collection=None, apply_on=None, **methods):
        received = self.received

        def on_change(self, *args, **kwargs):
            received.append((self._name, args, kwargs))

        attributes = {
            "_name": name,
            "_inherit": "base.event.listener",
            "_collection": collection,
            "_apply_on": apply_on,
            "on_change": on_change,
            "__module__": __name__,
            **methods,
        }
        self._build_components(type(Component)(name, (Component,), attributes))

    def _names(self, collecter, event="on_change"):
        return [
            method.__self__._name for method in collecter.collect_events(event).events
        ]

    def test_listeners_run_in_registration_order(self):
        for name in ("zebra", "ant", "mole"):
            self._listener(name)
        self._collecter().collect_events("on_change").notify("record", fields=["a"])
        self.assertEqual(
            self.received,
            [(n, ("record",), {"fields": ["a"]}) for n in ("zebra", "ant", "mole")],
        )

    def test_each_collect_gives_fresh_listeners(self):
        self._listener("ant")
        collecter = self._collecter()
        first, second = (collecter.collect_events("on_change").events for _ in "12")
        self.assertIsNot(first[0].__self__, second[0].__self__)

    def test_an_event_nobody_has_a_method_for_finds_nobody(self):
        self._listener("ant")
        self.assertEqual(self._names(self._collecter(), "on_other"), [])

    def test_an_event_must_start_with_on(self):
        with self.assertRaisesRegex(ValueError, "'record_create'"):
            self._collecter().collect_events("record_create")

    def test_listeners_are_found_by_model(self):
        self._listener("users", apply_on="res.users")
        self._listener("both", apply_on=["res.users", "res.partner"])
        self._listener("any")
        self.assertEqual(self._names(self._collecter()), ["users", "both", "any"])
        self.assertEqual(self._names(self._collecter("res.partner")), ["both", "any"])

    def test_with_a_collection_others_are_left_out(self):
        self._listener("magento", collection="magento.backend")
        self._listener("shopify", collection="shopify.backend")
        self._listener("none")
        self.assertEqual(
            self._names(self._collecter(collection_name="magento.backend")),
            ["magento", "none"],
        )
        self.assertEqual(self._names(self._collecter()), ["magento", "shopify", "none"])

    def test_an_answer_is_remembered_until_the_cache_is_cleared(self):
        self._listener("ant")
        self.assertEqual(self._names(self._collecter()), ["ant"])
        self._listener("bee")
        self.assertEqual(self._names(self._collecter()), ["ant"])
        self._collecter()._cache.clear()
        self.assertEqual(self._names(self._collecter()), ["ant", "bee"])

    def test_that_nobody_listens_is_not_remembered(self):
        self.assertEqual(self._names(self._collecter()), [])
        self._listener("ant")
        self.assertEqual(self._names(self._collecter()), ["ant"])

    def test_listeners_know_their_events(self):
        self._listener("ant", on_other=lambda self: None, on_nothing=None)
        ant = self.comp_registry["ant"]
        self.assertEqual(ant._events, {"on_change", "on_other"})
        self.assertTrue(ant.has_event("on_other"))
        self.assertFalse(ant.has_event("on_nothing"))

    def test_an_event_added_by_an_extension_is_inherited_by_children(self):
        self._listener("ant")

        class AntExtension(AbstractComponent):
            _inherit = "base.event.listener"

            def on_extension(self):
                pass

        self._build_components(AntExtension)
        self.assertTrue(self.comp_registry["ant"].has_event("on_extension"))

    def test_skip_if_decides_with_the_arguments_of_the_event(self):
        received = self.received

        @skip_if(lambda self, record, *args, **kwargs: record == "skipped")
        def on_change(self, record, fields=None):
            received.append(record)

        self._listener("ant", on_change=on_change)
        for record in ("skipped", "kept"):
            self._collecter().collect_events("on_change").notify(record, fields=["a"])
        self.assertEqual(received, ["kept"])

    def test_several_skip_if_are_asked_in_turn(self):
        received = self.received

        @skip_if(lambda self, number: number % 2)
        @skip_if(lambda self, number: number % 3)
        def on_change(self, number):
            received.append(number)

        self._listener("ant", on_change=on_change)
        for number in range(7):
            self._collecter().collect_events("on_change").notify(number)
        self.assertEqual(received, [0, 6])

    def test_a_condition_with_wrong_arguments_names_the_listener(self):
        @skip_if(lambda self: True)
        def on_change(self, record, fields=None):
            pass

        self._listener("ant", on_change=on_change)
        with self.assertRaisesRegex(TypeError, "'on_change' of listener 'ant'.*takes"):
            self._collecter().collect_events("on_change").notify("record", fields=[])

    def test_a_type_error_inside_a_condition_stays_the_authors(self):
        @skip_if(lambda self, record: record + 1)
        def on_change(self, record):
            pass

        self._listener("ant", on_change=on_change)
        with self.assertRaises(TypeError) as caught:
            self._collecter().collect_events("on_change").notify("record")
        self.assertNotIn("skip_if", str(caught.exception))

    def test_an_error_has_a_note_with_listener_event_and_record(self):
        def on_change(self, record):
            raise KeyError("inside")

        self._listener("ant", on_change=on_change)
        with self.assertRaises(KeyError) as caught:
            self._collecter().collect_events("on_change").notify("the record")
        self.assertEqual(str(caught.exception), "'inside'")
        self.assertEqual(
            caught.exception.__notes__,
            ["Listener 'ant', event 'on_change' of 'the record'"],
        )
