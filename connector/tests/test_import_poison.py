# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One invalid record among many: it fails alone, the others are imported."""

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..components.external_id import check_storable
from ..exception import InvalidDataError
from ..outcome import Outcome
from .import_common import PARTNER, ImporterCase, partner

POISON = 4
BATCH_LOGGER = "odoo.addons.connector.components.importer.batch"
#: name of the error: values that the importer cannot process
POISONS = {
    "no name": {"name": None},
    "NUL": {"name": "a\0b"},
    "half of a surrogate pair": {"name": "\ud800"},
    "NUL in a field other than the name": {"email": "\0@example.com"},
    "itself as parent": {"parent": POISON},
    "an unknown parent": {"parent": "no such"},
    "a parent that is a record": {"parent": {"id": 1}},
    "an unknown tag": {"tags": [404]},
    "no list of tags": {"tags": 5},
    "tags nested deeply": {"tags": [[[[[[]]]]]]},
    "no date": {"updated_at": "yesterday"},
    "a month that does not exist": {"updated_at": "2026-13-01 00:00:00"},
    "a year after all calendars": {"updated_at": "10000-01-01 00:00:00"},
    "a date of the wrong type": {"updated_at": [2026, 1, 1]},
}


#: values that no database can hold, and the field that the error names
UNSTORABLE = {
    "NUL": ({"name": "a\0b"}, "'name'"),
    "half of a surrogate pair": ({"email": "\udfff@example.com"}, "'email'"),
    "NUL after other text": ({"name": "\u00e9\0"}, "'name'"),
}


@tagged("post_install", "-at_install")
class TestUnstorable(ImporterCase):
    __test__ = True

    def test_the_error_names_the_field(self):
        for title, (values, field) in UNSTORABLE.items():
            self.put(partner(POISON, **values))
            with (
                self.subTest(title),
                self.assertRaisesRegex(InvalidDataError, f"value of {field}"),
                self.env.cr.savepoint(),
            ):
                self.importer.run(POISON)
            outcome, _jobs = self.run_chunk([POISON])
            (item,) = outcome.failed
            self.assertIsInstance(item.error, InvalidDataError)

    def test_an_update_names_the_field_too(self):
        self.put(partner(POISON))
        self.run_one(POISON)
        self.put(partner(POISON, name="\0", updated_at="2026-02-01 00:00:00"))
        with self.assertRaisesRegex(InvalidDataError, "value of 'name'"):
            self.importer.run(POISON)
        self.env.flush_all()

    def test_it_is_found_however_deeply_it_is_nested(self):
        for value, path in (
            ([(0, 0, {"name": "\0"})], "child_ids.name"),
            (
                [(1, 7, {"line_ids": [(0, 0, {"note": "\ud800"})]})],
                "child_ids.line_ids",
            ),
            ({"a": [{"b": "\0"}]}, "child_ids.a.b"),
            ({"\0": 1}, "child_ids, key"),
        ):
            with self.subTest(path), self.assertRaisesRegex(InvalidDataError, path):
                check_storable({"child_ids": value}, "a test")
        deep: list = []
        for _level in range(100_000):
            deep = [deep]
        check_storable({"json": deep, "name": "caf\u00e9 \U0001f600"}, "a test")

    def test_a_dict_or_list_is_not_stored_as_the_text_of_it(self):
        for number, value in enumerate(({"en": "Ada"}, ["Ada"], ("Ada",)), 1):
            self.put(partner(number, name=value))
            with (
                self.subTest(value=value),
                self.assertRaisesRegex(
                    InvalidDataError, "Expected a text for 'name' of .*, found .*Ada"
                ),
            ):
                self.importer.run(number)

    def test_the_texts_of_lines_are_checked_too(self):
        partners = self.env["res.partner"]
        for command in ((0, 0, {"name": {"en": "Ada"}}), [1, 7, {"name": ["Ada"]}]):
            with self.assertRaisesRegex(InvalidDataError, "text for 'child_ids.name'"):
                check_storable({"child_ids": [command]}, "a test", partners)
        bank = {"acc_holder_name": {"en": "Ada"}}
        child = (0, 0, {"name": "Ada", "bank_ids": [(0, 0, bank)]})
        with self.assertRaisesRegex(
            InvalidDataError, "'child_ids.bank_ids.acc_holder_name'"
        ):
            check_storable({"child_ids": [child]}, "a test", partners)
        harmless = [(6, 0, [7]), (4, 7, 0), (5,), 7, (0, 0, {"name": "Ada", "x": [1]})]
        check_storable({"child_ids": harmless, "x": {}}, "a test", partners)

    def test_an_external_id_fails_alone_and_is_reported(self):
        for bad in ("a\0b", "\ud800"):
            self.put(partner(1), partner(bad), partner(2))
            with self.subTest(ascii(bad)):
                outcome, jobs = self.run_chunk([1, bad, 2])
                self.assertEqual(
                    [item.outcome for item in outcome.items][1:2], [Outcome.FAILED]
                )
                self.assertIsInstance(outcome.items[1].error, InvalidDataError)
                self.assertEqual(len(outcome.failed), 1)
                self.assertFalse(jobs, "No job can hold such an id")
                with self.assertRaisesRegex(InvalidDataError, "external id"):
                    self.importer.run(bad)

    def test_a_search_that_finds_such_an_id_imports_the_others(self):
        self.put(partner(1), partner("a\0b"))
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER)
        with mute_logger(BATCH_LOGGER):
            self.env[PARTNER].import_batch(self.backend, run=run)
        self.env.flush_all()
        self.assertEqual((run.found_count, run.failed_count), (2, 1))
        jobs = self.env["queue.job"].search([("sync_run_id", "=", run.id)])
        self.assertEqual([job.args[1] for job in jobs], [[1]])


@tagged("post_install", "-at_install")
class TestPoison(ImporterCase):
    __test__ = True

    def _check(self, title, count):
        """Import a chunk with this record; all others must be imported as they are."""
        ids = range(1, count + 1)
        self.put(*(partner(key) for key in ids))
        self.put(partner(POISON, **POISONS[title]))
        outcome, jobs = self.run_chunk(list(ids))
        expected = {
            key: Outcome.FAILED if key == POISON else Outcome.CREATED for key in ids
        }
        self.assertEqual(self.outcomes(outcome), expected)
        self.assertEqual([job.args[1] for job in jobs], [POISON])
        self.assertFalse(self.found(POISON))
        for key in set(ids) - {POISON}:
            self.assertEqual(self.found(key).name, f"Partner {key}")

    def test_each_poison_fails_alone(self):
        for title in POISONS:
            with self.subTest(title):
                with self.env.cr.savepoint() as savepoint:
                    self._check(title, count=6)
                    savepoint.rollback()
                self.env.invalidate_all()

    def test_one_poison_in_two_hundred_lands_the_others(self):
        self._check("NUL", count=200)
