# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime

from odoo.tests.common import BaseCase

from ..components.two_way.conflict import Winner, decide

EARLIER = datetime(2026, 1, 1, 12, 0, 0)
LATER = datetime(2026, 1, 1, 12, 0, 1)


class TestConflict(BaseCase):
    def test_a_fixed_policy_does_not_look_at_the_times(self):
        for local_at, remote_at in ((EARLIER, LATER), (LATER, EARLIER)):
            self.assertIs(decide("local", local_at, remote_at), Winner.LOCAL)
            self.assertIs(decide("remote", local_at, remote_at), Winner.REMOTE)
            self.assertIs(decide("ask", local_at, remote_at), Winner.ASK)

    def test_the_newer_change_wins_and_a_tie_is_remote(self):
        self.assertIs(decide("newest", LATER, EARLIER), Winner.LOCAL)
        self.assertIs(decide("newest", EARLIER, LATER), Winner.REMOTE)
        self.assertIs(decide("newest", LATER, LATER), Winner.REMOTE)
