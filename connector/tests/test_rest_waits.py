# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How long a backend may make a job wait."""

from datetime import datetime, timezone
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from ..exception import MAX_JOB_WAIT_SECONDS, NetworkRetryableError
from ..http.errors import is_rate_limited, retry_after_seconds
from ..jobs.lifecycle import asks_to_wait, clamp_wait
from .rest_common import RestCase
from .rest_server import Reply

NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
IN_A_MINUTE = int(NOON.timestamp()) + 60


class TestWaits(BaseCase):
    def seconds(self, value, name="X-RateLimit-Reset", **kwargs):
        return retry_after_seconds({name: value}, NOON, **kwargs)

    def test_no_wait_is_longer_than_an_hour(self):
        for name in ("Retry-After", "RateLimit-Reset", "X-RateLimit-Reset"):
            for value in ("999999999", str(10**20), "9" * 5000, "7200", "1" * 30):
                with self.subTest(name=name, value=value[:40]):
                    self.assertEqual(self.seconds(value, name), MAX_JOB_WAIT_SECONDS)
        for date in ("Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 2026 14:00:00 GMT"):
            self.assertEqual(self.seconds(date, "Retry-After"), MAX_JOB_WAIT_SECONDS)

    def test_a_time_may_be_counted_in_finer_units_than_seconds(self):
        for factor in (1, 1_000, 1_000_000, 1_000_000_000):
            self.assertEqual(self.seconds(str(IN_A_MINUTE * factor)), 60, factor)

    def test_parts_of_a_second_are_a_second(self):
        self.assertEqual(self.seconds("0.25", "Retry-After"), 1)
        self.assertEqual(self.seconds("1.5", "Retry-After"), 2)
        self.assertEqual(self.seconds(f"{IN_A_MINUTE}.5"), 61)

    def test_other_texts_than_numbers_and_dates_say_nothing(self):
        for value in (
            "²",
            "٣",
            "１２",
            "-5",
            "+5",
            "nan",
            "inf",
            "1e9",
            "0x10",
            "1_000",
            "5 seconds",
            "Thu, 99 Jan 2026 12:00:00 GMT",
            "Thu, 01 Jan 99999 00:00:00 GMT",
            "Thu, 01 Jan 2026 12:00:00 +9999",
            "\x00",
        ):
            for name in ("Retry-After", "X-RateLimit-Reset"):
                with self.subTest(value=value, name=name):
                    self.assertIsNone(self.seconds(value, name))

    def test_a_time_in_the_past_is_a_second_away(self):
        past = int(NOON.timestamp()) - 5000
        for value in (str(past), str(past * 1000), "Thu, 01 Jan 2026 09:00:00 GMT"):
            self.assertEqual(self.seconds(value), 1)

    def test_only_the_refusal_of_a_rate_limit_is_lifted_at_its_reset(self):
        for name in ("RateLimit-Reset", "X-RateLimit-Reset"):
            self.assertIsNone(self.seconds("3300", name, rate_limited=False))
        self.assertEqual(self.seconds("30", "Retry-After", rate_limited=False), 30)

    def test_a_rate_limit_has_no_requests_remaining(self):
        for status in (403, 503):
            for name in ("X-RateLimit-Remaining", "RateLimit-Remaining"):
                self.assertTrue(is_rate_limited(status, {name: " 0 "}))
                for remaining in ("4987", "", "00", "none"):
                    self.assertFalse(is_rate_limited(status, {name: remaining}))
        for status in (200, 400, 401, 404, 500, 502, 504):
            self.assertFalse(is_rate_limited(status, {"X-RateLimit-Remaining": "0"}))

    def test_a_refusal_that_says_until_when_is_a_rate_limit(self):
        soon = {"Retry-After": "60", "X-RateLimit-Remaining": "4987"}
        self.assertTrue(is_rate_limited(403, soon))
        for status in (401, 404, 500, 502, 503):
            self.assertFalse(is_rate_limited(status, soon))
        for value in ("", "never", "²", "-5"):
            self.assertFalse(is_rate_limited(403, {"Retry-After": value}))

    def test_wait_of_an_error_is_a_whole_number_of_seconds_of_an_hour_at_most(self):
        for seconds, expected in (
            (5, 5),
            (0.2, 1),
            (59.5, 60),
            (3600, 3600),
            (10**9, 3600),
            (10**400, 3600),
            (float("inf"), 3600),
            (float("nan"), None),
            (float("-inf"), None),
            (-5, None),
            (0, None),
            (None, None),
            ("60", None),
            (True, None),
        ):
            with self.subTest(seconds=str(seconds)[:20]):
                self.assertEqual(clamp_wait(seconds), expected)


@tagged("post_install", "-at_install")
class TestSessionWaits(RestCase):
    __test__ = True

    def read(self, status, headers):
        """Return the error of a read that is answered so."""
        self.reply(Reply("no", status, headers))
        with self.assertRaises(NetworkRetryableError) as caught:
            self.adapter.read(1)
        return caught.exception

    def test_a_broken_gateway_is_tried_again_as_always(self):
        error = self.read(
            502, {"X-RateLimit-Remaining": "4987", "X-RateLimit-Reset": "3300"}
        )
        self.assertEqual((error.seconds, error.ignore_retry), (None, False))
        self.assertFalse(asks_to_wait(error))

    def test_a_server_under_its_rate_limit_asks_to_wait(self):
        error = self.read(
            503, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "999999999"}
        )
        self.assertEqual((error.seconds, error.ignore_retry), (3600, True))
        self.assertTrue(asks_to_wait(error))

    def test_nonsense_leaves_the_time_to_the_pause_of_the_backend(self):
        for value in ("²", "soon", "-1"):
            error = self.read(429, {"Retry-After": value})
            self.assertEqual((error.seconds, error.ignore_retry), (None, True))

    def test_sessions_of_one_job_share_what_they_may_wait(self):
        slow = Reply("slow", 429, {"Retry-After": "6"})
        self.reply(slow, {"id": 1}, slow)
        with patch("time.sleep") as sleep:
            self.adapter.read(1)
            first = self.adapter.session
            self.set(_timeout_seconds=7.0)
            other = self.work.component_by_name("test.rest.adapter")
            self.assertIsNot(other.session, first)
            with self.assertRaises(NetworkRetryableError):
                other.read(2)
        self.assertEqual([call.args for call in sleep.mock_calls], [(6,)])

    def test_a_job_waits_in_its_worker_for_ten_seconds_in_all(self):
        slow = Reply("slow", 429, {"Retry-After": "4"})
        self.reply(slow, {"id": 1}, slow, {"id": 2}, slow)
        with patch("time.sleep") as sleep:
            self.adapter.read(1)
            self.adapter.read(2)
            with self.assertRaises(NetworkRetryableError):
                self.adapter.read(3)
        self.assertEqual([call.args for call in sleep.mock_calls], [(4,), (4,)])
