# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import OrderedDict, namedtuple
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from types import MappingProxyType
from uuid import UUID

from markupsafe import Markup

from odoo.fields import Command, Domain
from odoo.tests import tagged
from odoo.tools import OrderedSet, frozendict, lazy
from odoo.tools.translate import LazyGettext

from odoo.addons.queue_job.job import Job, identity_exact

from .common import TestConnectorCase

PARTNER = "test.res.partner"
Range = namedtuple("Range", ["low", "high"])


class Kind(Enum):
    SHOP = "shop"


class Number(IntEnum):
    ONE = 1


#: arguments that callers pass, and those that the method gets
CONVERTED = {
    "domain": (Domain("name", "=", "Ada"), [["name", "=", "Ada"]]),
    "domain of several": (
        Domain("name", "=", "Ada") & Domain("id", "in", {2, 1}),
        ["&", ["name", "=", "Ada"], ["id", "in", [1, 2]]],
    ),
    "domain that is always true": (Domain.TRUE, [[1, "=", 1]]),
    "list of a domain's conditions": ([("id", "in", {3})], [["id", "in", [3]]]),
    "set": ({"b", "a"}, ["a", "b"]),
    "set of several types": ({"b", 1}, ["b", 1]),
    "frozenset": (frozenset([2, 1]), [1, 2]),
    "ordered set": (OrderedSet(["b", "a"]), ["a", "b"]),
    "tuple": ((1, (2, 3)), [1, [2, 3]]),
    "named tuple": (Range(1, 2), [1, 2]),
    "keys of a dict": ({"a": 1, "b": 2}.keys(), ["a", "b"]),
    "values of a dict": ({"a": 1, "b": 2}.values(), [1, 2]),
    "items of a dict": ({"a": 1}.items(), [["a", 1]]),
    "generator": ((number for number in (2, 1)), [2, 1]),
    "map": (map(str, [1]), ["1"]),
    "range": (range(3), [0, 1, 2]),
    "ordered dict": (OrderedDict(a={1}), {"a": [1]}),
    "frozen dict": (frozendict(a=1), {"a": 1}),
    "mapping proxy": (MappingProxyType({"a": 1}), {"a": 1}),
    "keys of an enumeration": ({Kind.SHOP: 1}, {"shop": 1}),
    "date": (date(2026, 1, 31), date(2026, 1, 31)),
    "datetime": (datetime(2026, 1, 31, 12), datetime(2026, 1, 31, 12)),
    "aware datetime": (
        {"since": datetime(2026, 1, 31, tzinfo=timezone.utc)},
        {"since": datetime(2026, 1, 31, tzinfo=timezone.utc)},
    ),
    "time": (time(12, 30), "12:30:00"),
    "enumeration": (Kind.SHOP, "shop"),
    "enumeration of numbers": (Number.ONE, 1),
    "command": ([Command.link(3)], [[4, 3, 0]]),
    "markup": (Markup("<b>x</b>"), "<b>x</b>"),
    "lazy text": (LazyGettext("Draft", _module="connector"), "Draft"),
    "lazy value": (lazy(lambda: {1}), [1]),
    "decimal": (Decimal("9.99"), 9.99),
    "whole decimal": (Decimal("5"), 5),
    "uuid": (
        UUID("12345678123456781234567812345678"),
        "12345678-1234-5678-1234-567812345678",
    ),
    "nothing": (None, None),
    "truth": (True, True),
}
REFUSED = {
    "a signaling NaN": Decimal("sNaN"),
    "a number that cannot be written": 10**5000,
    "one in a list": [{"a": (10**5000,)}],
    "bytes": b"x",
    "object": object(),
    "function": len,
    "class": dict,
    "error": ValueError("x"),
    "duration": timedelta(1),
    "no number": float("nan"),
    "infinite": Decimal("Infinity"),
    "NUL": ["a\0b"],
    "half of a surrogate pair": {"name": "\ud800"},
    "key that is a tuple": {(1, 2): 3},
    "object in a list": [[object()]],
}


@tagged("post_install", "-at_install")
class TestJobArguments(TestConnectorCase):
    __test__ = True

    def stored(self, value):
        """Return an argument of a job as it is loaded."""
        job = self.env[PARTNER].with_delay().import_batch(self.backend, filters=value)
        self.env.invalidate_all()
        return Job.load(self.env, job.uuid).kwargs["filters"]

    def test_passed_arguments_can_be_stored(self):
        for title, (value, expected) in CONVERTED.items():
            with self.subTest(title):
                found = self.stored(value)
                self.assertEqual(found, expected)
                self.assertIs(type(found), type(expected))

    def test_records_stay_records(self):
        partner = self.env.user.partner_id
        self.assertEqual(self.stored({"partners": [partner]}), {"partners": [partner]})

    def test_positional_arguments_are_converted(self):
        model = self.env[PARTNER]
        for delayable in (model.with_delay(), model.delayable()):
            job = delayable.import_chunk(self.backend, {2, 1})
            if not isinstance(job, Job):
                job.delay()
                job = job._generated_job
            self.assertEqual(job.args, (self.backend, [1, 2]))

    def test_a_job_of_a_domain_finds_what_it_matches(self):
        self.system.put(PARTNER, {"id": 1, "name": "Ada", "updated_at": False})
        job = (
            self.env[PARTNER]
            .with_delay()
            .import_batch(self.backend, {"id": Number.ONE})
        )
        with self.trap_jobs() as trap:
            Job.load(self.env, job.uuid).perform()
        self.assertEqual([job.args[1] for job in trap.enqueued_jobs], [[1]])

    def test_equal_sets_make_equal_jobs(self):
        keys = {
            self.env[PARTNER]
            .with_delay(identity_key=identity_exact)
            .import_batch(self.backend, filters=OrderedSet(order))
            .uuid
            for order in (["a", "b"], ["b", "a"])
        }
        self.assertEqual(len(keys), 1)

    def test_an_argument_that_cannot_be_stored_is_refused_by_name(self):
        circle = []
        circle.append(circle)
        for title, value in {**REFUSED, "circle": circle}.items():
            with self.subTest(title):
                with self.assertRaisesRegex(
                    TypeError, rf"{PARTNER}\.import_batch: the argument filters cannot"
                ):
                    self.env[PARTNER].with_delay().import_batch(
                        self.backend, filters=value
                    )
                with self.assertRaisesRegex(TypeError, "the argument filters cannot"):
                    self.env[PARTNER].with_delay().import_batch(self.backend, value)

    def test_a_refused_argument_leaves_no_job(self):
        jobs = self.env["queue.job"].search_count([])
        with self.assertRaises(TypeError):
            self.env[PARTNER].with_delay().import_record(self.backend, b"1")
        self.assertEqual(self.env["queue.job"].search_count([]), jobs)
