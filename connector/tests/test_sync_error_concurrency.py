# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Workers that open, count up and resolve the same error at the same time."""

from contextlib import contextmanager
from threading import Thread

from odoo import SUPERUSER_ID
from odoo.api import Environment
from odoo.modules.registry import Registry
from odoo.tests import tagged
from odoo.tests.common import BaseCase, get_db_name
from odoo.tools import mute_logger

from ..jobs.subject import UNREACHED

#: of rows that no other test has
BACKEND = ("test.concurrent.errors", 1)


@tagged("post_install", "-at_install")
class TestConcurrentErrors(BaseCase):
    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.addCleanup(self.delete_all)

    @contextmanager
    def worker(self):
        """Yield the errors in a separate transaction, which is committed."""
        with self.registry.cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {})
            cr.execute("SELECT 1 FROM connector_sync_error")  # its snapshot begins
            yield env["connector.sync.error"]

    def delete_all(self):
        with self.worker() as errors:
            for model in ("connector.sync.error", "connector.sync.cause"):
                errors.env[model].search([("backend_model", "=", BACKEND[0])]).unlink()

    def note(self, errors, subject="x import record:1", reason="no unit", **values):
        return errors._note(*BACKEND, subject, cause="data", reason=reason, **values)

    def rows(self):
        with self.worker() as errors:
            found = errors.search([("backend_model", "=", BACKEND[0])], order="id")
            return [(e.subject, e.state, e.attempts, e.cause_id.summary) for e in found]

    def race(self, **second):
        """Open an error while another transaction that is not committed does so."""
        done = []

        def open_second():
            with self.worker() as errors, mute_logger("odoo.sql_db"):
                done.append(self.note(errors, **second))

        with self.worker() as errors:
            self.note(errors)
            errors.env.flush_all()
            thread = Thread(target=open_second)
            thread.start()
            thread.join(0.5)
            self.assertFalse(done)  # it waits for the unique index
        thread.join(60)
        self.assertEqual(len(done), 1)

    def test_two_workers_that_open_the_same_error_open_one(self):
        self.race()
        ((subject, state, attempts, summary),) = self.rows()
        self.assertEqual((state, attempts, summary), ("open", 1, "No unit"))

    def test_two_workers_that_meet_a_new_cause_open_both_errors(self):
        self.race(subject="x import record:2")
        first, second = self.rows()
        self.assertEqual((first[3], second[3]), ("No unit", False))
        with self.worker() as errors:
            errors._link_missing()
        self.assertEqual({row[3] for row in self.rows()}, {"No unit"})

    def test_an_error_that_another_worker_counts_up_is_left_to_it(self):
        with self.worker() as errors:
            self.note(errors)
        with self.worker() as one, self.worker() as other:
            self.note(one)
            one.env.flush_all()
            self.assertTrue(self.note(other))
        self.assertEqual(self.rows()[0][2], 2)

    def test_of_two_successes_one_resolves_and_none_fails(self):
        with self.worker() as errors:
            self.note(errors, UNREACHED)
        with self.worker() as late:
            found = late.search([("backend_model", "=", BACKEND[0])])
            with self.worker() as one, self.worker() as other:
                one.browse(found.ids)._resolve_with_jobs()
                one.env.flush_all()
                other.browse(found.ids)._resolve_with_jobs()
            with mute_logger("odoo.sql_db"):
                found._resolve_with_jobs()
            self.assertTrue(late.env["res.users"].search_count([]))
        self.assertEqual(self.rows()[0][1], "resolved")
