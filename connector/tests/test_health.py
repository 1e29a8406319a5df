# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Conditions, found from the rows that synchronizations leave."""

from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..jobs.causes import CONNECTION, DATA, SCHEDULE
from ..jobs.subject import subject_of_backend
from ..models.health import ERROR, WARNING, Condition, worst_of
from .export_common import ExportCase

PARTNER = "test.export.partner"


class HealthCase(ExportCase):
    def setUp(self):
        super().setUp()
        self.health = self.env["connector.health"]
        self.backend.state = "production"
        self.cron = self.env.ref("connector.ir_cron_run_schedules")
        self.set_cron(active=True, nextcall=fields.Datetime.now(), failure_count=0)

    def set_cron(self, **values):
        """Change the scheduled action, which a user may not while it is executed."""
        names = ", ".join(f"{name} = %s" for name in values)
        self.env.cr.execute(
            f"UPDATE ir_cron SET {names} WHERE id = %s",
            [*values.values(), self.cron.id],
        )
        self.env.invalidate_all()

    def find(self, *kinds, backends=None):
        backends = self.backend if backends is None else backends
        return [
            condition
            for condition in self.health._find_conditions(backends)
            if not kinds or condition.kind in kinds
        ]

    def open_error(self, subject, backend=None, cause=DATA, **values):
        backend = backend or self.backend
        self.env["connector.sync.error"]._note(
            backend._name, backend.id, subject, cause=cause, reason="Bad", **values
        )


@tagged("post_install", "-at_install")
class TestBackendConditions(HealthCase):
    def test_a_backend_without_problems_has_no_condition(self):
        self.assertEqual(self.find(), [])

    def test_failing_records_are_one_condition(self):
        for number in range(3):
            self.open_error(f"record {number}", model_name=PARTNER)
        errors = self.env["connector.sync.error"].search(
            [("backend_id", "=", self.backend.id), ("subject", "=", "record 1")]
        )
        before = fields.Datetime.now() - timedelta(hours=2)
        errors.first_seen = before
        (found,) = self.find("error")
        self.assertEqual((found.count, found.since), (3, before))
        self.assertEqual(found.severity, ERROR)
        opened = self.env[found.action["res_model"]].search(found.action["domain"])
        self.assertEqual(len(opened), 3)

    def test_an_error_of_the_backend_has_its_kind(self):
        self.open_error(subject_of_backend(CONNECTION), cause=CONNECTION)
        (found,) = self.find()
        self.assertEqual((found.kind, found.count), ("connection", 1))

    def test_a_decision_waits(self):
        run = self.env["connector.sync.run"]._start(self.backend, PARTNER, "removal")
        run.question = "Remove 5 of 10?"
        (found,) = self.find()
        self.assertEqual((found.kind, found.severity), ("decision", WARNING))
        self.assertEqual(found.since, run.create_date.replace(microsecond=0))
        run.question = False
        self.assertEqual(self.find(), [])

    def test_conflicts_are_counted_by_record(self):
        binding = self.make_binding()
        edits = self.env["connector.unconfirmed.field"]
        for name in ("name", "email"):
            edits.create(
                {
                    "model_name": PARTNER,
                    "binding_id": binding.id,
                    "name": name,
                    "edited_at": fields.Datetime.now(),
                    "in_conflict": True,
                }
            )
        (found,) = self.find()
        self.assertEqual((found.kind, found.count), ("conflict", 1))
        opened = self.env[found.action["res_model"]].search(found.action["domain"])
        self.assertEqual(opened, binding)

    def test_an_overdue_schedule(self):
        due = fields.Datetime.now() - timedelta(minutes=6)
        self.backend.write({"import_interval_minutes": 15, "next_import_at": due})
        (found,) = self.find()
        self.assertEqual((found.kind, found.since), ("overdue", due))
        self.open_error(subject_of_backend(SCHEDULE), cause=SCHEDULE)
        self.assertEqual([each.kind for each in self.find()], ["error"])
        self.backend.next_import_at = fields.Datetime.now() - timedelta(minutes=2)
        self.assertFalse(self.find("overdue"))

    def test_a_schedule_is_overdue_because_of_the_scheduled_actions(self):
        due = fields.Datetime.now() - timedelta(minutes=6)
        self.backend.write({"import_interval_minutes": 15, "next_import_at": due})
        self.set_cron(active=False)
        kinds = {
            each.kind
            for each in self.health._find_conditions()
            if each.backend_id in (None, self.backend.id)
        }
        self.assertIn("cron", kinds)
        self.assertNotIn("overdue", kinds)
        self.assertTrue(self.find("overdue"), "The form of the backend says so")

    def test_a_schedule_that_was_stopped(self):
        with mute_logger("odoo.addons.connector.models.backend_connection"):
            self.backend._stop_schedule("Wrong password")
        (found,) = self.find()
        self.assertEqual(found.kind, "refused")
        self.assertIn("Wrong password", found.text)

    def test_a_backend_that_was_paused_automatically(self):
        with mute_logger("odoo.addons.connector.models.backend_switch"):
            self.backend._pause("Its user is archived.")
        (found,) = self.find()
        self.assertEqual(found.kind, "paused_automatically")
        self.assertIn("Its user is archived.", found.text)

    def test_a_backend_of_a_copied_database(self):
        self.backend.activated_database = "original"
        (found,) = self.find()
        self.assertEqual(
            (found.kind, found.severity), ("paused_automatically", WARNING)
        )
        self.assertIn("original", found.text)

    def test_a_backend_that_a_user_paused_has_no_condition(self):
        self.backend.button_pause()
        self.assertEqual(self.find(), [])

    def test_the_worst_decides(self):
        one = Condition("error", ERROR, None, None, "a", "A")
        two = Condition("conflict", WARNING, None, None, "b", "B")
        self.assertEqual(worst_of([]), "ok")
        self.assertEqual(worst_of([two]), "warning")
        self.assertEqual(worst_of([two, one]), "error")

    def test_the_number_of_queries_does_not_grow(self):
        backends = self.backend
        for number in range(50):
            backends |= self.backend.copy({"name": f"Backend {number}"})
        self.find(backends=backends[:2])
        self.env.invalidate_all()
        with self.assertQueryCount(16):
            self.find(backends=backends[:2])
        for number, backend in enumerate(backends):
            for error in range(3):
                self.open_error(f"{number} {error}", backend, model_name=PARTNER)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(16):
            found = self.find(backends=backends)
        self.assertEqual(len(found), 51)

    def test_a_user_sees_the_backends_of_their_companies(self):
        company = self.env["res.company"].create({"name": "Other"})
        other = self.backend.copy({"name": "Other", "company_id": company.id})
        for backend in (self.backend, other):
            self.open_error("record 1", backend, model_name=PARTNER)
        user = new_test_user(
            self.env,
            "operator",
            groups="base.group_user,connector.group_connector_operator",
        )
        health = self.health.with_user(user)
        seen = {each.backend_id for each in health._find_conditions()}
        self.assertIn(self.backend.id, seen)
        self.assertNotIn(other.id, seen)
        seen = {each.backend_id for each in self.health.sudo()._find_conditions()}
        self.assertIn(other.id, seen)

    def test_a_user_without_rights_sees_nothing_of_backends(self):
        self.open_error("record 1", model_name=PARTNER)
        user = new_test_user(self.env, "clerk", groups="base.group_user")
        found = self.health.with_user(user)._find_conditions()
        self.assertFalse([each for each in found if each.backend_model])
