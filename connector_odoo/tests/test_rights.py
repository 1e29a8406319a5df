# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.job import Job

from .common import OdooConnectorCase

MANAGER = "base.group_user,base.group_allow_export,connector.group_connector_manager"
SECRET = "k3y-that-nobody-reads"


class RightsCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.here, cls.elsewhere = (
            cls.env["res.company"].create({"name": name})
            for name in ("Here Inc.", "Elsewhere Inc.")
        )
        cls.manager = cls._user("manager", MANAGER, cls.here)
        cls.backend = cls.env["odoo.backend"].create(
            {
                "name": "Headquarters",
                "company_id": cls.here.id,
                "url": "http://127.0.0.1:1",
                "database": "hq",
                "login": "admin",
                "api_key": SECRET,
            }
        )
        cls.binding = cls.env["odoo.res.partner"].create(
            {"backend_id": cls.backend.id, "external_id": "1", "name": "Ada"}
        )

    @classmethod
    def _user(cls, login, groups, company):
        return new_test_user(
            cls.env,
            f"odoo-rights-{login}",
            groups=groups,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )


@tagged("post_install", "-at_install")
class TestSecret(RightsCase):
    """The key of a backend is not read in any way, by whomever."""

    def as_manager(self, records=None):
        return (self.backend if records is None else records).with_user(self.manager)

    def assert_refused(self, function):
        with self.assertRaises(AccessError):
            function()

    def test_it_is_kept(self):
        self.assertEqual(self.backend.sudo().secret, SECRET)

    def test_it_is_not_read(self):
        backend = self.as_manager()
        self.assert_refused(lambda: backend.secret)
        self.assert_refused(lambda: backend.read(["secret"]))
        self.assert_refused(lambda: backend.search_read([], ["secret"]))
        self.assert_refused(lambda: backend.web_read({"secret": {}}))
        self.assertNotIn(SECRET, str(backend.read()))
        self.assertNotIn(SECRET, str(backend.read(["api_key"])))

    def test_it_is_not_guessed_by_searching(self):
        backends = self.as_manager()
        for domain in (
            [("secret", "=", SECRET)],
            [("secret", "=like", "k%")],
            ["!", ("secret", "!=", False)],
        ):
            self.assert_refused(lambda domain=domain: backends.search(domain))
            self.assert_refused(lambda domain=domain: backends.search_count(domain))
            self.assert_refused(
                lambda domain=domain: backends.name_search("", domain=domain)
            )

    def test_it_is_not_guessed_through_a_relation(self):
        bindings = self.as_manager(self.binding)
        domain = [("backend_id.secret", "=like", "k%")]
        self.assert_refused(lambda: bindings.search(domain))
        self.assert_refused(lambda: bindings.export_data(["backend_id/secret"]))
        self.assert_refused(
            lambda: bindings.web_read({"backend_id": {"fields": {"secret": {}}}})
        )

    def test_it_is_not_sorted_or_grouped_by(self):
        backends = self.as_manager()
        self.assert_refused(lambda: backends.search([], order="secret"))
        self.assert_refused(
            lambda: backends.formatted_read_group([], ["secret"], ["__count"])
        )
        self.assert_refused(
            lambda: backends.formatted_read_group([], [], ["secret:array_agg"])
        )

    def test_it_is_not_exported_or_copied(self):
        backend = self.as_manager()
        self.assert_refused(lambda: backend.export_data(["secret"]))
        self.assertNotIn(SECRET, str(backend.export_data(["name", "api_key"])))
        self.assertFalse(backend.copy().sudo().secret)
        self.assertNotIn(SECRET, str(backend.copy_data()))

    def test_it_is_not_in_the_form_nor_told_by_an_onchange(self):
        backend = self.as_manager()
        self.assertNotIn("secret", backend.fields_get())
        views = backend.get_views([(False, "form"), (False, "list")])
        self.assertNotIn("secret", views["models"]["odoo.backend"]["fields"])
        spec = {"name": {}, "api_key": {}}
        told = backend.onchange({"name": "New"}, ["name"], spec)
        self.assertNotIn(SECRET, str(told))

    def test_it_is_not_written_past_the_field_of_the_form(self):
        self.assert_refused(lambda: self.as_manager().write({"secret": "another"}))

    def test_it_is_in_no_message_and_no_job(self):
        self.as_manager().import_changes()
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT job::text FROM queue_job job WHERE model_name LIKE 'odoo.%'"
        )
        jobs = [text for (text,) in self.env.cr.fetchall()]
        self.assertTrue(jobs)
        self.assertNotIn(SECRET, "".join(jobs))
        self.assertNotIn(SECRET, "".join(self.backend.message_ids.mapped("body")))


