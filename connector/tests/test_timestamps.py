# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta, timezone

from dateutil.parser import isoparse

from odoo.tests import BaseCase

from ..timestamps import UTC, aware_utc, format_time

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
PLAIN = "%Y-%m-%d %H:%M:%S"


class TestFormatTime(BaseCase):
    def test_a_time_is_written_with_its_offset(self):
        self.assertEqual(format_time(NOON), "2026-01-31T12:00:00+00:00")
        self.assertEqual(format_time(NOON, "Europe/Paris"), "2026-01-31T13:00:00+01:00")

    def test_a_naive_time_is_utc(self):
        self.assertEqual(format_time(NOON.replace(tzinfo=None)), format_time(NOON))

    def test_an_aware_time_is_converted_from_any_zone(self):
        tokyo = NOON.astimezone(timezone(timedelta(hours=9)))
        self.assertEqual(format_time(tokyo), format_time(NOON))
        self.assertEqual(aware_utc(tokyo), NOON)

    def test_a_pattern_is_written_in_the_zone_of_the_backend(self):
        self.assertEqual(format_time(NOON, pattern=PLAIN), "2026-01-31 12:00:00")
        self.assertEqual(
            format_time(NOON, "America/New_York", PLAIN), "2026-01-31 07:00:00"
        )

    def test_an_unknown_zone_is_refused_by_name(self):
        for zone in ("Europe/Atlantis", "", False):
            with self.assertRaisesRegex(ValueError, "no time zone"):
                format_time(NOON, zone)

    def test_an_hour_that_comes_twice_is_written_early_enough_for_both_meanings(self):
        first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30, and again in an hour
        second = first + timedelta(hours=1)
        self.assertEqual(
            format_time(first, "Europe/Paris", PLAIN), "2026-10-25 01:30:00"
        )
        self.assertEqual(
            format_time(second, "Europe/Paris", PLAIN), "2026-10-25 02:30:00"
        )
        self.assertEqual(
            format_time(first, "Europe/Paris", f"{PLAIN}%z"),
            "2026-10-25 02:30:00+0200",
        )

    def test_an_hour_that_is_skipped_is_written_like_others(self):
        time = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
        self.assertEqual(
            format_time(time, "Europe/Paris", PLAIN), "2026-03-29 03:30:00"
        )


class TestUsualForms(BaseCase):
    """The forms that are parsed in C give what the parser of all forms gives."""

    def test_the_same_time_by_both_parsers(self):
        for text in (
            "2026-01-31T12:00:00Z",
            "2026-01-31T12:00:00",
            "2026-01-31 12:00:00",
            "2026-01-31T12:00:00.123Z",
            "2026-01-31T12:00:00.123456+05:30",
            "2026-01-31T12:00:00-08:00",
            "2026-01-31T24:00:00Z",
            "2026-01-31T12:00:00.1234567Z",
            "20260131T120000Z",
            "2026-01-31",
        ):
            with self.subTest(text):
                expected = isoparse(text)
                if expected.tzinfo is None:
                    expected = expected.replace(tzinfo=UTC)
                self.assertEqual(aware_utc(text), expected)

    def test_a_time_that_does_not_exist_is_refused(self):
        for text in ("2026-02-30T12:00:00Z", "2026-01-31T25:00:00", "١٢٣٤-01-31"):
            with self.subTest(text), self.assertRaises(ValueError):
                aware_utc(text)
