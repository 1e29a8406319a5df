# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import BaseCase

from .._compat import add_note


class OldError:
    """Without ``add_note``, as exceptions before Python 3.11."""


class TestAddNote(BaseCase):
    def test_notes_are_kept_in_their_order(self):
        error = ValueError()
        add_note(error, "first")
        add_note(error, "second")
        self.assertEqual(error.__notes__, ["first", "second"])

    def test_before_python_311_notes_are_kept_as_well(self):
        error = OldError()
        add_note(error, "first")
        add_note(error, "second")
        self.assertEqual(error.__notes__, ["first", "second"])