@tagged("post_install", "-at_install")
class TestSecretOnTheWire(OdooConnectorCase):
    @mute_logger("odoo.http")
    def test_it_is_in_no_error_and_no_log(self):
        self.backend.write({"api_key": SECRET})
        with (
            self.assertLogs("", "DEBUG") as logs,
            self.assertRaises(Exception) as caught,  # noqa: B017
        ):
            self.env["odoo.res.partner"].import_record(self.backend, 1)
        said = [str(caught.exception), *logs.output]
        # the test's own server logs the queries and requests that it receives
        said = [line for line in said if "odoo.sql_db" not in line]
        self.assertNotIn(SECRET, "\n".join(said))


@tagged("post_install", "-at_install")
class TestCompanies(RightsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls._user("stranger", MANAGER, cls.elsewhere)
        cls.reader = cls._user("reader", "base.group_user", cls.here)
        cls.foreign_reader = cls._user("foreign", "base.group_user", cls.elsewhere)
        cls.sync_run = cls.env["connector.sync.run"]._start(
            cls.backend, "odoo.res.partner"
        )
        cls.sync_run._note_outcome({"created": 1}, 0.0)
        cursors = cls.env["connector.cursor"]
        cls.cursor = cursors._ensure(cls.backend, "odoo.res.partner")
        cls.line = cls.env["connector.dry.run.line"].create(
            {"run_id": cls.sync_run.id, "outcome": "created"}
        )
        cls.env.flush_all()

    def kept(self):
        """Yield what is kept of the backend, the backend included."""
        overview = self.env["connector.sync.overview"].search(
            [
                ("backend_model", "=", "odoo.backend"),
                ("last_run_id", "=", self.sync_run.id),
            ]
        )
        yield from (
            self.backend,
            self.binding,
            self.sync_run,
            self.sync_run.outcome_ids,
        )
        yield from (self.cursor, self.line, overview)

    def test_a_manager_of_the_company_sees_everything(self):
        for records in self.kept():
            with self.subTest(model=records._name):
                self.assertTrue(records)
                records = records.with_user(self.manager)
                self.assertEqual(records.search([("id", "in", records.ids)]), records)

    def test_a_manager_of_another_company_sees_nothing(self):
        for records in self.kept():
            with self.subTest(model=records._name):
                records = records.with_user(self.stranger)
                self.assertFalse(records.search([("id", "in", records.ids)]))
                with self.assertRaises(AccessError):
                    records.read()

    def test_a_manager_of_another_company_does_nothing(self):
        backend = self.backend.with_user(self.stranger)
        for name in dir(type(backend)):
            if name.startswith(("button_", "action_import")):
                with self.subTest(method=name), self.assertRaises(AccessError):
                    getattr(backend, name)()
        with self.assertRaises(AccessError):
            self.binding.with_user(self.stranger).button_synchronize()
        with self.assertRaises(AccessError):
            self.sync_run.with_user(self.stranger).action_retry_failed_jobs()

    def test_a_user_sees_the_bindings_of_his_company(self):
        domain = [("id", "=", self.binding.id)]
        bindings = self.env["odoo.res.partner"]
        self.assertTrue(bindings.with_user(self.reader).search(domain))
        self.assertFalse(bindings.with_user(self.foreign_reader).search(domain))

    def test_a_backend_without_company_is_for_all(self):
        self.backend.company_id = False
        self.env.flush_all()
        for records in self.kept():
            with self.subTest(model=records._name):
                records = records.with_user(self.stranger)
                self.assertEqual(records.search([("id", "in", records.ids)]), records)

    def test_what_is_kept_follows_the_backend_into_another_company(self):
        self.backend.company_id = self.elsewhere
        self.env.flush_all()
        for records in self.kept():
            with self.subTest(model=records._name):
                domain = [("id", "in", records.ids)]
                self.assertTrue(records.with_user(self.stranger).search(domain))
                self.assertFalse(records.with_user(self.manager).search(domain))

    # -- jobs -----------------------------------------------------------------

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
        both = self._user("both", MANAGER, self.elsewhere)
        both.company_ids += self.here
        job, uid, company, is_superuser = self.run_as(self.backend.with_user(both))
        self.assertEqual((uid, company, is_superuser), (both.id, self.here, False))
        self.assertEqual((job.user_id, job.company_id), (both, self.here))

    def test_a_scheduled_job_runs_in_the_company_of_the_backend(self):
        job, __, company, __ = self.run_as(self.backend)
        self.assertEqual((company, job.company_id), (self.here, self.here))

    def test_a_manager_of_another_company_does_not_see_the_jobs(self):
        job = self.run_as(self.backend)[0]
        self.assertTrue(job.with_user(self.manager).search([("id", "=", job.id)]))
        self.assertFalse(job.with_user(self.stranger).search([("id", "=", job.id)]))
