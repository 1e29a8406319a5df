# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo import SUPERUSER_ID, api, fields
from odoo.tests.common import tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.controllers.main import RunJobController
from odoo.addons.queue_job.job import Job

from ..components.exporter.queue import ExportRequests, delay_export
from .export_common import ProcessCase

BINDING = "test.export.partner"


@tagged("post_install", "-at_install")
class TestSwitchInTransactions(ProcessCase):
    """Jobs and edits that are committed, as the job runner and users do."""

    def setUp(self):
        super().setUp()
        self.binding_id = self.make_partner()
        self.addCleanup(self._clean)

    def _clean(self):
        with self.transaction() as env:
            self.backend(env).state = "production"
            env["queue.job"].search([("model_name", "=", BINDING)]).unlink()
            env["connector.unconfirmed.field"].search([]).unlink()

    def backend(self, env):
        return env["test.export.backend"].browse(self.backend_id)

    def binding(self, env):
        return env[BINDING].browse(self.binding_id)

    def run_enqueued(self, uuid):
        """Run a job as the server does that the job runner has called."""
        with self.transaction() as env:
            env["queue.job"].search([("uuid", "=", uuid)]).write(
                {"state": "enqueued", "date_enqueued": fields.Datetime.now()}
            )
        with (
            self.registry.cursor() as cr,
            patch(f"{RunJobController.__module__}.config", {"test_enable": False}),
        ):
            env = self.transaction_env(cr)
            job = RunJobController._acquire_job(env, uuid)
            RunJobController._runjob(env, job)
        with self.transaction() as env:
            job = env["queue.job"].search([("uuid", "=", uuid)])
            return job.read(["state", "retry", "eta", "result", "sync_is_parked"])[0]

    def transaction_env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})

    def test_the_runner_parks_the_job_and_activation_runs_it(self):
        with self.transaction() as env:
            uuid = delay_export(self.binding(env)).uuid
            self.backend(env).button_pause()
        for __ in range(2):  # a second start, before its time, changes nothing
            job = self.run_enqueued(uuid)
            self.assertEqual((job["state"], job["retry"]), ("pending", 0))
            self.assertTrue(job["sync_is_parked"] and job["eta"])
            self.assertIn("is paused", job["result"])
        self.assertFalse(self.read_partner(self.binding_id, "external_id"))
        with self.transaction() as env:
            self.backend(env).button_resume()
        self.assertEqual(self.run_enqueued(uuid)["state"], "done")
        self.assertTrue(self.read_partner(self.binding_id, "external_id"))

    def resume(self):
        with self.transaction() as env:
            self.backend(env).button_resume()

    def paused_job(self):
        """Pause the backend, and return the uuid of a job that waits."""
        with self.transaction() as env:
            uuid = delay_export(self.binding(env)).uuid
            self.backend(env).button_pause()
        return uuid

    def assertRunsSoon(self, uuid):
        with self.transaction() as env:
            job = env["queue.job"].search([("uuid", "=", uuid)])
            self.assertEqual((job.state, job.sync_is_parked), ("pending", False))
            soon = fields.Datetime.now() + timedelta(minutes=1)
            self.assertTrue(not job.eta or job.eta <= soon, job.eta)

    def test_a_job_that_is_refused_while_its_backend_is_resumed_is_not_parked(self):
        uuid = self.paused_job()
        postpone = Job.postpone

        def postpone_later(job, **kwargs):
            self.resume()
            return postpone(job, **kwargs)

        with patch.object(Job, "postpone", postpone_later):
            self.run_enqueued(uuid)
        self.assertRunsSoon(uuid)

    def test_a_job_that_is_parked_while_its_backend_is_resumed_runs_soon(self):
        uuid = self.paused_job()
        find_reason = self.registry["test.export.backend"]._find_reason_to_pause
        asked = []

        def find_reason_of_before(backend):
            reason = find_reason(backend)
            asked.append(reason)
            if len(asked) == 2:  # the first time, the job is refused
                self.resume()
            return reason

        with patch.object(
            self.registry["test.export.backend"],
            "_find_reason_to_pause",
            find_reason_of_before,
        ):
            self.run_enqueued(uuid)
        self.assertTrue(asked[0] and asked[1])
        self.assertRunsSoon(uuid)

    def test_an_activation_wakes_what_was_parked_since_it_began(self):
        uuid = self.paused_job()
        with self.transaction() as env:
            self.assertTrue(self.backend(env).reason_to_pause)
            self.assertTrue(self.run_enqueued(uuid)["sync_is_parked"])
            self.backend(env).button_resume()
        self.assertRunsSoon(uuid)

    def test_an_activation_exports_what_was_edited_since_it_began(self):
        with self.transaction() as env:
            self.backend(env).button_pause()
        with self.transaction() as env:
            self.assertTrue(self.backend(env).reason_to_pause)
            with self.transaction() as user:
                ExportRequests.of(user.cr).export(self.binding(user), ["name"])
            self.backend(env).button_resume()
        with self.transaction() as env:
            jobs = env["queue.job"].search([("model_name", "=", BINDING)])
            self.assertIn("export_unconfirmed", jobs.mapped("method_name"))

    @mute_logger("odoo.sql_db")
    def test_an_edit_is_not_committed_beside_an_activation_that_it_missed(self):
        """It would have no job: the activation has looked for edits already."""
        with self.transaction() as env:
            self.backend(env).button_pause()
        with (
            self.assertRaises(psycopg2.errors.SerializationFailure),
            self.transaction() as user,
        ):
            self.assertTrue(self.backend(user).reason_to_pause)
            with self.transaction() as env:
                self.backend(env).button_resume()
            ExportRequests.of(user.cr).export(self.binding(user), ["name"])

    @mute_logger("odoo.sql_db")
    def test_an_activation_waits_for_the_edits_that_are_being_saved(self):
        with self.transaction() as env:
            self.backend(env).button_pause()
        with self.registry.cursor() as cr:
            user = self.transaction_env(cr)
            ExportRequests.of(cr).export(self.binding(user), ["name"])
            cr.flush()
            with (
                self.assertRaises(psycopg2.errors.LockNotAvailable),
                self.transaction() as env,
            ):
                env.cr.execute("SET LOCAL lock_timeout = '200ms'")
                self.backend(env).button_resume()
                env.flush_all()
