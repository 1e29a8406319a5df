# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from types import SimpleNamespace
from unittest import mock

from odoo.tests import BaseCase, tagged

from odoo.addons.component.core import Component, ComponentRegistry, WorkContext
from odoo.addons.component.tests.common import ComponentRegistryCase
from odoo.addons.component_event.core import EventWorkContext


def _collection():
    return SimpleNamespace(env=mock.MagicMock(), _name="test.backend", id=1)


@tagged("standard", "at_install")
class TestEventWorkContext(BaseCase):
    def setUp(self):
        super().setUp()
        self.components_registry = ComponentRegistry()
        self.env = mock.MagicMock(name="env")
        self.collection = _collection()

    def _work(self, **kwargs):
        return EventWorkContext(
            model_name="res.users",
            components_registry=self.components_registry,
            **kwargs,
        )

    def test_an_env_is_enough(self):
        work = self._work(env=self.env)
        self.assertIs(work.env, self.env)
        self.assertEqual(work.model_name, "res.users")
        self.assertIs(work.components_registry, self.components_registry)
        with self.assertRaisesRegex(ValueError, "work_on"):
            getattr(work, "collection")  # noqa: B009

    def test_a_collection_brings_its_env(self):
        work = self._work(collection=self.collection)
        self.assertIs(work.collection, self.collection)
        self.assertIs(work.env, self.collection.env)

    def test_exactly_one_of_collection_and_env_is_given(self):
        with self.assertRaisesRegex(ValueError, "both given"):
            self._work(collection=self.collection, env=self.env)
        with self.assertRaisesRegex(ValueError, "none given"):
            self._work()

    def test_work_on_a_collection_of_the_same_env_gives_a_plain_context(self):
        self.collection.env = self.env
        work = self._work(env=self.env, speed=3)
        plain = work.work_on(model_name="res.partner", collection=self.collection)
        self.assertIs(type(plain), WorkContext)
        self.assertIs(plain.env, self.env)
        self.assertEqual(plain.model_name, "res.partner")
        self.assertEqual(plain.speed, 3)
        self.assertIs(plain.components_registry, self.components_registry)

    def test_work_on_a_collection_of_another_env_is_refused(self):
        with self.assertRaisesRegex(ValueError, "with_env"):
            self._work(env=self.env).work_on(collection=self.collection)

    def test_work_on_without_any_collection_is_refused(self):
        with self.assertRaisesRegex(ValueError, "has no collection"):
            self._work(env=self.env).work_on(model_name="res.partner")

    def test_the_kwargs_that_travel_make_another_one_like_it(self):
        for place in ({"env": self.env}, {"collection": self.collection}):
            work = self._work(speed=3, **place)
            kwargs = {name: getattr(work, name) for name in work._propagate_kwargs}
            other = EventWorkContext(**kwargs)
            self.assertIs(other.env, work.env)
            self.assertEqual(other.speed, 3)

    def test_work_on_keeps_the_collection_of_the_event(self):
        plain = self._work(collection=self.collection).work_on()
        self.assertIs(type(plain), WorkContext)
        self.assertIs(plain.collection, self.collection)
        self.assertEqual(plain.model_name, "res.users")


@tagged("standard", "at_install")
class TestLookupsOnEventWorkContext(ComponentRegistryCase, BaseCase):
    def setUp(self):
        super().setUp()
        self._setup_registry(self)
        self._load_module_components("component_event")

        class Speaker(Component):
            _name = "speaker"
            _usage = "speak"
            _collection = "test.backend"
            _apply_on = ["res.users"]

            @classmethod
            def _component_match(
                cls, work, usage=None, model_name=None, tongue=None, **kw
            ):
                return tongue in (None, "french")

        class OtherSpeaker(Component):
            _name = "other.speaker"
            _usage = "speak"

            @classmethod
            def _component_match(
                cls, work, usage=None, model_name=None, tongue=None, **kw
            ):
                return tongue in (None, "dutch")

        self._build_components(Speaker, OtherSpeaker)
        self.work = EventWorkContext(
            model_name="res.users",
            collection=_collection(),
            components_registry=self.comp_registry,
        )

    def test_components_are_found_with_the_collection_of_the_event(self):
        self.assertEqual(self.work.component("speak")._name, "speaker")
        self.assertIs(type(self.work.component(usage="speak").work), WorkContext)
        self.assertEqual(self.work.component_by_name("speaker")._name, "speaker")

    def test_many_components_are_found_in_registration_order(self):
        names = [c._name for c in self.work.many_components("speak")]
        self.assertEqual(names, ["speaker", "other.speaker"])
        names = [c._name for c in self.work.many_components("speak", "res.partner")]
        self.assertEqual(names, ["other.speaker"])

    def test_keyword_arguments_reach_component_match(self):
        self.assertEqual(
            self.work.component("speak", tongue="dutch")._name, "other.speaker"
        )
        names = [c._name for c in self.work.many_components("speak", tongue="french")]
        self.assertEqual(names, ["speaker"])

    def test_without_a_collection_lookups_are_refused_with_a_hint(self):
        work = EventWorkContext(
            model_name="res.users",
            env=mock.MagicMock(),
            components_registry=self.comp_registry,
        )
        for lookup in (
            lambda: work.component("speak"),
            lambda: work.many_components("speak"),
            lambda: work.component_by_name("speaker"),
        ):
            with self.assertRaisesRegex(TypeError, r"work_on\(collection="):
                lookup()
        collecter = work.component_by_name("base.event.collecter")
        self.assertEqual(collecter._name, "base.event.collecter")
