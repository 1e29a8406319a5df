# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Imports of records with edits that are not exported yet."""

import base64
from datetime import timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, fields
from odoo.tests import tagged

from odoo.addons.component.core import Component

from ..components.two_way.fingerprints import fingerprint_of_field, fingerprint_of_value
from ..exception import NetworkRetryableError
from ..outcome import Outcome
from .import_common import CATEGORY, PARTNER, ImporterCase, partner


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


@tagged("post_install", "-at_install")
class TestConflict(TwoWayCase):
    """Both sides changed the same field."""

    __test__ = True

    def change_both(self):
        self.edit(name="Countess", ref="R2")
        self.change_remotely(name="Remote", email="new@example.com")

    def values(self):
        return self.binding.name, self.binding.ref, self.binding.email

    def test_the_backend_wins_only_the_field_that_both_changed(self):
        self.backend.conflict_policy = "remote"
        self.change_both()
        self.import_it()
        self.assertEqual(self.values(), ("Remote", "R2", "new@example.com"))
        self.assertEqual(self.names(), ["ref"])

    def test_where_the_backend_won_no_job_sends_a_stale_value(self):
        self.backend.conflict_policy = "remote"
        self.change_both()
        self.import_it()
        self.change_remotely(name="Remote, later")
        self.perform()
        self.assertEqual(self.remote()["name"], "Remote, later")
        self.assertEqual(self.remote()["ref"], "R2")

    def test_the_edit_wins_and_is_exported(self):
        self.backend.conflict_policy = "local"
        self.change_both()
        self.import_it()
        self.assertEqual(self.values(), ("Countess", "R2", "new@example.com"))
        self.assertIn("keeps its edits", self.item.note)
        self.perform()
        self.assertEqual(self.remote()["name"], "Countess")

    def test_a_backend_without_a_policy_keeps_the_edit(self):
        self.change_both()
        self.import_it()
        self.assertEqual(self.values(), ("Countess", "R2", "new@example.com"))

    def test_the_newer_change_wins(self):
        self.backend.conflict_policy = "newest"
        self.change_both()
        future = fields.Datetime.now() + timedelta(days=1)
        for updated_at, name in (
            (fields.Datetime.to_string(future), "Remote"),
            ("2001-01-01 00:00:00", "Countess"),
        ):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self.change_remotely(updated_at=updated_at)
                self.import_it()
                self.assertEqual(self.binding.name, name)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_a_person_is_asked_once_and_both_sides_stay(self):
        self.backend.conflict_policy = "ask"
        self.change_both()
        before = self.binding.external_updated_at, self.binding.external_base
        for __ in range(2):
            self.assertEqual(self.import_it().outcome, Outcome.SKIPPED)
        self.assertEqual(self.values(), ("Countess", "R2", "1@example.com"))
        self.assertEqual(
            (self.binding.external_updated_at, self.binding.external_base), before
        )
        self.assertEqual(len(self.binding.odoo_id.activity_ids), 1)
        self.assertEqual(self.backend.write_uid.id, SUPERUSER_ID)  # as after a cron
        self.assertEqual(
            self.binding.odoo_id.activity_ids.user_id, self.env.ref("base.user_admin")
        )
        self.perform()
        self.assertEqual(self.remote()["name"], "Remote")

    def test_an_answer_for_the_edit_is_exported(self):
        self.test_a_person_is_asked_once_and_both_sides_stay()
        self.env.flush_all()
        self.binding.export_record()
        self.assertEqual((self.remote()["name"], self.names()), ("Countess", []))

    def test_another_policy_settles_what_a_person_was_asked(self):
        self.test_a_person_is_asked_once_and_both_sides_stay()
        self.backend.conflict_policy = "local"
        self.import_it()
        self.perform()
        self.assertEqual(self.remote()["name"], "Countess")

    def test_a_record_that_must_not_be_overwritten_keeps_its_edits_unconfirmed(self):
        """The connector's hook decides; the edits are kept until then."""
        self.backend.conflict_policy = "remote"
        self.change_both()
        with self.hooked(_may_overwrite=lambda importer, binding: False):
            self.assertEqual(self.import_it().outcome, Outcome.SKIPPED)
        self.assertEqual(self.values(), ("Countess", "R2", "1@example.com"))
        self.assertEqual(self.names(), ["name", "ref"])

    def test_an_import_that_a_person_forces_overwrites_and_forgets_the_edits(self):
        self.backend.conflict_policy = "local"
        self.change_both()
        self.import_it(force=True)
        self.assertEqual(self.values(), ("Remote", "R", "new@example.com"))
        self.assertEqual(self.names(), [])
        self.change_remotely(name="Later")
        self.perform()
        self.assertEqual(self.remote()["name"], "Later")

    def test_an_import_that_an_export_forces_keeps_the_edits(self):
        self.edit(name="Countess")
        with (
            patch.object(
                type(self.component("record.exporter", PARTNER)),
                "_should_import",
                return_value=True,
            ),
            self.trap_jobs() as trap,
        ):
            self.perform()
        self.edit(name="Lady")
        self.change_remotely(email="new@example.com")
        with self.trap_jobs():
            self.perform(trap.enqueued_jobs)
        self.assertEqual(self.binding.name, "Lady")
        self.assertEqual(self.binding.email, "new@example.com")

    def test_an_unfinished_export_of_the_whole_record_keeps_all_its_fields(self):
        self.env["connector.unconfirmed.field"]._note({self.binding: None})
        with self.trap_jobs():
            self.binding.odoo_id.write({"name": "Countess", "phone": "1"})
        self.change_remotely(email="new@example.com")
        self.backend.conflict_policy = "remote"
        self.import_it()
        self.assertEqual(self.binding.name, "Countess")
        self.assertEqual(self.binding.email, "new@example.com")
        self.assertNotIn("*", self.names())
        self.assertIn("name", self.names())
        self.assertNotIn("email", self.names())


