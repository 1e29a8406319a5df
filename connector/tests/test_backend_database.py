# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import UserError
from odoo.tests import tagged

from .export_common import ExportCase


@tagged("post_install", "-at_install")
class TestBackendDatabase(ExportCase):
    """A backend is on in the database in which a person activated it."""

    def setUp(self):
        super().setUp()
        self.backend.state = "draft"
        self.backend.button_check_connection()
        self.backend.button_start_production()

    def assert_on(self):
        self.assertFalse(self.backend._find_reason_to_pause())

    def _be_duplicated(self):
        """Copy the database as Odoo does: the same with another UUID."""
        self.env["ir.config_parameter"].set_param("database.uuid", "another")

    def test_it_remembers_the_database(self):
        self.assertEqual(self.backend.activated_database, self.env.cr.dbname)
        self.assertTrue(self.backend.activated_uuid)
        self.assert_on()

    def test_in_a_duplicate_it_says_why_it_is_off(self):
        self._be_duplicated()
        reason = self.backend._find_reason_to_pause()
        self.assertRegex(reason, f"activated in the database {self.env.cr.dbname}")

    def test_with_another_name_it_is_off(self):
        self.backend.activated_database = "original"
        self.assertRegex(self.backend._find_reason_to_pause(), "database original")

    def test_a_person_activates_it_there_deliberately(self):
        self._be_duplicated()
        self.backend.button_check_connection()
        self.assertTrue(self.backend._find_reason_to_pause())
        self.backend.button_reset_to_draft()
        self.backend.button_check_connection()
        self.backend.button_start_production()
        self.assert_on()

    def test_one_that_was_never_activated_is_not_concerned(self):
        draft = self.backend.copy()
        self.assertFalse(draft.activated_database)
        self._be_duplicated()
        self.assertRegex(draft._find_reason_to_pause(), "is a draft")

    def test_one_that_is_created_in_production_is_activated_here(self):
        backend = self.backend.copy({"state": "production"})
        self.assertEqual(backend.activated_database, self.env.cr.dbname)

    def test_a_resumed_one_is_activated_here(self):
        self.backend.button_pause()
        self._be_duplicated()
        self.backend.button_resume()
        self.assert_on()

    def test_in_a_duplicate_no_button_and_no_schedule_does_anything(self):
        self._be_duplicated()
        self.backend.import_interval_minutes = 1
        with self.trap_jobs() as trap:
            self.backend._run_schedules()
            with self.assertRaisesRegex(UserError, "activated in the database"):
                self.backend.button_import_now()
            trap.assert_jobs_count(0)

    def test_its_form_says_why(self):
        self._be_duplicated()
        self.backend.invalidate_recordset(["reason_to_pause"])
        self.assertRegex(self.backend.reason_to_pause, "activated in the database")
