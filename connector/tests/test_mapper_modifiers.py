# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# pylint: disable=missing-return
import datetime

from odoo.tests import BaseCase

from ..components.mapper import (
    Modifier,
    backend_field,
    concat,
    convert,
    iso_datetime,
    keep_falsy,
    local_date,
    modifier,
    none,
    utc_datetime,
    value_table,
)
from ..exception import MappingError


def foreign(field):
    def modifier(self, record, to_attr):
        return record[field]

    return modifier


class TestValueModifiers(BaseCase):
    def change(self, row_modifier, value):
        return row_modifier(None, {"source": value}, "target")

    def test_convert_converts_what_is_true_and_gives_false_otherwise(self):
        self.assertEqual(self.change(convert("source", int), "42"), 42)
        for empty in (0, 0.0, "", None, False, []):
            self.assertIs(self.change(convert("source", str), empty), False)

    def test_the_converted_value_stays_as_it_is(self):
        self.assertEqual(self.change(convert("source", int), "0"), 0)
        self.assertIsNot(self.change(convert("source", int), "0"), False)

    def test_none_replaces_what_is_false(self):
        for empty in (0, "", None, False):
            self.assertIsNone(self.change(none("source"), empty))
        self.assertEqual(self.change(none("source"), 5), 5)

    def test_modifiers_nest_in_any_depth(self):
        nested = none(convert(convert(foreign("source"), int), str))
        self.assertEqual(self.change(nested, "7"), "7")
        self.assertIsNone(self.change(nested, ""))

    def test_keep_falsy_passes_numbers_and_texts_on(self):
        for value in (0, 0.0, "", None, False):
            kept = self.change(keep_falsy("source"), value)
            self.assertEqual((kept, type(kept)), (value, type(value)))

    def test_keep_falsy_reaches_the_modifiers_in_it(self):
        kept = self.change(keep_falsy(convert("source", str)), 0)
        self.assertEqual(kept, "0")
        kept = self.change(keep_falsy(none(convert("source", float))), 0)
        self.assertEqual((kept, type(kept)), (0.0, float))
        self.assertIsNone(self.change(keep_falsy(none("source")), False))

    def test_keep_falsy_reaches_the_modifiers_around_it(self):
        self.assertEqual(self.change(convert(keep_falsy("source"), str), 0), "0")
        self.assertEqual(self.change(none(keep_falsy("source")), 0), 0)

    def test_keep_falsy_leaves_the_modifier_it_was_given_as_it_is(self):
        original = convert("source", str)
        keep_falsy(original)
        self.assertIs(self.change(original, 0), False)

    def test_keep_falsy_converts_no_missing_value(self):
        for value in (None, False, ""):
            self.assertEqual(
                self.change(keep_falsy(convert("source", int)), value), value
            )

    def test_a_value_table_translates_both_ways(self):
        table = {"draft": "new", "done": "closed"}
        self.assertEqual(self.change(value_table("source", table), "done"), "closed")
        back = value_table("source", table, reverse=True)
        self.assertEqual(self.change(back, "closed"), "done")

    def test_a_value_table_falls_back_on_its_default(self):
        with_default = value_table("source", {"a": 1}, default=9)
        self.assertEqual(self.change(with_default, "b"), 9)
        self.assertIs(self.change(with_default, False), False)

    def test_a_value_that_no_table_holds_is_named_with_those_it_holds(self):
        with self.assertRaisesRegex(MappingError, "'b'.*'a', 'c'"):
            self.change(value_table("source", {"a": 1, "c": 2}), "b")

    def test_a_value_table_may_hold_false_values(self):
        self.assertEqual(self.change(value_table("source", {0: "none"}), 0), "none")

    def test_concat_joins_the_values_that_exist(self):
        joined = concat("first", "middle", "last", separator="-")
        record = {"first": "a", "middle": False, "last": 0}
        self.assertEqual(joined(None, record, "target"), "a-0")
        record = {"first": None, "middle": False, "last": ""}
        self.assertIs(joined(None, record, "target"), False)

    def test_utc_datetime_takes_iso_texts_with_and_without_offset(self):
        noon = datetime.datetime(2026, 5, 4, 12, 0)
        for text in (
            "2026-05-04T12:00:00Z",
            "2026-05-04T14:00:00+02:00",
            "2026-05-04 12:00:00",
        ):
            self.assertEqual(self.change(utc_datetime("source"), text), noon)

    def test_utc_datetime_of_a_time_zone_knows_summer_time(self):
        paris = utc_datetime("source", timezone="Europe/Paris")
        for month, hour in ((1, 11), (7, 10)):
            self.assertEqual(
                self.change(paris, f"2026-{month:02}-15T12:00:00"),
                datetime.datetime(2026, month, 15, hour),
            )

    def test_utc_datetime_takes_datetimes_and_seconds(self):
        aware = datetime.datetime(
            2026, 5, 4, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=-3))
        )
        self.assertEqual(
            self.change(utc_datetime("source"), aware),
            datetime.datetime(2026, 5, 4, 15),
        )
        self.assertEqual(
            self.change(utc_datetime("source"), 86400), datetime.datetime(1970, 1, 2)
        )
        self.assertIs(self.change(utc_datetime("source"), ""), False)

    def test_utc_datetime_has_whole_seconds(self):
        second = datetime.datetime(2026, 5, 4, 12, 0, 7)
        for value in (
            "2026-05-04T12:00:07.999999Z",
            second.replace(microsecond=999),
            second.replace(tzinfo=datetime.timezone.utc).timestamp() + 0.75,
        ):
            self.assertEqual(self.change(utc_datetime("source"), value), second)

    def test_a_placeholder_of_a_time_becomes_false(self):
        for value in (
            "0000-00-00 00:00:00",
            "0000-00-00",
            "0000-00-00T00:00:00Z",
            "00000000000000",
            "0001-01-01T00:00:00",
            "0001-01-01T00:00:00+02:00",
            "-0001-11-30T00:00:00+00:00",
            "",
            " ",
            None,
            datetime.datetime.min,
            datetime.datetime.min.replace(tzinfo=datetime.timezone.utc),
            datetime.date.min,
        ):
            for make in (utc_datetime, local_date):
                for row in (make("source"), keep_falsy(make("source"))):
                    self.assertIs(self.change(row, value), False, (row, value))

    def test_a_value_that_cannot_be_a_time_is_an_error(self):
        for value in ("yesterday", "2026-00-00", True):
            for make in (utc_datetime, local_date):
                with self.assertRaises((ValueError, TypeError)):
                    self.change(make("source"), value)

    def test_local_date_is_the_day_in_the_zone(self):
        brussels = local_date("source", "Europe/Brussels")
        june = datetime.date(2026, 6, 1)
        for value in (
            "2026-05-31T22:30:00Z",
            "2026-05-31T22:30:00.5+00:00",
            "2026-06-01 00:30:00",
            datetime.datetime(2026, 5, 31, 22, 30, tzinfo=datetime.timezone.utc),
            datetime.datetime(2026, 6, 1, 0, 30),
            datetime.datetime(
                2026, 5, 31, 22, 30, tzinfo=datetime.timezone.utc
            ).timestamp(),
            "2026-06-01",
            "20260601",
            june,
        ):
            self.assertEqual(self.change(brussels, value), june, value)
        new_york = local_date("source", "America/New_York", naive_timezone="UTC")
        for value in ("2026-06-02 03:00:00", "2026-06-02T03:00:00Z", "2026-06-01"):
            self.assertEqual(self.change(new_york, value), june, value)

    def test_zone_of_local_date_may_come_from_elsewhere(self):
        class Shop:
            backend_record = {"tz": "Asia/Tokyo"}

        text = "2026-05-31T22:30:00Z"
        for zone, day in (
            (backend_field("tz"), 1),
            (lambda mapper, record, to_attr: record["zone"], 1),
            (lambda mapper, record, to_attr: False, 31),
        ):
            record = {"source": text, "zone": "Europe/Brussels"}
            found = local_date("source", zone)(Shop(), record, "target")
            self.assertEqual(found.day, day)

    def test_unknown_zone_is_named(self):
        with self.assertRaisesRegex(ValueError, "no time zone 'Mars/Olympus'"):
            local_date("source", "Mars/Olympus")

    def test_iso_datetime_is_the_way_back(self):
        text = self.change(
            iso_datetime("source", timezone="Europe/Paris"),
            datetime.datetime(2026, 7, 15, 10),
        )
        self.assertEqual(text, "2026-07-15T12:00:00+02:00")
        self.assertIs(self.change(iso_datetime("source"), False), False)

    def test_modifier_names_the_source_of_any_function(self):
        def read(self, record, to_attr):
            return f"{to_attr}: {record['source']}"

        named = modifier(read, source_field="source")
        self.assertEqual(self.change(named, 3), "target: 3")
        self.assertEqual(named.source_field, "source")

    def test_a_modifier_reads_dotted_paths(self):
        dotted = convert("a.b", int)
        self.assertEqual(dotted(None, {"a": {"b": "3"}}, "target"), 3)
        self.assertIs(dotted(None, {"a": None}, "target"), False)

    def test_a_subclass_may_do_its_own_call(self):
        class Doubled(Modifier):
            __slots__ = ()

            def __call__(self, mapper, record, to_attr):
                return super().__call__(mapper, record, to_attr) * 2

        doubled = Doubled("source", lambda read, keeps_falsy: read, "doubled")
        self.assertEqual(self.change(convert(doubled, str), 4), "8")
        self.assertEqual(self.change(keep_falsy(convert(doubled, str)), 0), "0")

    def test_a_modifier_shows_what_it_does(self):
        shown = repr(keep_falsy(none(convert("source", int))))
        self.assertEqual(shown, "none ← convert(int) ← keep_falsy")
