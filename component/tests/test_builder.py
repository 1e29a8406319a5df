# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest import mock

from odoo.tests import TransactionCase, tagged

from odoo.addons.component.core import (
    DEFAULT_CACHE_SIZE,
    AbstractComponent,
    Component,
    ComponentRegistry,
    MetaComponent,
    WorkContext,
    _component_databases,
)
from odoo.addons.component.exception import RegistryNotReadyError
from odoo.addons.component.utils import is_component_registry_ready

from .test_work_on import FakeCollection


@tagged("post_install", "-at_install")
class TestBuilder(TransactionCase):
    """The builder ties the component registry to the registry of models."""

    def setUp(self):
        super().setUp()
        self.builder = self.env["component.builder"]
        self.dbname = self.env.cr.dbname
        self.startPatcher(
            mock.patch.object(
                MetaComponent,
                "_modules_components",
                {
                    addon: list(definitions)
                    for addon, definitions in MetaComponent._modules_components.items()
                },
            )
        )
        self.startPatcher(mock.patch.dict(_component_databases))
        former = _component_databases[self.dbname]
        self.addCleanup(setattr, former, "ready", former.ready)

    def define(self, addon, parent=Component, **attributes):
        attributes["__module__"] = f"odoo.addons.{addon}.fakes"
        return MetaComponent("Defined", (parent,), attributes)

    def test_registry_is_built_when_odoo_s_is_loaded(self):
        components_registry = _component_databases[self.dbname]
        self.assertTrue(components_registry.ready)
        self.assertIn("base", components_registry)
        self.assertIn("component", components_registry._loaded_modules)

    def test_register_hook_replaces_the_registry(self):
        former = _component_databases[self.dbname]
        self.define("web", _name="fake.component")
        self.builder._register_hook()
        registry = _component_databases[self.dbname]
        self.assertIn("fake.component", registry)
        self.assertTrue(registry.ready)
        self.assertNotIn("fake.component", former)

    def test_registry_is_never_visible_half_built(self):
        former = _component_databases[self.dbname]
        seen = []

        @classmethod
        def complete(cls):
            seen.append(_component_databases.get(self.dbname))

        self.define("web", _name="fake.component", _complete_component_build=complete)
        self.builder._register_hook()
        self.assertEqual(seen, [former])

    def test_failing_build_leaves_no_registry_half_built(self):
        former = _component_databases[self.dbname]
        self.define("web", _name="fake.component", _inherit="unknown")
        with self.assertRaisesRegex(TypeError, "of addon 'web'"):
            self.builder._register_hook()
        self.assertIs(_component_databases[self.dbname], former)

    def test_lookup_between_unregister_and_register_is_refused(self):
        collection = FakeCollection(self.env)
        self.builder._unregister_hook()
        self.assertFalse(is_component_registry_ready(self.dbname))
        with self.assertRaisesRegex(RegistryNotReadyError, repr(self.dbname)):
            WorkContext("res.partner", collection)
        self.builder._register_hook()
        self.assertTrue(is_component_registry_ready(self.dbname))
        self.assertEqual(
            WorkContext("res.partner", collection).model_name, "res.partner"
        )

    def test_lookup_while_odoo_loads_its_registry_is_refused(self):
        env = mock.Mock(context={}, registry=mock.Mock(ready=False))
        env.cr.dbname = self.dbname
        with self.assertRaisesRegex(RegistryNotReadyError, repr(self.dbname)):
            WorkContext("res.partner", FakeCollection(env))

    def test_init_global_registry_puts_an_empty_registry_that_is_not_ready(self):
        registry = self.builder._init_global_registry()
        self.assertIs(_component_databases[self.dbname], registry)
        self.assertFalse(registry.ready)
        self.assertEqual(list(registry), [])

    def test_components_registry_cache_size(self):
        self.assertEqual(
            self.builder._components_registry_cache_size, DEFAULT_CACHE_SIZE
        )
        with mock.patch.object(
            type(self.builder), "_components_registry_cache_size", 3
        ):
            registry = self.builder._init_global_registry()
        self.assertEqual(registry._cache._cachesize, 3)

    def test_load_components_of_one_addon(self):
        self.define("fake_addon", _name="fake.component")
        self.builder._init_global_registry()
        for addon in ("component", "fake_addon"):
            self.builder.load_components(addon)
        self.assertIn("fake.component", _component_databases[self.dbname])
        registry = ComponentRegistry()
        registry.load_components("component")
        self.builder.load_components("fake_addon", components_registry=registry)
        self.assertIn("fake.component", registry)

    def test_build_registry_takes_addons_by_state(self):
        module = self.env["ir.module.module"].search([("name", "=", "web")])
        self.define("web", _name="fake.component")
        for state, states, found in (
            ("installed", None, True),
            ("to upgrade", None, True),
            ("to upgrade", ("installed",), False),
            ("to remove", None, False),
        ):
            module.state = state
            module.flush_model()
            registry = ComponentRegistry()
            self.builder.build_registry(registry, states=states)
            with self.subTest(state=state, states=states):
                self.assertIs("fake.component" in registry, found)
                self.assertFalse(registry.ready, "that is for the caller to say")

    def test_build_registry_builds_addons_after_those_they_depend_on(self):
        self.define("web", _name="fake.child", _inherit="fake.parent")
        self.define("component", AbstractComponent, _name="fake.parent")
        registry = ComponentRegistry()
        self.builder.build_registry(registry)
        self.assertTrue(issubclass(registry["fake.child"], registry["fake.parent"]))

    def test_build_registry_leaves_excluded_addons_out_with_their_dependents(self):
        self.define("component", _name="fake.of.component")
        self.define("web", _name="fake.of.web")
        registry = ComponentRegistry()
        self.builder.build_registry(registry, exclude_addons=["web"])
        self.assertIn("fake.of.component", registry)
        self.assertNotIn("fake.of.web", registry)
        registry = ComponentRegistry()
        self.builder.build_registry(registry, exclude_addons=["base"])
        self.assertEqual(list(registry), [])
        registry.load_components("component")
        registry.load_components("base")
        self.builder.build_registry(registry, exclude_addons=["base", "component"])
        self.assertIn("fake.of.web", registry)
