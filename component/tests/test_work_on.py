# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest import mock

from odoo.addons.component.core import (
    Component,
    ComponentRegistry,
    WorkContext,
    _component_databases,
)
from odoo.addons.component.exception import RegistryNotReadyError
from odoo.addons.component.tests.common import TransactionComponentRegistryCase


class FakeCollection:
    """Minimal collection."""

    _name = "fake.collection"
    id = 1

    def __init__(self, env):
        self.env = env


class TestWorkOn(TransactionComponentRegistryCase):
    """A work context passes its attributes on."""

    def setUp(self):
        super().setUp()
        self._setup_registry(self)
        self.collection = FakeCollection(self.env)
        self.work = WorkContext("res.partner", self.collection, hello="world")

    def test_attributes_of_a_work_context(self):
        self.assertEqual(self.work.model_name, "res.partner")
        self.assertEqual(self.work.model, self.env["res.partner"])
        self.assertEqual(self.work.env, self.env)
        self.assertIs(self.work.collection, self.collection)
        self.assertEqual(self.work.hello, "world")
        self.assertIn("res.partner", str(self.work))

    def test_model_may_be_given_as_a_recordset(self):
        work = WorkContext(self.env["res.users"], self.collection)
        self.assertEqual(work.model_name, "res.users")
        self.assertEqual(work._ensure_model_name(self.env["res.lang"]), "res.lang")
        self.assertEqual(work.work_on(self.env["res.lang"]).model_name, "res.lang")

    def test_work_on_another_model_passes_attributes_on(self):
        self.work.stays = True
        work = self.work.work_on("res.users")
        self.assertEqual(work.model_name, "res.users")
        self.assertEqual(work.hello, "world")
        self.assertIs(work.components_registry, self.comp_registry)
        self.assertFalse(hasattr(work, "stays"))
        self.assertEqual(self.work.model_name, "res.partner")

    def test_work_on_another_collection(self):
        other = FakeCollection(self.env)
        work = self.work.work_on(collection=other)
        self.assertIs(work.collection, other)
        self.assertEqual((work.model_name, work.hello), ("res.partner", "world"))

    def test_work_on_gives_the_same_class(self):
        class OwnWorkContext(WorkContext):
            pass

        work = OwnWorkContext("res.partner", self.collection).work_on("res.users")
        self.assertIs(type(work), OwnWorkContext)

    def test_propagate_kwargs_is_a_list_to_append_to_and_to_slice(self):
        self.assertEqual(
            self.work._propagate_kwargs,
            ["collection", "model_name", "components_registry", "hello"],
        )
        self.work.late = "too"
        self.work._propagate_kwargs.append("late")
        self.assertEqual(self.work._propagate_kwargs[3:], ["hello", "late"])
        self.assertEqual(self.work.work_on("res.users").work_on("res.lang").late, "too")

    # which registry

    def test_registry_of_the_context_wins_over_the_parameter(self):
        of_context, parameter = ComponentRegistry(), ComponentRegistry()
        collection = FakeCollection(
            self.env(context={"components_registry": of_context})
        )
        work = WorkContext("m", collection, components_registry=parameter)
        self.assertIs(work.components_registry, of_context)

    def test_parameter_wins_over_the_registry_of_the_test_case(self):
        of_test, parameter = ComponentRegistry(), ComponentRegistry()
        collection = FakeCollection(self.env(context={"components_registry": of_test}))
        with _component_databases.override(self.env.cr.dbname, of_test):
            work = WorkContext("res.partner", collection, parameter)
            self.assertIs(work.components_registry, parameter)
            self.assertIs(work.work_on("res.users").components_registry, parameter)

    def test_registry_of_the_context_is_honoured_only_when_it_is_one(self):
        parameter = ComponentRegistry()
        collection = FakeCollection(
            self.env(context={"components_registry": mock.Mock()})
        )
        work = WorkContext("m", collection, components_registry=parameter)
        self.assertIs(work.components_registry, parameter)

    def test_parameter_wins_over_the_registry_of_the_database(self):
        collection = FakeCollection(self.env(context={}))
        parameter = ComponentRegistry()
        work = WorkContext("m", collection, components_registry=parameter)
        self.assertIs(work.components_registry, parameter)
        work = WorkContext("m", collection)
        self.assertIs(
            work.components_registry, _component_databases.get(self.env.cr.dbname)
        )

    def test_no_registry_for_the_database(self):
        collection = FakeCollection(self.env(context={}))
        dbname = self.env.cr.dbname
        with mock.patch.dict(_component_databases):
            del _component_databases[dbname]
            with self.assertRaisesRegex(RegistryNotReadyError, repr(dbname)):
                WorkContext("res.partner", collection)

    def test_no_collection_is_refused(self):
        with self.assertRaisesRegex(ValueError, "collection"):
            WorkContext("res.partner")

    # names that downstream addons use

    def build_two(self):
        class One(Component):
            _name = "one"
            _usage = "work.test"
            _collection = "fake.collection"
            _apply_on = ["res.partner"]

        class Two(Component):
            _name = "two"
            _usage = "work.test"

        self._build_components(One, Two)
        return self.comp_registry["one"], self.comp_registry["two"]

    def test_component_class_by_name(self):
        one, _two = self.build_two()
        self.assertIs(self.work._component_class_by_name("one"), one)

    def test_lookup_components_finds_all_for_a_usage_and_model(self):
        one, two = self.build_two()
        self.assertEqual(self.work._lookup_components("work.test", "res.users"), [two])
        self.assertEqual(
            self.work._lookup_components(usage="work.test", model_name="res.partner"),
            [one, two],
        )

    def test_matching_components_come_with_their_work_context(self):
        one, two = self.build_two()
        classes, work = self.work._matching_components(usage="work.test", key=1)
        self.assertEqual(classes, [one, two])
        self.assertIs(work, self.work)
        classes, work = self.work._matching_components("work.test", "res.users")
        self.assertEqual((classes, work.model_name), ([two], "res.users"))

    def test_filter_components_by_collection(self):
        one, two = self.build_two()
        self.assertEqual(self.work._filter_components_by_collection([one, two]), [one])

    def test_filter_components_by_model(self):
        one, two = self.build_two()
        by_model = self.work._filter_components_by_model
        self.assertEqual(by_model([one, two], "res.partner"), [one])
        self.assertEqual(by_model([one, two], "res.users"), [])

    def test_registry_may_be_a_mock(self):
        one, _two = self.build_two()
        for stand_in in (
            {"one": one},
            mock.Mock(get=mock.Mock(return_value=one), lookup=lambda *a, **kw: [one]),
        ):
            work = WorkContext(
                "res.users",
                FakeCollection(self.env(context={})),
                components_registry=stand_in,
            )
            for _time in range(2):
                found = work.component_by_name("one", model_name="res.partner")
                self.assertIsInstance(found, one)
        self.assertIsInstance(work.component("work.test"), one)

    def test_subclass_that_takes_part_in_lookups_is_asked_each_time(self):
        _one, two = self.build_two()
        asked = []

        class OwnWorkContext(WorkContext):
            def _lookup_components(self, usage=None, model_name=None, **kw):
                asked.append(usage)
                return [two]

        work = OwnWorkContext("res.partner", self.collection)
        self.assertEqual(self.work.component("work.test")._name, "one")
        for _time in range(2):
            self.assertEqual(work.component("work.test")._name, "two")
        self.assertEqual(asked, ["work.test"] * 2)
        self.assertEqual(self.work.component("work.test")._name, "one")
