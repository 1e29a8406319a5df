# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import AbstractComponent, Component, WorkContext
from odoo.addons.component.exception import (
    ComponentException,
    NoComponentError,
    RegistryNotReadyError,
    SeveralComponentError,
)
from odoo.addons.component.explanation import Verdict
from odoo.addons.component.tests.common import TransactionComponentRegistryCase

from .test_work_on import FakeCollection


class TestComponent(TransactionComponentRegistryCase):
    """Components are found by usage or by name, and work in the work context."""

    def setUp(self):
        super().setUp()
        self._setup_registry(self)
        self.collection = FakeCollection(self.env)
        self.work = WorkContext("res.partner", self.collection)

        class Base(AbstractComponent):
            _name = "fake.base"
            _collection = "fake.collection"
            _usage = "fake.usage"

        class One(Component):
            _name = "one"
            _inherit = "fake.base"
            _apply_on = ["res.partner"]

        class Two(Component):
            _name = "two"
            _inherit = "fake.base"
            _apply_on = ["res.users"]

        self._build_components(Base, One, Two)

    def find(self, usage="fake.usage", model_name=None, **kw):
        """Look up a component twice: the second time, it may be cached."""
        names = [
            self.work.component(usage, model_name=model_name, **kw)._name
            for _time in range(2)
        ]
        self.assertEqual(names[0], names[1])
        return names[0]

    # the instance

    def test_component_has_the_work_context_and_its_attributes(self):
        one = self.work.component(usage="fake.usage")
        self.assertIs(one.work, self.work)
        self.assertIs(one.collection, self.collection)
        self.assertEqual(one.env, self.env)
        self.assertEqual(one.model, self.env["res.partner"])
        self.assertIsNot(self.work.component(usage="fake.usage"), one)

    def test_component_finds_other_components(self):
        one = self.work.component("fake.usage")
        two = one.component("fake.usage", model_name=self.env["res.users"])
        self.assertEqual((two._name, two.work.model_name), ("two", "res.users"))
        self.assertEqual(one.component_by_name("one")._name, "one")
        self.assertEqual([c._name for c in one.many_components("fake.usage")], ["one"])

    # by usage

    def test_usage_may_be_left_out(self):
        found = self.work.component(model_name="res.users")
        self.assertEqual(found._name, "two")

    def test_definition_given_as_usage_means_its_usage(self):
        class Typed(Component):
            _name = "typed"
            _usage = "typed.usage"

        class TypedExtension(Component):
            _inherit = "typed"

        self._build_components(Typed, TypedExtension)
        for _time in range(2):
            self.assertIsInstance(self.work.component(Typed), TypedExtension)

    def test_definition_with_an_inherited_usage_means_this_usage(self):
        class Base(AbstractComponent):
            _name = "typed.base"
            _usage = "typed.usage"

        class Typed(Component):
            _name = "typed"
            _inherit = "typed.base"

        class Decoy(Component):
            _name = "decoy"

        self._build_components(Base, Typed, Decoy)
        for _time in range(2):
            self.assertIsInstance(self.work.component(Typed), Typed)
            self.assertEqual(
                [found._name for found in self.work.many_components(Typed)], ["typed"]
            )
            self.assertEqual(self.work.explain(Typed).winner.name, "typed")

    def test_extension_given_as_usage_means_the_extended_component(self):
        class Typed(Component):
            _name = "typed"
            _usage = "typed.usage"

        class Extension(Component):
            _inherit = ["typed"]

        self._build_components(Typed, Extension)
        self.assertIsInstance(self.work.component(Extension), Extension)
        self.assertIsInstance(self.work.component_by_name(Extension), Extension)

    def test_usage_changed_by_an_extension_is_used(self):
        class Typed(Component):
            _name = "typed"
            _usage = "old.usage"

        class Other(Component):
            _name = "other"
            _usage = "old.usage"

        class Extension(Component):
            _inherit = "typed"
            _usage = "new.usage"

        self._build_components(Typed, Other, Extension)
        self.assertEqual(self.work.component(Typed)._name, "typed")

    def test_definition_without_usage_is_refused_by_name(self):
        class Plain(Component):
            _name = "plain"

        self._build_components(Plain)
        for ask in (self.work.component, self.work.many_components):
            with self.assertRaisesRegex(NoComponentError, "'plain' has no _usage"):
                ask(Plain)

    def test_class_that_defines_no_single_component_is_named(self):
        class Both(Component):
            _register = False
            _inherit = ["one", "two"]

        for definition in (Both, Component, AbstractComponent, int):
            for ask in (
                self.work.component,
                self.work.component_by_name,
                self.work.many_components,
                self.work.explain,
            ):
                with self.assertRaisesRegex(
                    NoComponentError,
                    rf"{definition.__name__} of .* not the definition of one component",
                ):
                    ask(definition)

    def test_definition_that_is_not_in_the_registry_is_named(self):
        class Missing(Component):
            _name = "missing"
            _usage = "fake.usage"

        class Extension(Component):
            _inherit = "missing"

        for definition in (Missing, Extension):
            with self.assertRaisesRegex(NoComponentError, "'missing'"):
                self.work.component(definition)
            with self.assertRaisesRegex(NoComponentError, "'missing'"):
                self.work.component_by_name(definition)

    def test_no_component_error_gives_the_verdict_on_each(self):
        class Declining(Component):
            _name = "declining"
            _inherit = "fake.base"

            @classmethod
            def _component_match(cls, work, usage=None, model_name=None, **kw):
                return False

        class Elsewhere(Component):
            _name = "elsewhere"
            _usage = "fake.usage"
            _collection = "other.collection"

        self._build_components(Declining, Elsewhere)
        with self.assertRaises(NoComponentError) as caught:
            self.work.component("fake.usage", model_name="res.lang")
        message = str(caught.exception)
        for part in (
            "No component found for collection 'fake.collection'",
            "usage 'fake.usage', model_name 'res.lang'",
            "fake.base: it is abstract",
            "one: it applies to res.partner",
            "two: it applies to res.users",
            "declining: its _component_match() returned False",
            "elsewhere: it is for collection 'other.collection'",
        ):
            self.assertIn(part, message)
        self.assertIsNone(caught.exception.explanation.winner)
        self.assertIsInstance(caught.exception, ComponentException)

    def test_no_component_error_for_an_unknown_usage_offers_similar_ones(self):
        with self.assertRaisesRegex(NoComponentError, "Similar usages: fake.usage"):
            self.work.component("fake.usages")

    def test_several_component_error_names_the_tied_and_the_deciding_attribute(self):
        class Rival(Component):
            _name = "rival"
            _inherit = "fake.base"
            _apply_on = "res.partner"

        self._build_components(Rival)
        with self.assertRaisesRegex(
            SeveralComponentError,
            "Several components found .*Found: 'one', 'rival'.*_apply_on",
        ):
            self.work.component("fake.usage")

    def test_component_of_exactly_this_collection_wins(self):
        class Generic(Component):
            _name = "generic"
            _usage = "other.usage"
            _apply_on = ["res.partner"]

        class OfCollection(Component):
            _name = "of.collection"
            _usage = "other.usage"
            _collection = "fake.collection"

        self._build_components(Generic, OfCollection)
        self.assertEqual(self.find("other.usage"), "of.collection")

    def test_component_of_exactly_this_model_wins_then(self):
        class AnyModel(Component):
            _name = "any.model"
            _inherit = "fake.base"

        self._build_components(AnyModel)
        self.assertEqual(self.find(), "one")
        self.assertEqual(self.find(model_name="res.lang"), "any.model")

    def test_cache_of_the_registry_answers_until_it_is_cleared(self):
        class Rival(Component):
            _name = "rival"
            _inherit = "fake.base"
            _apply_on = "res.partner"

        self.assertEqual(self.find(), "one")
        self._build_components(Rival)
        self.assertEqual(self.find(), "one")
        self.comp_registry._cache.clear()
        with self.assertRaises(SeveralComponentError):
            self.work.component("fake.usage")

    def test_component_match_is_asked_at_every_lookup(self):
        asked = []

        class Choosy(Component):
            _name = "choosy"
            _inherit = "fake.base"
            _apply_on = "res.partner"

            @classmethod
            def _component_match(cls, work, usage=None, model_name=None, **kw):
                asked.append((work.model_name, usage, model_name, kw))
                return kw.get("choosy", False)

        self._build_components(Choosy)
        self.assertEqual(self.work.component("fake.usage")._name, "one")
        with self.assertRaises(SeveralComponentError):
            self.work.component("fake.usage", choosy=True)
        self.assertEqual(len(self.work.many_components("fake.usage", choosy=True)), 2)
        self.assertEqual(asked[0], ("res.partner", "fake.usage", "res.partner", {}))
        self.assertEqual(asked[-1][-1], {"choosy": True})

    def test_type_error_inside_component_match_is_raised(self):
        class Broken(Component):
            _name = "broken"
            _inherit = "fake.base"

            @classmethod
            def _component_match(cls, work, **kw):
                return None + 1

        self._build_components(Broken)
        with self.assertRaisesRegex(TypeError, "unsupported operand"):
            self.work.component("fake.usage")

    def test_many_components_may_be_none(self):
        self.assertEqual(self.work.many_components("unknown.usage"), [])
        two = self.work.many_components("fake.usage", model_name="res.users")
        self.assertEqual([c.work.model_name for c in two], ["res.users"])

    def test_empty_model_means_the_model_of_the_work_context(self):
        for model_name in (None, False, ""):
            for _time in range(2):
                one = self.work.component("fake.usage", model_name=model_name)
                self.assertIs(one.work, self.work)
                one = self.work.component_by_name("one", model_name=model_name)
                self.assertIs(one.work, self.work)

    # by name

    def test_component_by_name(self):
        self.assertEqual(self.work.component_by_name("one")._name, "one")
        two = self.work.component_by_name("two", model_name=self.env["res.users"])
        self.assertEqual(two.work.model_name, "res.users")

    def test_component_by_name_takes_a_definition(self):
        class Typed(Component):
            _name = "typed"

        self._build_components(Typed)
        self.assertIsInstance(self.work.component_by_name(Typed), Typed)

    def test_component_by_name_that_does_not_exist(self):
        with self.assertRaisesRegex(
            NoComponentError, "name 'ones' found.*Similar names: one"
        ):
            self.work.component_by_name("ones")

    def test_component_by_name_for_the_wrong_model_hints_at_the_right_ones(self):
        with self.assertRaisesRegex(
            NoComponentError,
            "'two' can't be used for model 'res.partner'.\n"
            "Hint: .*model_name='res.users'",
        ):
            self.work.component_by_name("two")

    def test_component_by_name_for_the_wrong_collection(self):
        class Elsewhere(Component):
            _name = "elsewhere"
            _collection = "other.collection"

        self._build_components(Elsewhere)
        with self.assertRaisesRegex(NoComponentError, "for collection 'fake.coll"):
            self.work.component_by_name("elsewhere")

    # explain

    def test_explain_returns_the_decision_as_data(self):
        explanation = self.work.explain("fake.usage", model_name="res.users")
        self.assertEqual(explanation.winner.name, "two")
        self.assertEqual(
            [(c.name, c.verdict) for c in explanation.candidates],
            [
                ("fake.base", Verdict.ABSTRACT),
                ("one", Verdict.OTHER_MODEL),
                ("two", Verdict.CHOSEN),
            ],
        )
        self.assertIs(explanation.winner.component_class, self.comp_registry["two"])

    def test_explain_agrees_with_the_lookup(self):
        for model_name in ("res.partner", "res.users"):
            winner = self.work.explain("fake.usage", model_name=model_name).winner
            self.assertEqual(winner.name, self.find(model_name=model_name))

    def test_exceptions_are_component_exceptions(self):
        for error in (NoComponentError, SeveralComponentError, RegistryNotReadyError):
            self.assertTrue(issubclass(error, ComponentException))
