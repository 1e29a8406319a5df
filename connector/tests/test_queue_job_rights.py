# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged

from odoo.addons.queue_job.job import Job

from .common import TestConnectorCase

MANAGER = "base.group_user,connector.group_connector_manager"
METHODS = (
    "requeue",
    "button_done",
    "button_cancelled",
    "open_related_action",
    "open_graph_jobs",
    "related_action_open_record",
    "related_action_unwrap_binding",
    "related_action_imported_bindings",
)


@tagged("post_install", "-at_install")
class TestQueueJobRights(TestConnectorCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(cls.env, "jobs-manager", groups=MANAGER)
        cls.foreign = cls.store(cls.env["res.partner"], "exists")
        cls.own = cls.store(cls.env["test.res.partner"], "import_batch", cls.backend)

    @classmethod
    def store(cls, records, method, *args, **kwargs):
        """Return a stored job that failed."""
        job = Job(getattr(records, method), args=args, kwargs=kwargs)
        job.store()
        stored = job.db_record()
        stored.state = "failed"
        cls.env.flush_all()
        cls.env.invalidate_all()
        return stored

    def as_user(self, job, user=None):
        return job.with_user(user or self.manager).sudo(False)

    def found(self, user=None):
        jobs = self.env["queue.job"].with_user(user or self.manager)
        return jobs.search([("id", "in", (self.foreign + self.own).ids)])

    # -- jobs of other addons -------------------------------------------------

    def test_a_manager_finds_the_jobs_of_connectors_only(self):
        self.assertEqual(self.found().ids, self.own.ids)
        jobs = self.env["queue.job"].with_user(self.manager)
        self.assertEqual(
            jobs.search_count([("id", "=", self.foreign.id), ("state", "!=", "x")]), 0
        )
        self.assertFalse(
            jobs.read_group([("id", "=", self.foreign.id)], ["id:sum"], ["state"])
            if hasattr(jobs, "read_group")
            else jobs._read_group([("id", "=", self.foreign.id)], ["state"])
        )

    def test_a_job_of_another_addon_is_out_of_reach_of_every_method_over_rpc(self):
        model = self.env["queue.job"].with_user(self.manager)
        for method in METHODS:
            for ids in (self.foreign.ids, (self.own + self.foreign).ids[-1:]):
                with (
                    self.subTest(method),
                    self.assertRaises(AccessError),
                    self.env.cr.savepoint(),
                ):
                    call_kw(model, method, [ids], {})
        with self.assertRaises(AccessError):
            call_kw(model, "read", [self.foreign.ids, ["exc_info"]], {})
        self.assertEqual(self.foreign.state, "failed")

    def test_one_foreign_job_among_those_of_connectors_refuses_them_all(self):
        for method in ("requeue", "button_done", "button_cancelled"):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(self.as_user(self.own + self.foreign), method)()
        self.assertEqual((self.own + self.foreign).mapped("state"), ["failed"] * 2)

    def test_a_foreign_job_that_depends_on_a_connectors_job_is_not_cancelled(self):
        first = Job(self.env["test.res.partner"].import_batch, args=(self.backend,))
        then = Job(self.env["res.partner"].exists)
        then.add_depends({first})
        first.store()
        then.store()
        self.env.flush_all()
        self.env.invalidate_all()
        job = self.as_user(first.db_record())
        for method in ("button_cancelled", "button_done"):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(job, method)()
        self.assertEqual(then.db_record().state, "wait_dependencies")

    def test_the_wizards_are_those_of_queue_managers(self):
        for wizard, method in (
            ("queue.requeue.job", "requeue"),
            ("queue.jobs.to.done", "set_done"),
            ("queue.jobs.to.cancelled", "set_cancelled"),
        ):
            made = self.env[wizard].create({"job_ids": self.foreign.ids})
            with self.subTest(wizard), self.assertRaises(AccessError):
                call_kw(
                    self.env[wizard].with_user(self.manager), method, [made.ids], {}
                )
        self.assertEqual(self.foreign.state, "failed")

    # -- jobs of connectors ---------------------------------------------------

    def test_a_manager_requeues_completes_and_cancels_the_jobs_of_connectors(self):
        for method, state in (
            ("requeue", "pending"),
            ("button_cancelled", "cancelled"),
            ("requeue", "pending"),
            ("button_done", "done"),
        ):
            getattr(self.as_user(self.own), method)()
            self.assertEqual(self.own.state, state)

    def test_an_operator_requeues_jobs_and_ends_none(self):
        operator = new_test_user(
            self.env,
            "jobs-operator",
            groups="base.group_user,connector.group_connector_operator",
        )
        self.assertEqual(self.found(operator).ids, self.own.ids)
        for method in ("button_done", "button_cancelled"):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(self.as_user(self.own, operator), method)()
        self.assertTrue(self.as_user(self.own, operator).requeue())
        self.assertEqual(self.own.state, "pending")

    def test_jobs_that_name_no_backend_are_known_by_their_model(self):
        binding = self.env["test.res.partner"].create(
            {"backend_id": self.backend.id, "external_id": "1", "name": "Ada"}
        )
        for records in (binding, self.backend):
            job = self.store(records, "exists")
            job.write({"sync_backend_model": False, "sync_backend_id": False})
            self.env.flush_all()
            with self.subTest(records._name):
                self.assertTrue(self.as_user(job).requeue())
                self.assertEqual(job.state, "pending")

    def test_a_job_whose_backend_was_deleted_can_be_cancelled(self):
        self.own.sync_backend_id = 0x7FFFFFFF
        self.assertTrue(self.as_user(self.own).button_cancelled())
        self.assertEqual(self.own.state, "cancelled")

    def test_a_user_without_access_to_the_backend_may_not_change_its_jobs(self):
        self.env["ir.rule"].create(
            {
                "name": "none",
                "model_id": self.env["ir.model"]._get_id(self.backend._name),
                "domain_force": f"[('id', '!=', {self.backend.id})]",
            }
        )
        self.assertFalse(self.found())
        for method in METHODS:
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(self.as_user(self.own), method)()

    # -- others ---------------------------------------------------------------

    def test_a_manager_of_the_job_queue_reaches_all_jobs_as_before(self):
        user = new_test_user(
            self.env,
            "jobs-queue",
            groups="base.group_user,queue_job.group_queue_job_manager",
        )
        self.assertEqual(self.found(user), (self.foreign + self.own).with_user(user))
        self.assertTrue(self.as_user(self.foreign, user).requeue())
        self.assertEqual(self.foreign.state, "pending")

    def test_the_right_to_read_jobs_is_not_one_to_change_them(self):
        group = self.env["res.groups"].create({"name": "Auditors"})
        self.env["ir.model.access"].create(
            {
                "name": "auditors",
                "model_id": self.env["ir.model"]._get_id("queue.job"),
                "group_id": group.id,
                "perm_read": True,
            }
        )
        auditor = new_test_user(self.env, "jobs-auditor")
        auditor.group_ids += group
        self.assertEqual(len(self.found(auditor)), 2)
        for method in ("requeue", "button_done", "button_cancelled"):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(self.as_user(self.own, auditor), method)()
