# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.queue_job.job import Job

from ..remote import RemoteOdoo
from .common import OdooConnectorCase

TAG = "odoo.res.partner.category"


@tagged("post_install", "-at_install")
class TestLanguage(OdooConnectorCase):
    """The other Odoo is asked in the language in which the texts are written here."""

    def setUp(self):
        super().setUp()
        self.env["res.lang"]._activate_lang("fr_FR")
        self.tag = self.env["res.partner.category"].create({"name": "Customer"})
        self.tag.with_context(lang="fr_FR").name = "Client"
        self.env.flush_all()

    def run_in_job(self, **context):
        """Return the name that an import reads, in the job of a French user."""
        seen = []

        def import_changes(model, backend):
            with backend.work_on(TAG) as work:
                adapter = work.component(usage="backend.adapter")
                seen.append(adapter.read(self.tag.id, ["name"])["name"])

        model = self.env[TAG].with_context(**context)
        self.patch(type(model), "import_changes", import_changes)
        delayed = model.with_delay().import_changes(self.backend)
        Job.load(self.env, delayed.uuid).perform()
        return seen[0]

    def test_a_job_reads_in_the_language_of_the_backend(self):
        self.assertEqual(self.run_in_job(lang="fr_FR"), "Customer")
        self.backend.lang = "fr_FR"
        self.env.flush_all()
        self.assertEqual(self.run_in_job(lang="en_US"), "Client")

    def test_an_export_writes_texts_of_that_language(self):
        backend = self.backend.with_context(lang="fr_FR")
        with backend.work_on(TAG) as work:
            adapter = work.component(usage="backend.adapter")
            adapter.write(self.tag.id, {"name": "Clientèle"})
        self.env.invalidate_all()
        self.assertEqual(self.tag.with_context(lang="fr_FR").name, "Clientèle")
        self.assertEqual(self.tag.with_context(lang="en_US").name, "Customer")

    def test_a_language_that_the_other_odoo_lacks_is_reported(self):
        self.backend.lang = "fr_FR"
        self.env.flush_all()
        self.backend.button_check_connection()
        call = RemoteOdoo.call

        def without_french(remote, model, method, *args, **kwargs):
            if model == "res.lang":
                return 0
            return call(remote, model, method, *args, **kwargs)

        with (
            patch.object(RemoteOdoo, "call", without_french),
            self.assertRaisesRegex(UserError, r"does not have the language.*\(fr_FR\)"),
        ):
            self.backend.button_check_connection()
