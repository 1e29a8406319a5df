# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The test cases themselves: their registries and their cleanup."""

import unittest

from odoo.tests import BaseCase, TransactionCase, tagged
from odoo.tests.common import get_db_name

from odoo.addons.component.core import (
    Component,
    ComponentRegistry,
    MetaComponent,
    WorkContext,
    _component_databases,
)
from odoo.addons.component.tests.common import (
    ComponentMixin,
    ComponentRegistryCase,
    TransactionComponentCase,
    TransactionComponentRegistryCase,
    new_rollbacked_env,
)

from .test_work_on import FakeCollection


def define(**attributes):
    """Define a component in a module of this addon outside of its tests."""
    attributes["__module__"] = "odoo.addons.component.fakes"
    return MetaComponent("Defined", (Component,), attributes)


def run(test_case):
    """Run the ``test_`` methods of a test case, and return the result."""
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(test_case)
    result = unittest.TestResult()
    if issubclass(test_case, TransactionCase):
        raise ValueError("would nest transactions")
    suite.run(result)
    return result


class TestCleanup(BaseCase):
    """A test case restores everything that it replaced."""

    def state(self):
        return (
            _component_databases.get(get_db_name()),
            MetaComponent._modules_components,
            {a: list(d) for a, d in MetaComponent._modules_components.items()},
        )

    def run_inner(self, test_case):
        before = self.state()
        result = run(test_case)
        self.assertEqual(result.errors + result.failures, [])
        self.assertEqual(result.testsRun, 1)
        after = self.state()
        self.assertIs(after[0], before[0])
        self.assertIs(after[1], before[1])
        self.assertEqual(after[2], before[2])

    def test_instance_that_never_tears_down(self):
        class Inner(ComponentRegistryCase, unittest.TestCase):
            def setUp(self):
                super().setUp()
                self._setup_registry(self)

            def test_inside(self):
                define(_name="left.behind")
                assert _component_databases[get_db_name()] is self.comp_registry

        self.run_inner(Inner)

    def test_instance_that_tears_down(self):
        class Inner(ComponentRegistryCase, unittest.TestCase):
            def setUp(self):
                super().setUp()
                self._setup_registry(self)

            def tearDown(self):
                self._teardown_registry(self)
                super().tearDown()

            def test_inside(self):
                define(_name="left.behind")

        self.run_inner(Inner)

    def test_class_that_never_tears_down(self):
        class Inner(ComponentRegistryCase, unittest.TestCase):
            @classmethod
            def setUpClass(cls):
                super().setUpClass()
                cls._setup_registry(cls)

                class One(Component):
                    _name = "one"

                cls._build_components(cls, One)

            def test_inside(self):
                define(_name="left.behind")
                assert "one" in self.comp_registry
                assert _component_databases[get_db_name()] is self.comp_registry

        self.run_inner(Inner)

    def test_class_that_tears_down(self):
        class Inner(ComponentRegistryCase, unittest.TestCase):
            @classmethod
            def setUpClass(cls):
                super().setUpClass()
                cls._setup_registry(cls)

            @classmethod
            def tearDownClass(cls):
                cls._teardown_registry(cls)
                super().tearDownClass()

            def test_inside(self):
                define(_name="left.behind")

        self.run_inner(Inner)

    def test_set_up_that_fails(self):
        class Inner(ComponentRegistryCase, unittest.TestCase):
            def setUp(self):
                super().setUp()
                define(_name="wrong", _inherit="unknown")
                self._setup_registry(self)
                self._load_module_components("component.fakes")

            def test_inside(self):
                raise ValueError

        before = self.state()[0]
        self.addCleanup(MetaComponent._modules_components["component"].pop)
        result = run(Inner)
        self.assertIn("inherits from non-existing", result.errors[0][1])
        self.assertIs(self.state()[0], before)


