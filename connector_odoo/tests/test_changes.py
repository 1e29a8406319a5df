# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.connector.exception import InvalidDataError
from odoo.addons.queue_job.tests.common import trap_jobs

from ..components import adapter
from .common import OdooConnectorCase, changing_records

MODEL = "odoo.res.partner.category"
TIE = "2030-01-01 00:00:00.5"


@tagged("post_install", "-at_install")
class TestChanges(OdooConnectorCase):
    """Look for changes while the other Odoo goes on."""

    def setUp(self):
        super().setUp()
        self.tags = self._make_tags(10, TIE)
        self._import_changes()  # earlier records
        self.env["connector.cursor"]._find(self.backend, MODEL).found = False
        self.enterContext(patch.object(adapter, "PAGE_SIZE", 3))

    def _make_tags(self, count, write_date):
        Tag = self.env["res.partner.category"].with_context(connector_no_export=True)
        number = Tag.search_count([])
        tags = Tag.create([{"name": f"Tag {number + n}"} for n in range(count)])
        self._set_write_date(tags, write_date)
        return tags

    def _set_write_date(self, tags, moment):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner_category SET write_date = %s WHERE id = ANY(%s)",
            (moment, tags.ids),
        )
        tags.invalidate_recordset()

    def _import_changes(self):
        """Return the ids that are enqueued, in the order of their jobs."""
        with trap_jobs() as trap:
            self.env[MODEL].import_changes(self.backend)
            return [key for job in trap.enqueued_jobs for key in job.args[1]]

    def _while_reading(self, function):
        """Run a function after each page that is read."""

        def go_on(rows, keywords):
            if keywords.get("order") == "id":
                function(rows)
            return rows

        return changing_records(go_on)

    def test_records_of_one_date_are_all_found_over_the_pages(self):
        self.assertEqual(self._import_changes(), self.tags.ids)

    def test_a_record_is_not_found_twice(self):
        self._import_changes()
        self.assertEqual(self._import_changes(), [])

    def test_a_steady_writer_does_not_make_a_search_endless(self):
        made = []

        def create_a_page(rows):
            self.assertLess(len(made), 10)
            made.append(self._make_tags(3, TIE))

        with self._while_reading(create_a_page):
            found = self._import_changes()
        self.assertEqual(found, self.tags.ids)
        # but what came meanwhile is not lost
        later = self.env["res.partner.category"].union(*made)
        self.assertEqual(self._import_changes(), later.ids)

    def test_a_record_that_is_written_all_the_time_is_found(self):
        hot = self.tags[-1]
        seconds = iter(range(1, 60))

        def write(rows):
            self._set_write_date(hot, f"2030-01-01 00:00:{next(seconds):02}")

        with self._while_reading(write):
            self.assertIn(hot.id, self._import_changes())
        self.assertEqual(self._import_changes(), hot.ids)

    def test_a_record_committed_late_is_found_within_the_overlap(self):
        self._import_changes()
        (late,) = self._make_tags(1, "2029-12-31 23:58:30")
        self.assertEqual(self._import_changes(), late.ids)

    def test_a_record_written_after_a_clock_correction_is_found(self):
        self._import_changes()  # of 2030
        self._set_write_date(self.tags[3], "2029-01-01 00:00:00")
        self.assertEqual(self._import_changes(), self.tags[3].ids)
        self.assertEqual(self._import_changes(), [])

    def test_a_server_may_give_fewer_records_than_asked_for(self):
        with changing_records(lambda rows, _keywords: rows[:2]):
            self.assertEqual(self._import_changes(), self.tags.ids)

    def test_a_record_whose_parent_is_deleted_meanwhile_is_found(self):
        child, parent = self.tags[0], self.tags[-1]
        child.with_context(connector_no_export=True).parent_id = parent
        self._set_write_date(child, TIE)
        children = []

        def delete_parent(rows):
            if not children:
                children.append(True)
                self.env.cr.execute(
                    "UPDATE res_partner_category SET parent_id = NULL WHERE id = %s",
                    (child.id,),
                )

        with self._while_reading(delete_parent):
            found = self._import_changes()
        self.assertIn(child.id, found)
        self.assertEqual(len(found), len(set(found)))

    def test_a_date_that_cannot_be_read_is_the_matter_of_its_record(self):
        self._import_changes()
        bad, good = self._make_tags(2, "2030-01-02 00:00:00")

        def lie(rows, _keywords):
            for row in rows:
                if row["id"] == bad.id:
                    row["write_date"] = "0000-00-00"
            return rows

        # of the listing, of the last date that there is, and of the record itself
        with changing_records(lie), trap_jobs() as trap:
            self.env[MODEL].import_changes(self.backend)
            (chunk,) = trap.enqueued_jobs
            self.assertEqual(chunk.args[1], [bad.id, good.id])
            trap.perform_enqueued_jobs()
            (alone,) = trap.enqueued_jobs
            with self.assertRaisesRegex(
                InvalidDataError, f"category {bad.id} .*found '0000-00-00'"
            ):
                trap.perform_enqueued_jobs()
        self.assertEqual(alone.args[1], bad.id)
        self.assertTrue(self._bindings(MODEL, good))
        self.assertFalse(self._bindings(MODEL, bad))
