# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields
from odoo.tests import tagged
from odoo.tools.misc import file_open

from ..components.importer.found import FoundRecord
from .export_common import ExportCase

WAITING = ("wait_dependencies", "pending", "enqueued", "started", "failed")


@tagged("post_install", "-at_install")
class TestNeutralize(ExportCase):
    """Effect of ``odoo neutralize`` on the tables of every connector."""

    def neutralize(self):
        self.env.flush_all()
        with file_open("connector/data/neutralize.sql") as file:
            self.env.cr.execute(file.read())
        self.env.invalidate_all()

    def make_job(self, records, method, *args, state="pending"):
        job = getattr(records.with_delay(), method)(*args).db_record()
        job.state = state
        return job

    def test_a_backend_is_a_draft_that_nobody_activated(self):
        self.backend.write(
            {
                "next_import_at": fields.Datetime.now(),
                "next_removal_at": fields.Datetime.now(),
            }
        )
        self.neutralize()
        self.assertEqual(self.backend.state, "draft")
        self.assertFalse(self.backend.next_import_at)
        self.assertFalse(self.backend.next_removal_at)
        self.assertFalse(self.backend.activated_database)

    def test_the_token_of_a_webhook_is_emptied(self):
        if "test.backend" not in self.env:
            self.skipTest("needs the addon test_connector, of tests/addons")
        backend = self.env["test.backend"].create({"name": "Shop"})
        backend.action_renew_webhook_token()
        self.neutralize()
        self.assertFalse(backend.webhook_token)

    def test_records_that_wait_for_their_import_are_deleted(self):
        found = {"1": FoundRecord({"id": 1}, fields.Datetime.now())}
        rows = self.env["connector.kept.records"]
        kept = rows._keep(self.backend, "test.export.partner", found)
        self.neutralize()
        self.assertFalse(kept.exists())

    def test_access_by_oauth_is_deleted(self):
        token = {"access_token": "a", "refresh_token": "r", "grant_key": "g"}
        owner = {"backend_model": self.backend._name, "backend_id": self.backend.id}
        self.env["connector.oauth.token"].create(
            {**token, **owner, "client_id": "c", "server": "s", "database": "d"}
        )
        backend = self.backend
        if "test.oauth.backend" in self.env:
            backend = self.env["test.oauth.backend"].create(
                {"name": "OAuth", "url": "https://a", "new_oauth_client_secret": "s"}
            )
        self.neutralize()
        self.assertFalse(self.env["connector.oauth.token"].search([]))
        if "oauth_client_secret" in backend._fields:
            self.assertFalse(backend.oauth_client_secret)

    def test_jobs_of_connectors_are_cancelled(self):
        binding = self.make_binding()
        jobs = self.env["queue.job"].union(
            *(self.make_job(binding, "export_record", state=each) for each in WAITING)
        )
        jobs |= self.make_job(
            self.env["test.export.partner"], "import_record", self.backend, "1"
        )
        self.neutralize()
        self.assertEqual(set(jobs.mapped("state")), {"cancelled"})
        self.assertRegex(jobs[0].result, "neutralized")

    def test_other_jobs_and_those_that_are_done_stay(self):
        done = self.make_job(self.make_binding(), "export_record", state="done")
        other = self.make_job(self.env["res.partner"], "check_access", "read")
        self.neutralize()
        self.assertEqual((done.state, other.state), ("done", "pending"))
