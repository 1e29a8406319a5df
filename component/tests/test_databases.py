# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import gc
import threading
from types import SimpleNamespace
from unittest import mock

from odoo.tests import BaseCase

from odoo.addons.component.core import (
    ComponentDatabases,
    ComponentRegistry,
    _component_databases,
)
from odoo.addons.component.utils import (
    get_component_registry,
    is_component_registry_ready,
)


class Owner:
    """Fake of Odoo's registry."""

    ready = True


def environment(owner, dbname="db"):
    return SimpleNamespace(cr=SimpleNamespace(dbname=dbname), registry=owner)


class TestDatabases(BaseCase):
    """Each database has the component registry of its registry of models."""

    def setUp(self):
        super().setUp()
        self.databases = ComponentDatabases()
        self.owner = Owner()
        self.registry = ComponentRegistry()

    def test_component_databases_is_a_mutable_dict(self):
        self.assertIsInstance(_component_databases, dict)
        with mock.patch.dict(_component_databases, {"db_of_a_test": {}}):
            self.assertEqual(_component_databases.get("db_of_a_test"), {})
        self.assertIsNone(_component_databases.get("db_of_a_test"))

    def test_utils_return_the_registry_and_its_readiness(self):
        for value, ready in ((self.registry, False), ({}, False), (None, False)):
            with mock.patch.dict(_component_databases, {"db": value}):
                self.assertIs(get_component_registry("db"), value)
                self.assertIs(is_component_registry_ready("db"), ready)
        self.registry.ready = True
        with mock.patch.dict(_component_databases, {"db": self.registry}):
            self.assertTrue(is_component_registry_ready("db"))
        self.assertIsNone(get_component_registry("unknown"))
        self.assertFalse(is_component_registry_ready("unknown"))

    def test_registry_is_freed_with_the_registry_of_models(self):
        self.databases.publish("db", self.registry, self.owner)
        self.assertIs(self.databases["db"], self.registry)
        del self.owner
        gc.collect()
        self.assertNotIn("db", self.databases)

    def test_registry_of_a_reloaded_database_stays_when_the_former_is_freed(self):
        self.databases.publish("db", ComponentRegistry(), self.owner)
        new_owner = Owner()
        self.databases.publish("db", self.registry, new_owner)
        del self.owner
        gc.collect()
        self.assertIs(self.databases["db"], self.registry)

    def test_registry_rebuilt_for_the_same_owner_is_freed_with_it(self):
        for registry in (ComponentRegistry(), self.registry):
            self.databases.begin_rebuild("db")
            self.databases.publish("db", registry, self.owner)
        self.assertEqual(len(self.databases._finalizers), 1)
        del self.owner
        gc.collect()
        self.assertNotIn("db", self.databases)

    def test_former_registry_serves_until_the_new_is_published(self):
        self.databases.publish("db", self.registry, self.owner)
        loading = Owner()
        loading.ready = False
        self.assertIs(self.databases.find(environment(self.owner)), self.registry)
        self.assertIsNone(self.databases.find(environment(loading)))
        new_registry = ComponentRegistry()
        self.databases.publish("db", new_registry, loading)
        self.assertIs(self.databases.find(environment(loading)), new_registry)
        self.assertIs(self.databases.find(environment(self.owner)), new_registry)

    def test_withdrawn_registry_is_not_ready_and_not_found(self):
        self.registry.ready = True
        self.databases.publish("db", self.registry, self.owner)
        self.databases.begin_rebuild("db")
        self.assertFalse(self.registry.ready)
        self.assertIsNone(self.databases.find(environment(self.owner)))
        self.databases.begin_rebuild("db")

    def test_override_stays_in_front_of_withdrawn_and_published_registries(self):
        self.databases.publish("db", self.registry, self.owner)
        in_front, new_registry = ComponentRegistry(), ComponentRegistry()
        in_front.ready = True
        with self.databases.override("db", in_front):
            self.assertIs(self.databases["db"], in_front)
            self.databases.begin_rebuild("db")
            self.assertIs(self.databases["db"], in_front)
            self.assertTrue(in_front.ready)
            self.databases.publish("db", new_registry, self.owner)
            self.assertIs(self.databases.find(environment(self.owner)), in_front)
        self.assertIs(self.databases["db"], new_registry)

    def test_override_of_a_database_without_registry_leaves_none(self):
        with self.databases.override("db", self.registry):
            self.assertIs(self.databases["db"], self.registry)
        self.assertEqual(self.databases, {})

    def test_overrides_may_end_in_any_order(self):
        self.databases["db"] = self.registry
        first, second = ComponentRegistry(), ComponentRegistry()
        outer = self.databases.override("db", first)
        inner = self.databases.override("db", second)
        outer.__enter__()
        inner.__enter__()
        outer.__exit__(None, None, None)
        self.assertIs(self.databases["db"], second)
        inner.__exit__(None, None, None)
        self.assertIs(self.databases["db"], self.registry)

    def test_override_ends_after_an_exception(self):
        with (
            self.assertRaises(ZeroDivisionError),
            self.databases.override("db", self.registry),
        ):
            1 / 0  # noqa: B018 pylint: disable=pointless-statement
        self.assertEqual(self.databases, {})

    def test_two_databases_are_built_concurrently(self):
        registries = [ComponentRegistry() for _number in range(8)]
        start = threading.Barrier(len(registries))

        def load(registry):
            start.wait()
            registry.load_components("component")

        threads = [threading.Thread(target=load, args=[r]) for r in registries]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len({registry["base"] for registry in registries}), 8)
