# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import threading
from itertools import count

from odoo.tests import BaseCase

from ..read_ahead import read_ahead

PATIENCE_SECONDS = 60


class TestReadAhead(BaseCase):
    def test_pages_come_in_their_order(self):
        for limit in (0, 1, 3, 9):
            self.assertEqual(list(read_ahead(iter("abcde"), limit)), list("abcde"))

    def test_pages_are_read_before_they_are_asked_for_and_no_more_than_that(self):
        started, three_started = [], threading.Event()

        def pages():
            for number in count():
                started.append(number)
                if len(started) == 3:
                    three_started.set()
                yield number

        ahead = read_ahead(pages(), 2)
        self.assertEqual(next(ahead), 0)
        self.assertTrue(three_started.wait(PATIENCE_SECONDS))
        ahead.close()
        self.assertEqual(started, [0, 1, 2])

    def test_without_a_limit_nothing_is_read_before_its_time(self):
        started = []

        def pages():
            for number in count():
                started.append(number)
                yield number

        ahead = read_ahead(pages(), 0)
        self.assertEqual(next(ahead), 0)
        self.assertEqual(started, [0])

    def test_an_error_comes_where_the_page_would_have_come(self):
        def pages():
            yield "a"
            raise ConnectionError("gone")

        ahead = read_ahead(pages(), 3)
        self.assertEqual(next(ahead), "a")
        with self.assertRaisesRegex(ConnectionError, "gone"):
            next(ahead)

    def test_the_thread_ends_with_the_iteration(self):
        before = threading.active_count()
        ahead = read_ahead(count(), 2)
        next(ahead)
        ahead.close()
        self.assertEqual(threading.active_count(), before)
