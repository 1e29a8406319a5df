# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.connector.exception import NetworkRetryableError
from odoo.addons.queue_job.job import Job

from .rights_common import MANAGER, RightsCase


@tagged("post_install", "-at_install")
class TestJobRights(RightsCase):
    """A job runs as the user who caused it, in the company of its backend."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.both = cls._user("both", MANAGER, cls.elsewhere)
        cls.both.company_ids += cls.here
        cls.backend.write({"sync_partners": "both", "export_new": True})
        cls.env.flush_all()

    @contextmanager
    def new_jobs(self):
        """Give a list, in which the jobs made in the block are at its end."""
        known, jobs = self.env["queue.job"].search([]), []
        yield jobs
        self.env.flush_all()
        self.env.cr.precommit.run()
        jobs += self.env["queue.job"].search([("id", "not in", known.ids)])

    def run_as(self, backend):
        """Delay the imports, run one as a worker does; return its user and company."""
        seen = []

        def import_changes(model, backend, **kwargs):
            with backend.work_on(model._name) as work:
                seen.append((work.env.uid, work.env.company, work.env.su))

        backend.import_changes()
        self.env.flush_all()
        job = self.env["queue.job"].search(
            [("method_name", "=", "import_changes")], order="id desc", limit=1
        )
        self.env.invalidate_all()
        model = self.env.registry["odoo.res.partner"]
        with patch.object(model, "import_changes", import_changes):
            stored = Job.load(self.env, job.uuid)
            stored.perform()
        return job, *seen[0]

    def test_a_job_runs_as_the_user_and_in_the_company_of_the_backend(self):
        backend = self.backend.with_user(self.both)
        job, uid, company, is_superuser = self.run_as(backend)
        self.assertEqual((uid, company, is_superuser), (self.both.id, self.here, False))
        self.assertEqual((job.user_id, job.company_id), (self.both, self.here))

    def test_a_scheduled_job_runs_in_the_company_of_the_backend(self):
        job, __, company, __ = self.run_as(self.backend)
        self.assertEqual((company, job.company_id), (self.here, self.here))

    def test_a_manager_of_another_company_does_not_see_the_jobs(self):
        stranger = self._user("stranger", MANAGER, self.elsewhere)
        job = self.run_as(self.backend)[0]
        self.assertTrue(job.with_user(self.manager).search([("id", "=", job.id)]))
        self.assertFalse(job.with_user(stranger).search([("id", "=", job.id)]))

    def test_a_manager_of_another_company_does_not_touch_the_jobs(self):
        """Also those that run in a company that is not the backend's."""
        stranger = self._user("stranger", MANAGER, self.elsewhere)
        job = self.run_as(self.backend)[0]
        for company in (self.here, self.elsewhere, self.env["res.company"]):
            job.write({"company_id": company.id, "state": "failed"})
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertFalse(job.with_user(stranger).search([("id", "=", job.id)]))
            for method in ("requeue", "button_done", "button_cancelled"):
                with self.subTest(method), self.assertRaises(AccessError):
                    getattr(job.with_user(stranger), method)()
        job.company_id = self.here
        self.assertTrue(job.with_user(self.manager).requeue())

    def test_it_stays_so_after_a_retry_and_after_its_user_was_deleted(self):
        seen = []

        def fail(model, backend, **kwargs):
            with backend.work_on(model._name) as work:
                seen.append((work.env.uid, work.env.company, work.env.su))
            raise NetworkRetryableError("not now")

        with self.new_jobs() as jobs:
            self.backend.with_user(self.both).import_changes()
        model = self.env.registry["odoo.res.partner"]
        for _attempt in range(2):
            self.env.invalidate_all()
            job = Job.load(self.env, jobs[0].uuid)
            with (
                patch.object(model, "import_changes", fail),
                self.assertRaises(NetworkRetryableError),
            ):
                job.perform()
            job.postpone()
            job.store()
            self.both.active = False
        self.assertEqual(seen, [(self.both.id, self.here, False)] * 2)

    def test_one_of_the_schedule_runs_as_the_user_of_the_backend(self):
        self.env["odoo.backend"].search([]).state = "draft"
        self.backend.user_id = self.both
        self.backend.write({"state": "production", "import_interval_minutes": 5})
        action = self.env.ref("connector.ir_cron_run_schedules").ir_actions_server_id
        with self.new_jobs() as jobs:
            action.run()
        self.assertEqual({job.user_id for job in jobs}, {self.both})
        self.assertFalse(jobs[0].records.env.su)
        self.assertEqual(jobs[0].company_id, self.here)

    def test_whatever_causes_it_it_is_in_the_company_of_the_backend(self):
        """A job names the backend; only users of its company see it."""
        companies = self.elsewhere + self.here
        as_both = self.binding.with_user(self.both).with_context(
            allowed_company_ids=companies.ids
        )
        run = self.env["connector.sync.run"]._start(
            self.backend, "odoo.res.partner", "removal"
        )
        run.question = "Remove them?"
        self.both.group_ids += self.env.ref("base.group_partner_manager")
        for cause in (
            as_both.button_synchronize,
            as_both.button_send,
            lambda: as_both.odoo_id.write({"name": "Ada L."}),
            run.with_env(as_both.env).action_confirm_removal,
            as_both.backend_id.import_changes,
            as_both.backend_id.action_import_all,
            as_both.backend_id.export_all,
            as_both.backend_id.button_dry_run,
            as_both.backend_id.import_removed,
        ):
            with self.subTest(cause), self.new_jobs() as jobs:
                cause()
            self.assertTrue(jobs)
            self.assertEqual({job.company_id for job in jobs}, {self.here})
            self.assertEqual({job.user_id for job in jobs}, {self.both})
            self.env["queue.job"].search([]).unlink()

    def test_a_deletion_is_in_the_company_of_the_backend(self):
        self.backend.export_deletions = True
        partner = self.binding.odoo_id.with_user(self.both).sudo()
        with self.new_jobs() as jobs:
            partner.with_company(self.elsewhere).unlink()
        (job,) = jobs
        self.assertEqual(job.method_name, "export_delete_record")
        self.assertEqual((job.company_id, job.user_id), (self.here, self.both))

    def test_a_new_record_of_another_company_is_not_exported(self):
        partners = self.env["res.partner"]
        for company, is_bound in (
            (self.elsewhere, False),
            (self.here, True),
            (self.env["res.company"], True),
        ):
            partner = partners.create({"name": "Bob", "company_id": company.id})
            self.env.flush_all()
            self.env.cr.precommit.run()
            bound_to = partner.odoo_bind_ids.backend_id
            self.assertEqual(self.backend in bound_to, is_bound)
