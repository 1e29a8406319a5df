# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Imports of changes are one batch for each backend; titles, search and durations."""

from odoo.tests import BaseCase, tagged

from ..models.sync_run_numbers import run_state
from ..models.sync_run_title import describe_seconds
from ..wording import plural_of
from .export_common import ExportCase

PARTNER = "test.export.partner"


class TestTexts(BaseCase):
    def test_durations_in_words(self):
        for seconds, text in (
            (0.42, "0.4 s"),
            (59.6, "1 min"),
            (305.3, "5 min 5 s"),
            (3600, "1 h"),
            (7384, "2 h 3 min"),
            (90000, "1 d 1 h"),
        ):
            self.assertEqual(describe_seconds(seconds), text)

    def test_plurals_are_english(self):
        for name, plural in (
            ("Product", "Products"),
            ("Category", "Categories"),
            ("Currency Day", "Currency Days"),
            ("Units", "Units"),
            ("Tax", "Taxes"),
            ("Address", "Addresses"),
        ):
            self.assertEqual(plural_of(name, "en_US"), plural)
        self.assertEqual(plural_of("Article", "fr_FR"), "Article")

    def test_a_run_whose_pending_jobs_are_retries_is_retrying(self):
        self.assertEqual(run_state(10, 10, 1, {"pending": 1}, retries=1), "retrying")
        self.assertEqual(run_state(10, 5, 1, {"pending": 2}, retries=1), "running")


@tagged("post_install", "-at_install")
class TestSyncBatch(ExportCase):
    def batches(self):
        return self.env["connector.sync.batch"].search(
            [
                ("backend_model", "=", self.backend._name),
                ("backend_id", "=", self.backend.id),
            ]
        )

    def searches(self, batch):
        return batch.job_ids.filtered(lambda job: job.method_name == "import_changes")

    def test_the_button_opens_the_batch_of_all_models(self):
        action = self.backend.button_import_now()
        batch = self.batches()
        self.assertEqual(
            (action["res_model"], action["res_id"]), (batch._name, batch.id)
        )
        names = self.backend._imported_models()
        self.assertEqual(batch.model_count, len(names))
        self.assertEqual(set(batch.job_ids.mapped("model_name")), set(names))
        self.assertEqual((batch.state, batch.trigger), ("running", "user"))
        self.assertIn(f"0 of {len(names)}", batch.summary)

    def test_searches_that_wait_already_are_not_repeated(self):
        self.backend.import_changes()
        first = self.batches()
        action = self.backend.button_import_now()
        self.assertEqual(self.batches(), first)
        self.assertEqual(action["res_id"], first.id)

    def test_a_batch_without_changes_says_so(self):
        self.backend.import_changes()
        batch = self.batches()
        batch.job_ids.state = "done"
        self.assertEqual(
            batch.summary, f"Checked models: {batch.model_count}, no changes"
        )
        self.assertEqual(batch.state, "done")

    def test_a_failed_search_is_counted(self):
        self.backend.import_changes()
        batch = self.batches()
        jobs = self.searches(batch)
        (jobs - jobs[0]).state = "done"
        jobs[0].state = "failed"
        self.assertIn("models that could not be checked: 1", batch.summary)
        self.assertEqual(batch.state, "failed")

    def test_runs_belong_to_the_batch_that_searched(self):
        for name in "ab":
            self.system.create(PARTNER, {"name": name})
        batch = self.env["connector.sync.batch"]._start(self.backend, "changes", 1)
        model = self.env[PARTNER].with_context(connector_batch_id=batch.id)
        with self.trap_jobs() as trap:
            model.import_changes(self.backend)
        for job in trap.enqueued_jobs:
            job.perform()
        self.env.invalidate_all()  # the history is stored by SQL
        run = batch.run_ids
        self.assertEqual((run.created_count, run.state), (2, "done"))
        self.assertEqual(batch.summary, "Checked models: 1, 2 created")
        self.assertEqual(run.change_ids.mapped("trigger"), ["user", "user"])
        self._empty_folder(self.backend.folder)
        model.import_changes(self.backend)
        self.assertEqual(batch.run_ids, run, "a search that finds nothing has no run")

    def test_a_run_is_found_by_the_names_that_it_shows(self):
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER)
        runs = self.env["connector.sync.run"]
        name = self.backend.display_name
        self.assertIn(run, runs.search([("backend_name", "ilike", name[:3])]))
        self.assertNotIn(run, runs.search([("backend_name", "ilike", "nowhere")]))
        self.assertNotIn(run, runs.search([("backend_name", "not ilike", name)]))
        self.assertIn(run, runs.search([("model_description", "ilike", "contact")]))
        self.assertNotIn(run, runs.search([("model_description", "=", "Country")]))
        self.assertNotIn(run, runs.search([("failed_count", ">", 0)]))
        run._note_outcome({"failed": 2}, 1.0)
        self.assertIn(run, runs.search([("failed_count", ">", 0)]))
        run._note_outcome({"failed": -2, "created": 2}, 2.0)
        self.assertNotIn(run, runs.search([("failed_count", ">", 0)]))

    def test_a_title_shows_the_failures(self):
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER)
        self.assertRegex(run.display_name, r"^Import of Contacts, \d+ \w+ \d\d:\d\d$")
        run._set_found(39)
        run._note_outcome({"failed": 3, "created": 36}, 1.0)
        self.assertRegex(run.display_name, r" – 3 of 39 failed$")

    def test_no_number_is_negative(self):
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER)
        run._set_found(1)
        run._note_outcome({"failed": -1, "created": 1}, 1.0)
        self.assertEqual(run.failed_count, 0)
