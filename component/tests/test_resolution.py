# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import itertools
import random
import warnings

from odoo.tests import BaseCase

from odoo.addons.component import explanation, resolution
from odoo.addons.component.explanation import Verdict


def fake(name, usage="u", collection=None, models=None, abstract=False):
    """Return what the functions of the module need of a component class."""
    return type(
        name,
        (),
        {
            "_name": name,
            "_usage": usage,
            "_collection": collection,
            "_abstract": abstract,
            "_apply_on": models,
            "apply_on_models": models,
        },
    )


class TestResolution(BaseCase):
    """Choosing needs no registry and no database."""

    def explain(self, *classes, usage="u", declined=()):
        return explanation.explain(
            resolution.UsageIndex(classes).by_usage,
            "c",
            usage,
            "m",
            lambda cls: cls._name not in declined,
        )

    def verdicts(self, *classes, **kwargs):
        explanation = self.explain(*classes, **kwargs)
        return {c.name: c.verdict for c in explanation.candidates}

    def test_index_finds_what_filtering_one_by_one_finds(self):
        rng = random.Random(1)
        classes = [
            fake(
                f"c{number}",
                usage=rng.choice(["u", "v", None]),
                collection=rng.choice([None, "c", "d"]),
                models=rng.choice([None, [], ["m"], ["m", "n"], ["n", "m", "n"]]),
                abstract=rng.random() < 0.2,
            )
            for number in range(200)
        ]
        index = resolution.UsageIndex(classes)
        for collection, usage, model in itertools.product(
            (None, "c", "d", "e"), (None, "u", "v", "w"), (None, "m", "n", "o")
        ):
            expected = [
                c
                for c in classes
                if not c._abstract
                and (usage is None or c._usage == usage)
                and (collection is None or c._collection in (None, collection))
                and (
                    model is None
                    or c.apply_on_models is None
                    or model in c.apply_on_models
                )
            ]
            with self.subTest(collection=collection, usage=usage, model=model):
                self.assertEqual(index.find(collection, usage, model), expected)

    def test_explain_gives_a_verdict_on_every_component_of_the_usage(self):
        self.assertEqual(
            self.verdicts(
                fake("abstract", abstract=True),
                fake("other.usage", usage="v"),
                fake("other.collection", collection="d"),
                fake("other.model", models=["n"]),
                fake("declined"),
                fake("generic"),
                fake("of.collection", collection="c"),
                fake("best", collection="c", models=["m"]),
                declined=["declined"],
            ),
            {
                "abstract": Verdict.ABSTRACT,
                "other.collection": Verdict.OTHER_COLLECTION,
                "other.model": Verdict.OTHER_MODEL,
                "declined": Verdict.DECLINED,
                "generic": Verdict.LESS_SPECIFIC_COLLECTION,
                "of.collection": Verdict.LESS_SPECIFIC_MODEL,
                "best": Verdict.CHOSEN,
            },
        )

    def test_exact_collection_goes_before_exact_model(self):
        explanation = self.explain(
            fake("for.model", models=["m"]), fake("of.collection", collection="c")
        )
        self.assertEqual(explanation.winner.name, "of.collection")

    def test_exact_model_decides_between_components_of_no_collection(self):
        explanation = self.explain(fake("any"), fake("for.model", models=["m"]))
        self.assertEqual(explanation.winner.name, "for.model")

    def test_tie_has_no_winner_and_names_the_deciding_attribute(self):
        for classes, attribute in (
            ((fake("a"), fake("b")), "_apply_on of the component"),
            ((fake("a", models=["m"]), fake("b", models=["m"])), "so that only one"),
        ):
            explanation = self.explain(*classes)
            self.assertIsNone(explanation.winner)
            self.assertEqual([c.name for c in explanation.tied], ["a", "b"])
            self.assertIn(attribute, explanation.advice)

    def test_unknown_usage_is_answered_with_similar_ones(self):
        explanation = self.explain(fake("a", usage="importer"), usage="imporer")
        self.assertEqual(explanation.candidates, ())
        self.assertIn("Similar usages: importer", str(explanation))

    def test_verdicts_read_as_words(self):
        text = str(
            self.explain(fake("a", collection="d"), fake("b", models=["n", "o"]))
        )
        self.assertEqual(text, "- b: it applies to n, o\n- a: it is for collection 'd'")

    def test_message_names_the_nearest_candidates_only(self):
        classes = [fake(f"c{number}", collection="d") for number in range(30)]
        lines = str(self.explain(*classes, fake("near", models=["n"]))).splitlines()
        self.assertEqual(lines[0], "- near: it applies to n")
        self.assertEqual(lines[-1], "- and 11 more")
        self.assertEqual(len(lines), 21)

    def ask(self, function, **kw):
        component_class = fake("asked")
        component_class._component_match = classmethod(function)
        return resolution.ask_match(component_class, "work", "u", "m", kw)

    def test_component_match_is_given_usage_model_and_keywords(self):
        def match(cls, work, usage=None, model_name=None, **kw):
            return (work, usage, model_name, kw) == ("work", "u", "m", {"key": 1})

        with warnings.catch_warnings():
            warnings.simplefilter("error")
            self.assertIs(self.ask(match, key=1), True)
            self.assertIs(self.ask(match), False)

    def test_component_match_of_the_old_signature_works_with_a_warning(self):
        def match(cls, work):
            return work == "work"

        with self.assertWarnsRegex(DeprecationWarning, "match in .*should take"):
            self.assertIs(self.ask(match, key=1), True)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            self.assertIs(self.ask(match, key=1), True, "the signature is read once")

    def test_type_error_inside_component_match_is_the_author_s(self):
        def match(cls, work, usage=None, model_name=None, **kw):
            return 1 + ""

        with self.assertRaisesRegex(TypeError, "unsupported operand"):
            self.ask(match)
