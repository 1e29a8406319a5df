# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import tagged

from odoo.addons.queue_job.job import Job

from .common import TestConnectorCase
from .export_common import ExportCase

BINDING = "test.export.partner"


@tagged("post_install", "-at_install")
class TestBackendLanguage(ExportCase):
    """A job runs in the context of its backend, not of the user who delayed it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")

    def contexts_of(self, delayed):
        """Run a job, and return the contexts that its method sees."""
        seen = []

        def see(records, *args, **kwargs):
            seen.append(dict(records.env.context))
            for value in (*args, *kwargs.values()):
                seen.append(dict(value.env.context))

        job = Job.load(self.env, delayed.uuid)
        self.patch(type(job.recordset), job.method_name, see)
        job.perform()
        return seen

    def as_french(self, records, **context):
        return records.with_context(
            lang="fr_FR", tz="Europe/Paris", active_test=False, **context
        )

    def test_the_default_is_the_language_that_is_not_translated(self):
        self.assertEqual(self.backend.lang, "en_US")

    def test_without_english_the_default_is_the_language_of_the_company(self):
        installed = [("de_DE", "German"), ("fr_FR", "French")]
        self.patch(type(self.backend), "_select_lang", lambda backend: installed)
        self.env.company.partner_id.lang = "fr_FR"
        self.assertEqual(self.backend._default_lang(), "fr_FR")
        self.env.company.partner_id.lang = False
        self.assertEqual(self.backend._default_lang(), "de_DE")

    def test_the_context_of_the_users_request_is_dropped(self):
        french = self.as_french(self.backend)
        model = french.env[BINDING]
        contexts = self.contexts_of(
            model.with_delay().import_record(french, run=french)
        )
        self.assertEqual(len(contexts), 3)
        for context in contexts:
            self.assertEqual((context["lang"], context["tz"]), ("en_US", "UTC"))
            self.assertNotIn("active_test", context)

    def test_a_job_runs_in_the_language_of_the_backend(self):
        self.backend.lang = "fr_FR"
        binding = self.make_binding()
        for context in self.contexts_of(binding.with_delay().export_record()):
            self.assertEqual(context["lang"], "fr_FR")

    def test_a_trapped_job_loses_defaults_too(self):
        french = self.as_french(self.backend, default_name="x", search_default_name=1)
        with self.trap_jobs() as trap:
            french.import_changes()
        seen = []
        for job in trap.enqueued_jobs:
            self.patch(
                type(job.recordset),
                "import_changes",
                lambda model, backend: seen.append(backend.env.context),
            )
            job.perform()
        self.assertTrue(seen)
        for context in seen:
            self.assertEqual(context["lang"], "en_US")
            self.assertFalse([key for key in context if "default_" in key])

    def test_the_company_of_a_job_stays(self):
        company = self.env["res.company"].create({"name": "Here"})
        self.env.user.company_ids += company
        model = self.env[BINDING].with_company(company)
        (context, __) = self.contexts_of(
            model.with_delay().import_changes(self.backend)
        )
        self.assertEqual(context["allowed_company_ids"][0], company.id)

    def test_a_french_job_does_not_leave_english_stale(self):
        """The export compares, and a translated text is written, in one language."""
        tag = self.env["res.partner.category"].create({"name": "Customer"})
        tag.with_context(lang="fr_FR").name = "Client"
        binding = self.env["test.export.category"].create(
            {"backend_id": self.backend.id, "odoo_id": tag.id}
        )
        delayed = self.as_french(binding).with_delay().export_record()
        Job.load(self.env, delayed.uuid).perform()
        self.assertEqual(self.remote(binding)["name"], "Customer")
        self.backend.lang = "fr_FR"
        Job.load(self.env, binding.with_delay().export_record().uuid).perform()
        self.assertEqual(self.remote(binding)["name"], "Client")

    def test_a_call_outside_of_a_job_keeps_its_context(self):
        french = self.as_french(self.backend)
        seen = []
        self.patch(
            type(self.env[BINDING]),
            "import_changes",
            lambda model, backend: seen.append(backend.env.context),
        )
        french.env[BINDING].import_changes(french)
        self.assertEqual(seen[0]["lang"], "fr_FR")


@tagged("post_install", "-at_install")
class TestBackendWithoutLanguage(TestConnectorCase):
    __test__ = True

    def test_its_jobs_keep_the_context_in_which_they_were_delayed(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        french = self.backend.with_context(lang="fr_FR", tz="Europe/Paris")
        delayed = french.env["test.res.partner"].with_delay().import_record(french, 1)
        seen = []

        def import_record(model, backend, external_id):
            seen.extend([model.env.context, backend.env.context])

        job = Job.load(self.env, delayed.uuid)
        self.patch(type(job.recordset), "import_record", import_record)
        job.perform()
        self.assertEqual(len(seen), 2)
        for context in seen:
            self.assertEqual(
                (context["lang"], context["tz"]), ("fr_FR", "Europe/Paris")
            )
