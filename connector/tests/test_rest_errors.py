# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import inspect
from datetime import datetime, timezone
from http import HTTPStatus

from requests import exceptions

from odoo.tests.common import BaseCase

from ..exception import (
    IDMissingInBackend,
    InvalidDataError,
    NetworkRetryableError,
    RetryableJobError,
)
from ..http.errors import (
    TRANSPORT_ERRORS,
    RestRefusal,
    is_rate_limited,
    make_error,
    retry_after_seconds,
    status_error,
    transport_error,
)

#: every status that is not simply refused, and every one Python knows is below
DECIDED = {
    InvalidDataError: {400, 409, 413, 422},
    IDMissingInBackend: {404, 410},
    RetryableJobError: {412, 423},
    NetworkRetryableError: {408, 425, 429, 500, 502, 503, 504, 507, 508, 511},
    None: set(range(200, 300)),
}


class TestStatusErrors(BaseCase):
    def test_every_known_status_is_decided(self):
        decided = {
            status: error for error, statuses in DECIDED.items() for status in statuses
        }
        for status in HTTPStatus:
            expected = decided.get(status.value, RestRefusal)
            self.assertIs(status_error(status.value), expected, status)

    def test_every_status_at_all_has_an_answer(self):
        for status in (*range(100, 600), 0, 999):
            error = status_error(status)
            if 200 <= status < 300:
                self.assertIsNone(error)
            else:
                self.assertTrue(issubclass(error, Exception), status)

    def test_statuses_of_proxies_in_front_of_a_server_are_tried_again(self):
        for status in range(520, 531):
            self.assertIs(status_error(status), NetworkRetryableError)


class TestTransportErrors(BaseCase):
    def all_errors(self):
        return [
            cls
            for cls in vars(exceptions).values()
            if inspect.isclass(cls) and issubclass(cls, exceptions.RequestException)
        ]

    def test_every_error_of_requests_is_decided_by_a_row_of_its_kind(self):
        rows = [transport for transport, _error in TRANSPORT_ERRORS[:-1]]
        for error in self.all_errors():
            if error is not exceptions.RequestException:
                self.assertTrue(issubclass(error, tuple(rows)), error)

    def test_no_row_is_hidden_by_one_above(self):
        rows = [transport for transport, _error in TRANSPORT_ERRORS]
        for index, transport in enumerate(rows):
            self.assertFalse(issubclass(transport, tuple(rows[:index])), transport)

    def test_a_temporary_error_is_tried_again_and_nothing_else(self):
        retried = {
            error.__name__
            for error in self.all_errors()
            if issubclass(transport_error(error.__new__(error)), NetworkRetryableError)
        }
        self.assertEqual(
            retried,
            {
                "ConnectionError",
                "ProxyError",
                "Timeout",
                "ConnectTimeout",
                "ReadTimeout",
                "ChunkedEncodingError",
                "ContentDecodingError",
                "RetryError",
            },
        )


class TestRetryAfter(BaseCase):
    def seconds(self, value):
        now = datetime(2026, 1, 1, 12, 0, 0, tzinfo=timezone.utc)
        return retry_after_seconds({"Retry-After": value}, now)

    def test_seconds_and_dates_are_read(self):
        self.assertEqual(self.seconds("120"), 120)
        self.assertEqual(self.seconds("Thu, 01 Jan 2026 12:01:30 GMT"), 90)
        self.assertEqual(self.seconds("Thu, 01 Jan 2026 12:01:30 -0000"), 90)

    def test_past_and_present_are_a_second_away(self):
        self.assertEqual(self.seconds("0"), 1)
        self.assertEqual(self.seconds("Thu, 01 Jan 2026 11:00:00 GMT"), 1)

    def test_time_at_which_a_rate_limit_is_lifted_is_read(self):
        now = datetime(2026, 1, 1, 12, 0, 0, tzinfo=timezone.utc)
        reset = str(int(now.timestamp()) + 45)
        for headers, expected in (
            ({"RateLimit-Reset": "30"}, 30),
            ({"X-RateLimit-Reset": reset}, 45),
            ({"Retry-After": "7", "X-RateLimit-Reset": reset}, 7),
            ({"Retry-After": "soon", "RateLimit-Reset": "30"}, 30),
        ):
            self.assertEqual(retry_after_seconds(headers, now), expected)

    def test_rate_limit_differs_from_a_refusal(self):
        self.assertTrue(is_rate_limited(429, {}))
        self.assertTrue(is_rate_limited(403, {"X-RateLimit-Remaining": "0"}))
        self.assertTrue(is_rate_limited(403, {"RateLimit-Remaining": "0"}))
        self.assertFalse(is_rate_limited(403, {"X-RateLimit-Remaining": "5"}))
        self.assertFalse(is_rate_limited(403, {}))
        self.assertFalse(is_rate_limited(200, {"X-RateLimit-Remaining": "0"}))

    def test_nonsense_says_nothing(self):
        self.assertIsNone(self.seconds("soon"))
        self.assertIsNone(self.seconds(""))
        self.assertIsNone(retry_after_seconds({}))

    def test_error_that_is_tried_again_knows_when(self):
        error = make_error(NetworkRetryableError, "slow down", 30, rate_limited=True)
        self.assertEqual((error.seconds, error.ignore_retry), (30, True))
        error = make_error(NetworkRetryableError, "down")
        self.assertEqual((error.seconds, error.ignore_retry), (None, False))
        self.assertEqual(str(make_error(RestRefusal, "no", 30)), "no")
