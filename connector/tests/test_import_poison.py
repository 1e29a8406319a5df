# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One record that nobody can import, among many: it fails alone, the others land."""

from odoo.tests import tagged

from ..components.synchronizer.chunk import CREATED, FAILED
from .import_common import ImporterCase, partner

POISON = 4
#: what is wrong with the record: values that its importer cannot take
POISONS = {
    "no name": {"name": None},
    "NUL": {"name": "a\0b"},
    "half of a surrogate pair": {"name": "\ud800"},
    "NUL in a field that is no name": {"email": "\0@example.com"},
    "itself as parent": {"parent": POISON},
    "an unknown parent": {"parent": "no such"},
    "a parent that is a record": {"parent": {"id": 1}},
    "an unknown tag": {"tags": [404]},
    "no list of tags": {"tags": 5},
    "tags nested deeply": {"tags": [[[[[[]]]]]]},
    "no date": {"updated_at": "yesterday"},
    "a month that there is not": {"updated_at": "2026-13-01 00:00:00"},
    "a year after all calendars": {"updated_at": "10000-01-01 00:00:00"},
    "a date of the wrong type": {"updated_at": [2026, 1, 1]},
}


@tagged("post_install", "-at_install")
class TestPoison(ImporterCase):
    __test__ = True

    def _check(self, title, count):
        """Import a chunk with this poison; all but it have to land as they are."""
        ids = range(1, count + 1)
        self.put(*(partner(key) for key in ids))
        self.put(partner(POISON, **POISONS[title]))
        outcome, jobs = self.run_chunk(list(ids))
        expected = {key: FAILED if key == POISON else CREATED for key in ids}
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
