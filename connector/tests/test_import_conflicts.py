# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Imports of records with edits that are not exported yet."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.component.core import Component

from ..components.two_way.fingerprints import fingerprint_of_field, fingerprint_of_value
from ..exception import NetworkRetryableError
from ..outcome import Outcome
from .import_common import PARTNER, ImporterCase, partner


class TwoWayExporter(Component):
    _name = "test.two.way.exporter"
    _inherit = ["test.connector", "generic.record.exporter"]


class TwoWayListener(Component):
    _name = "test.two.way.listener"
    _inherit = ["test.connector", "generic.export.listener"]
    _apply_on = [PARTNER, "res.partner"]


class TwoWayCase(ImporterCase):
    """A partner that is imported and exported, and edits whose export waits."""

    __test__ = False
    policy = None

    def setUp(self):
        super().setUp()
        self.build_components(TwoWayExporter, TwoWayListener)
        self.importer = self.component("record.importer", PARTNER)
        self.backend.conflict_policy = self.policy
        self.put(partner(1, ref="R"))
        self.run_one(1)
        self.binding = self.found(1)
        self.jobs = []

    def edit(self, **values):
        """Edit the partner as a user does, in a separate transaction."""
        with self.trap_jobs() as trap:
            self.binding.odoo_id.write(values)
            self.env.cr.flush()
        self.jobs += trap.enqueued_jobs

    def change_remotely(self, **values):
        row = {**self.remote(), "updated_at": self.next_date(), **values}
        self.put(row)

    def next_date(self):
        self.hours = getattr(self, "hours", 0) + 1
        date = fields.Datetime.to_datetime("2026-02-01") + timedelta(hours=self.hours)
        return fields.Datetime.to_string(date)

    def remote(self):
        return self.system.tables[PARTNER][1]

    def import_it(self, **kwargs):
        """Import the partner in a job; return its item, and keep the delayed jobs."""
        outcome, jobs = self.run_chunk([1], **kwargs)
        self.jobs += jobs
        (self.item,) = outcome.items
        if self.item.error:
            raise self.item.error
        return self.item

    def perform(self, jobs=None):
        jobs, self.jobs = jobs or self.jobs, [] if jobs is None else self.jobs
        self.env.flush_all()
        return [job.perform() for job in jobs]

    def fail_export(self, job):
        """Run a job while the backend is down."""
        self.system.fail_next("write", NetworkRetryableError("down"))
        with self.assertRaises(NetworkRetryableError):
            job.perform()

    def names(self):
        found = self.env["connector.unconfirmed.field"]._find(self.binding)
        return sorted(found[self.binding.id].names) if found else []