class TestTestCases(BaseCase):
    """Odoo's runner and pytest collect the test cases, with any other bases."""

    def test_registry_case_alone_is_a_test_case_with_tags(self):
        class Alone(ComponentRegistryCase):
            def test_something(self):
                """Test nothing."""

        self.assertTrue(issubclass(Alone, TransactionCase))
        self.assertEqual(Alone.test_tags, {"standard", "at_install"})
        self.assertEqual(Alone.test_module, "component")

    def test_mixin_on_the_registry_case_combines_with_any_test_case(self):
        class Mixin(ComponentRegistryCase):
            def setUp(self):
                super().setUp()

        class Behind(TransactionCase, Mixin):
            def test_something(self):
                """Test nothing."""

        class Before(Mixin, TransactionCase):
            def test_something(self):
                """Test nothing."""

        self.assertFalse(issubclass(Mixin, unittest.TestCase))
        self.assertEqual(Behind.__bases__, (TransactionCase, Mixin))
        self.assertEqual(Before.__bases__, (Mixin, TransactionCase))

    def test_registry_case_combines_with_any_test_case(self):
        for bases in (
            (unittest.TestCase, ComponentRegistryCase),
            (BaseCase, ComponentRegistryCase),
            (TransactionCase, ComponentRegistryCase),
            (ComponentRegistryCase, TransactionCase),
        ):
            with self.subTest(bases):
                test_case = type(ComponentRegistryCase)("Beside", bases, {})
                self.assertEqual(test_case.__bases__, bases)

    def test_registry_case_itself_is_not_a_test(self):
        self.assertFalse(issubclass(ComponentRegistryCase, unittest.TestCase))

    def test_new_rollbacked_env_leaves_nothing(self):
        with new_rollbacked_env() as env:
            lang = env["res.lang"].search([], limit=1)
            name = lang.name
            lang.name = "Changed"
            env.flush_all()
        self.assertTrue(env.cr.closed)
        with new_rollbacked_env() as env:
            self.assertEqual(env["res.lang"].browse(lang.id).name, name)


@tagged("post_install", "-at_install")
class TestTransactionComponentCase(TransactionComponentCase):
    """A test has the components of the installed addons until its end."""

    def test_registry_is_ready_and_in_front(self):
        self.assertTrue(self._components_registry.ready)
        self.assertIs(
            _component_databases[self.env.cr.dbname], self._components_registry
        )
        self.assertIs(
            self.env.context["components_registry"], self._components_registry
        )
        self.assertIn("base", self._components_registry)

    def test_registry_ready_can_be_set_up_on_the_class_too(self):
        self._components_registry.ready = False
        type(self).setUpComponentRegistryReady()
        self.assertTrue(self._components_registry.ready)

    def test_reload_in_the_middle_keeps_the_registry(self):
        self.registry._setup_models__(self.env.cr)
        self.assertTrue(self._components_registry.ready)
        work = WorkContext("res.partner", FakeCollection(self.env(context={})))
        self.assertIs(work.components_registry, self._components_registry)

    def test_mixin_may_precede_the_test_case(self):
        class Before(ComponentMixin, unittest.TestCase):
            _components_registry = ComponentRegistry()

            def test_inside(self):
                assert self._components_registry.ready

        self.assertEqual(run(Before).errors, [])
        self.assertFalse(Before._components_registry.ready)


@tagged("post_install", "-at_install")
class TestTransactionComponentRegistryCase(TransactionComponentRegistryCase):
    """A test builds components, also for records created before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env_before = cls.env
        cls._setup_registry(cls)

        class One(Component):
            _name = "one"
            _usage = "common.test"

        cls._build_components(cls, One)

    def test_environments_of_before_the_set_up_reach_the_components(self):
        self.assertNotIn("components_registry", self.env_before.context)
        for env in (self.env_before, self.env):
            work = WorkContext("res.partner", FakeCollection(env))
            self.assertEqual(work.component("common.test")._name, "one")

    def test_reload_in_the_middle_keeps_the_components(self):
        self.registry._setup_models__(self.env.cr)
        work = WorkContext("res.partner", FakeCollection(self.env_before))
        self.assertEqual(work.component("common.test")._name, "one")

    def test_load_module_components(self):
        MetaComponent(
            "D", (Component,), {"__module__": "odoo.addons.fake", "_name": "d"}
        )
        self._load_module_components("fake")
        self._load_module_components("fake")
        self.assertIn("d", self.comp_registry)

    def test_collection_is_empty(self):
        self.assertEqual(self.collection, self.env["collection.base"])
