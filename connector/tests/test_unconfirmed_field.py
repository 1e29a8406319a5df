# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Edits are unconfirmed until the export that sent them deletes their rows."""

from unittest.mock import patch

from odoo.tests.common import tagged

from ..exception import RetryableJobError
from .export_common import ExportCase
from .test_export_listener import PartnerListener


class UnconfirmedCase(ExportCase):
    """Prepare a partner that the folder has, and listen to its edits."""

    def setUp(self):
        super().setUp()
        self.build_components(PartnerListener)
        self.binding = self.make_binding(email="ada@example.com")
        self.env.cr.precommit.clear()
        self.binding.export_record()
        self.jobs = []

    def edit(self, record=None, **values):
        """Write values in a separate transaction; keep its jobs."""
        with self.trap_jobs() as trap:
            (record or self.binding).write(values)
            self.env.cr.flush()
        self.jobs += trap.enqueued_jobs

    def names(self, binding=None):
        """Return the names of the fields whose edits are unconfirmed."""
        rows = self.env["connector.unconfirmed.field"].search(
            [
                ("model_name", "=", self.binding._name),
                ("binding_id", "=", (binding or self.binding).id),
            ],
            order="id",
        )
        return rows.mapped("name")

    def perform(self, *jobs):
        """Run jobs and return their messages."""
        self.env.flush_all()
        return [job.perform() for job in jobs or self.jobs]