@tagged("post_install", "-at_install")
class TestWhatIsOnlyImported(ImporterCase):
    __test__ = True

    def test_it_keeps_no_marks_and_asks_for_no_edits(self):
        self.put(partner(1))
        with patch.object(type(self.env["connector.unconfirmed.field"]), "_find") as f:
            self.run_one(1)
            self.run_one(1, force=True)
        f.assert_not_called()
        self.assertFalse(self.found(1).external_base)

    def test_a_chunk_asks_once_where_records_are_exported_too(self):
        self.build_components(TwoWayExporter, TwoWayListener)
        self.put(*(partner(key) for key in range(1, 9)))
        self.run_chunk(range(1, 9))
        self.put(*(partner(key, ref="R") for key in range(1, 9)))
        model = type(self.env["connector.unconfirmed.field"])
        find, asked = model._find, []

        def find_and_count(rows, bindings):
            asked.append(bindings)
            return find(rows, bindings)

        with patch.object(model, "_find", find_and_count):
            self.run_chunk(range(1, 9), force=True)
        self.assertEqual([len(bindings) for bindings in asked], [8])


@tagged("post_install", "-at_install")
class TestTranslationsAndImages(TwoWayCase):
    """Images and translations, which separate components import."""

    __test__ = True

    def unconfirmed(self, name):
        self.env["connector.unconfirmed.field"]._note({self.binding: [name]})

    def write_image(self):
        class Images(Component):
            _name = "test.partner.image.importer"
            _inherit = ["test.connector", "generic.image.importer"]
            _apply_on = PARTNER

        self.build_components(TwoWayExporter, TwoWayListener, Images)
        image = base64.b64decode(
            b"R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
        )
        importer = self.component("image.importer", PARTNER)
        return importer._write_image(self.binding, image)

    def test_an_image_of_a_person_is_kept_until_it_is_exported(self):
        self.unconfirmed("image_1920")
        self.assertFalse(self.write_image())
        self.assertFalse(self.binding.image_1920)

    def test_another_edit_is_in_no_way_of_an_image(self):
        self.unconfirmed("name")
        self.assertTrue(self.write_image())

    def test_a_translation_of_a_person_is_kept_until_it_is_exported(self):
        class Translations(Component):
            _name = "test.tag.translation.importer"
            _inherit = ["test.connector", "generic.translation.importer"]
            _apply_on = CATEGORY

            def _languages(self):
                return {"fr_FR": "fr"}

            def _read_many(self, external_ids, language):
                row = {"name": "Étiquette", "parent": None}
                return {key: row for key in external_ids}

        class Listener(Component):
            _name = "test.tag.listener"
            _inherit = ["test.connector", "generic.export.listener"]
            _apply_on = CATEGORY

        self.env["res.lang"]._activate_lang("fr_FR")
        self.put_tag(3)
        self.build_components(Translations, Listener)
        self.component("record.importer", CATEGORY).run(3)
        tag = self.found(3, CATEGORY).with_context(lang="fr_FR")
        for is_edited in (True, False):
            rows = self.env["connector.unconfirmed.field"]
            rows._note({tag: ["name"]}) if is_edited else rows._forget(tag)
            translations = self.component("translation.importer", CATEGORY)
            translations.run(3, tag)
            self.assertEqual(tag.name, "Tag 3" if is_edited else "Étiquette")


@tagged("post_install", "-at_install")
class TestEditedLines(TwoWayCase):
    """Lines of a record are written by the import of the record."""

    __test__ = True

    def setUp(self):
        super().setUp()

        class Mapper(Component):
            _inherit = "test.res.partner.import.mapper"
            children = [("contacts", "child_ids", PARTNER)]

        class MapChild(Component):
            _name = "test.contact.map.child"
            _inherit = ["test.connector", "base.map.child.import.update"]
            _apply_on = PARTNER

        self.build_components(TwoWayExporter, TwoWayListener, Mapper, MapChild)
        child = {"parent_id": self.binding.odoo_id.id, "name": "Kid"}
        kid = self.env["res.partner"].with_context(connector_no_export=True)
        self.line = (
            self.env[PARTNER]
            .with_context(connector_no_export=True)
            .create(
                {
                    "odoo_id": kid.create(child).id,
                    "backend_id": self.backend.id,
                    "external_id": "7",
                }
            )
        )
        self.line = self.line.with_env(self.env)

    def read_lines(self, **values):
        line = partner(7, name="Kid", email=False, contacts=[], **values)
        self.change_remotely(contacts=[line])
        with self.trap_jobs() as trap:
            outcome = self.component("record.importer", PARTNER).run_chunk([1])
        self.assertFalse(outcome.failed, [item.error for item in outcome.failed])
        return outcome, trap.enqueued_jobs

    def test_the_edit_of_a_line_survives_the_import_of_its_record(self):
        with self.trap_jobs():
            self.line.odoo_id.name = "Our kid"
            self.env.cr.flush()
        outcome, jobs = self.read_lines(ref="L")
        self.assertEqual((self.line.name, self.line.ref), ("Our kid", "L"))
        self.assertIn("Our kid keeps its edits", str(outcome))
        self.assertIn(self.line, [job.recordset for job in jobs])

    def test_lines_without_edits_are_updated(self):
        self.read_lines(ref="L")
        self.assertEqual((self.line.name, self.line.ref), ("Kid", "L"))