@tagged("post_install", "-at_install")
class TestOnlyTheOtherFieldChanged(TwoWayCase):
    """The backend changed another field: there is no conflict, whatever the policy."""

    __test__ = True
    policy = "remote"

    def test_an_edit_survives_the_import_of_another_field(self):
        self.edit(name="Countess")
        self.change_remotely(email="new@example.com")
        self.assertEqual(self.import_it().outcome, Outcome.UPDATED)
        self.assertEqual(self.binding.name, "Countess")
        self.assertEqual(self.binding.email, "new@example.com")
        self.perform()
        self.assertEqual(self.remote()["name"], "Countess")
        self.assertEqual(self.remote()["email"], "new@example.com")
        self.assertEqual(self.names(), [])

    def test_an_edit_survives_though_another_field_was_exported_before(self):
        """An export of the phone does not confirm the name (reproduction 1)."""
        self.edit(name="Countess")
        waiting = self.jobs.pop()
        self.fail_export(waiting)
        self.edit(ref="R2")
        self.perform()
        self.change_remotely(email="new@example.com")
        self.import_it()
        self.assertEqual(self.binding.name, "Countess")
        waiting.perform()
        self.assertEqual(
            [self.remote()[name] for name in ("name", "ref", "email")],
            ["Countess", "R2", "new@example.com"],
        )

    def test_edits_of_several_transactions_survive_several_imports(self):
        for number in range(3):
            self.edit(name=f"Countess {number}")
            self.edit(ref=f"R{number}")
            self.change_remotely(email=f"{number}@example.com")
            self.import_it()
        self.assertEqual(
            self.binding.read(["name", "ref", "email"])[0] | {"id": 0},
            {"id": 0, "name": "Countess 2", "ref": "R2", "email": "2@example.com"},
        )

    def test_an_emptied_text_is_known_again_in_the_form_of_the_backend(self):
        self.assertTrue(self.binding.write({"ref": False}))
        emptied = fingerprint_of_field(self.binding, "ref")
        for value in ("", False, None):
            self.assertEqual(fingerprint_of_value(self.binding, "ref", value), emptied)
        self.assertNotEqual(fingerprint_of_value(self.binding, "color", 0), emptied)

    def test_an_edit_of_an_archived_record_survives(self):
        self.binding.odoo_id.with_context(connector_no_export=True).active = False
        self.edit(name="Countess")
        self.change_remotely(email="new@example.com")
        self.import_it()
        self.assertEqual(self.binding.name, "Countess")

    def test_edits_that_are_kept_are_named_and_exported(self):
        self.edit(name="Countess")
        self.jobs.clear()  # for example, the job was cancelled
        self.change_remotely(email="new@example.com")
        outcome, jobs = self.run_chunk([1])
        self.assertIn("Countess keeps its edits", str(outcome))
        self.assertIn("Name", str(outcome))
        self.assertEqual([job.kwargs for job in jobs], [{"fields": ["name"]}])
        self.perform(jobs)
        self.assertEqual(self.remote()["name"], "Countess")

    def test_an_import_that_keeps_all_it_would_write_changes_nothing(self):
        self.edit(name="Countess")
        self.change_remotely()
        self.assertEqual(self.import_it().outcome, Outcome.UNCHANGED)
        self.assertEqual(self.binding.name, "Countess")

    def test_a_dry_run_says_what_would_be_kept_and_requests_nothing(self):
        self.edit(name="Countess")
        self.change_remotely()
        dry_run = self.work_on(PARTNER).component_by_name("generic.dry.run")
        with self.trap_jobs() as trap:
            _outcome, lines = dry_run.run_chunk([1])
        trap.assert_jobs_count(0)
        (line,) = lines
        self.assertEqual(line["outcome"], Outcome.UNCHANGED)
        self.assertIn("keeps its edits", line["reason"])

    def test_the_fingerprints_of_an_import_do_not_replace_those_of_kept_edits(self):
        self.edit(name="Countess")
        for email in ("a@example.com", "b@example.com"):
            self.change_remotely(email=email)
            self.import_it()
            self.assertEqual(self.binding.name, "Countess")

    def test_an_exported_value_is_recognized(self):
        """Without an import between two edits, the first export is compared with."""
        self.edit(name="Countess")
        self.perform()
        self.edit(name="Lady")
        self.change_remotely(email="new@example.com")
        self.import_it()
        self.assertEqual(self.binding.name, "Lady")

    def test_values_of_lists_are_compared_as_sets(self):
        self.put_tag(5, 6)
        self.change_remotely(tags=[5, 6])
        self.import_it()
        tags = self.binding.category_id
        unconfirmed = self.env["connector.unconfirmed.field"]
        unconfirmed._note({self.binding: ["category_id"]})
        self.binding.with_context(connector_no_export=True).category_id = tags[0]
        self.change_remotely(tags=[6, 5], email="new@example.com")
        self.import_it()
        self.assertEqual(self.binding.category_id, tags[0])


@tagged("post_install", "-at_install")
class TestBothSidesMadeTheSameEdit(TwoWayCase):
    """Both sides changed a field to the same value: nothing is left to export."""

    __test__ = True

    def test_an_edit_that_the_backend_has_too_is_confirmed(self):
        for policy in ("local", "remote", "ask"):
            self.backend.conflict_policy = policy
            self.edit(name=f"Countess {policy}", ref=f"R {policy}")
            self.change_remotely(name=f"Countess {policy}")
            self.assertEqual(self.import_it().outcome, Outcome.UNCHANGED, policy)
            self.assertEqual(self.names(), ["ref"], policy)
            self.perform()
            self.assertEqual(self.remote()["ref"], f"R {policy}")
            self.assertEqual(self.names(), [], policy)
        self.assertFalse(self.binding.odoo_id.activity_ids)

    def test_a_forced_import_after_a_skipped_export_confirms_it(self):
        self.edit(name="Countess")
        self.change_remotely(name="Countess")
        self.exporter_delays_import()
        self.perform()
        self.assertEqual(self.names(), [])

    def test_an_edit_that_was_taken_back_is_left_to_its_export(self):
        """The backend did not change: it has the old value, not the edit."""
        self.edit(name="Countess")
        self.edit(name="Ada")
        self.change_remotely(email="new@example.com")
        self.import_it()
        self.assertEqual(self.names(), ["name"])

    def test_a_dry_run_confirms_nothing(self):
        self.edit(name="Countess")
        self.change_remotely(name="Countess")
        self.work_on(PARTNER).component_by_name("generic.dry.run").run_chunk([1])
        self.assertEqual(self.names(), ["name"])

    def exporter_delays_import(self):
        """Delay the import as an export that found a remote change."""
        self.jobs.clear()
        exporter = self.component("record.exporter", PARTNER)
        exporter.binding, exporter.external_id = self.binding, "1"
        with self.trap_jobs() as trap:
            exporter._delay_import()
        self.jobs += trap.enqueued_jobs