@tagged("post_install", "-at_install")
class TestUnconfirmedField(UnconfirmedCase):
    def test_an_edit_is_unconfirmed_until_its_export(self):
        self.edit(name="Countess")
        self.assertEqual(self.names(), ["name"])
        self.perform()
        self.assertEqual(self.names(), [])

    def test_an_edit_of_the_wrapped_record_counts_by_the_name_of_its_field(self):
        self.edit(self.binding.odoo_id, name="Countess", color=3)
        self.assertEqual(self.names(), ["name"])

    def test_a_field_that_is_read_through_the_record_counts_by_its_own_name(self):
        """A binding that does not delegate to its record reads it by a path."""
        mapper = type(self.component("export.mapper", "test.export.partner"))
        rows = [("odoo_id.name", "name"), ("odoo_id.email", "email")]
        with patch.object(mapper, "direct", rows):
            mapper._complete_component_build()
            self.addCleanup(mapper._complete_component_build)
            self.edit(self.binding.odoo_id, name="Countess")
            self.assertEqual(self.jobs[0].kwargs, {"fields": ["odoo_id.name"]})
            self.assertEqual(self.names(), ["name"])
            self.perform()
        self.assertEqual(self.remote(self.binding)["name"], "Countess")
        self.assertEqual(self.names(), [])

    def test_an_export_of_one_field_confirms_only_that_field(self):
        self.edit(name="Countess")
        self.edit(email="countess@example.com")
        self.perform(self.jobs[1])
        self.assertEqual(self.names(), ["name"])
        self.assertEqual(self.remote(self.binding)["name"], "Ada")

    def test_edits_of_several_transactions_are_confirmed_by_the_export_of_all(self):
        self.edit(name="Countess")
        self.edit(name="Lady", email="lady@example.com")
        self.binding.export_record()
        self.assertEqual(self.names(), [])

    def test_a_new_binding_is_unconfirmed_as_a_whole(self):
        with self.trap_jobs() as trap:
            binding = self.make_binding(name="Grace")
            self.env.cr.flush()
        self.assertEqual(self.names(binding), ["*"])
        self.perform(*trap.enqueued_jobs)
        self.assertEqual(self.names(binding), [])

    def test_a_new_record_is_sent_whole_whichever_field_was_edited(self):
        with self.trap_jobs():
            binding = self.make_binding(name="Grace")
            self.env.cr.flush()
        binding.export_record(fields=["email"])
        self.assertEqual(self.names(binding), [])

    def test_an_edit_of_an_archived_record_is_confirmed_too(self):
        self.binding.with_context(connector_no_export=True).active = False
        self.edit(name="Countess")
        self.assertEqual(self.names(), ["name"])
        self.perform()
        self.assertEqual(self.names(), [])

    def test_changes_by_a_connector_do_not_count_as_edits(self):
        self.edit(self.binding.with_context(connector_no_export=True), name="B")
        self.assertEqual(self.names(), [])

    def test_failed_skipped_and_postponed_exports_confirm_nothing(self):
        self.edit(name="Countess")
        exporter = type(self.exporter())
        for error in (ValueError("no"), RetryableJobError("later")):
            with (
                patch.object(exporter, "_update", side_effect=error),
                self.assertRaises(type(error)),
                self.env.cr.savepoint(),
            ):
                self.jobs[0].perform()
        with patch.object(exporter, "_has_to_skip", return_value="conflict"):
            self.jobs[0].perform()
        self.assertEqual(self.names(), ["name"])

    def test_an_export_whose_steps_are_overridden_confirms_what_it_was_asked_for(self):
        self.edit(name="Countess")
        self.edit(email="countess@example.com")
        with patch.object(type(self.exporter()), "_run", return_value="sent"):
            self.jobs[0].perform()
        self.assertEqual(self.names(), ["email"])

    def test_a_job_sends_nothing_that_another_export_confirmed(self):
        """A newer remote value is not overwritten."""
        self.edit(name="Countess")
        self.binding.export_record()
        self.system.write(
            self.binding._name, self.binding.external_id, {"name": "Theirs"}
        )
        self.assertIn("Nothing to export", self.perform()[0])
        self.assertEqual(self.remote(self.binding)["name"], "Theirs")

    def test_a_job_sends_of_its_fields_those_that_are_left(self):
        self.edit(name="Countess", email="countess@example.com")
        self.binding.export_record(fields=["name"])
        self.perform()
        self.assertEqual(
            self.system.calls[-1],
            f"write {self.binding._name} {self.binding.external_id} email",
        )
        self.assertEqual(self.names(), [])

    def test_an_export_that_a_connector_asks_for_sends_what_was_asked_for(self):
        self.binding.with_context(connector_no_export=True).name = "Countess"
        self.env.flush_all()
        self.binding.export_record(fields=["name"])
        self.assertEqual(self.remote(self.binding)["name"], "Countess")

    def test_a_stored_job_still_knows_that_it_sends_unconfirmed_edits_only(self):
        self.env.cr.precommit.clear()
        self.binding.name = "Countess"
        self.env.cr.flush()
        job = self.env["queue.job"].search(
            [("model_name", "=", self.binding._name)], order="id desc", limit=1
        )
        self.assertEqual(job.kwargs, {"fields": ["name"]})
        self.assertTrue(job.records.env.context["connector_unconfirmed_only"])

    def test_a_deleted_binding_leaves_no_edits(self):
        self.edit(name="Countess")
        binding_id = self.binding.id
        self.binding.unlink()
        rows = self.env["connector.unconfirmed.field"]
        self.assertFalse(rows.search([("binding_id", "=", binding_id)]))

    def test_rows_of_deleted_bindings_and_repeated_rows_are_collected(self):
        deleted = self.make_binding(name="Grace")
        rows = self.env["connector.unconfirmed.field"]
        rows._note({deleted: ["name"], self.binding: ["name", "email"]})
        rows._note({self.binding: ["name"]})
        newest = rows.search([("binding_id", "=", self.binding.id)], order="id desc")[0]
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM test_export_partner WHERE id = %s", (deleted.id,)
        )
        rows._gc_rows()
        self.env.invalidate_all()
        self.assertEqual(self.names(), ["email", "name"])
        self.assertTrue(newest.exists())
        self.assertFalse(rows.search([("binding_id", "=", deleted.id)]))

    def test_a_binding_shows_which_edits_it_has_to_export(self):
        self.assertFalse(self.binding.unconfirmed_fields)
        self.edit(name="Countess", email="countess@example.com")
        self.env.invalidate_all()
        self.assertEqual(self.binding.unconfirmed_fields, "Email, Name")

    def test_exports_that_were_kept_back_send_unconfirmed_fields(self):
        self.edit(name="Countess")
        with self.trap_jobs() as trap:
            rows = self.env["connector.unconfirmed.field"]
            self.assertEqual(rows._delay_exports(self.binding), 1)
        (job,) = trap.enqueued_jobs
        self.assertEqual(job.kwargs, {"fields": ["name"]})
        self.perform(job)
        self.assertEqual(self.names(), [])

    def test_a_transaction_notes_all_its_edits_by_one_statement(self):
        other = self.make_binding(name="Grace")
        rows = self.env["connector.unconfirmed.field"]
        with self.assertQueryCount(1):
            rows._note({self.binding: ["name", "email"], other: None})
