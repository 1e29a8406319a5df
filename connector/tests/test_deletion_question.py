# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A user decides about records that were deleted remotely."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, new_test_user, tagged

from ..outcome import Outcome
from ..wording import in_english
from .import_common import PARTNER, ImporterCase, partner


class TestWording(BaseCase):
    def test_names_of_models_in_a_count(self):
        for label, one, many in (
            ("Partner Tags", "partner tag", "partner tags"),
            ("Contact", "contact", "contacts"),
            ("Product Category", "product category", "product categories"),
            ("Address", "address", "addresses"),
            ("Journal Entry", "journal entry", "journal entries"),
            ("Sales Order", "sales order", "sales orders"),
            ("Survey", "survey", "surveys"),
            ("UoM Tax", "uom tax", "uom taxes"),
        ):
            found = [in_english(label, count) for count in (1, 2, 0)]
            self.assertEqual(found, [one, many, many])


@tagged("post_install", "-at_install")
class TestDeletionQuestion(ImporterCase):
    __test__ = True

    def setUp(self):
        super().setUp()
        self.put(*map(partner, range(1, 21)))
        self.run_chunk(range(1, 21))
        cls = type(self.importer)
        self.enterContext(patch.object(cls, "_missing_record_policy", "archive"))
        self.sync_run = self.search_deleted(1, 2, 3, 4)

    def search_deleted(self, *external_ids):
        """Delete records remotely and search for them; return the run."""
        for external_id in external_ids:
            self.system.remove(PARTNER, external_id)
        runs = self.env["connector.sync.run"]
        run = runs._start(self.backend, PARTNER, "removal")
        with self.trap_jobs() as trap:
            self.env[PARTNER].import_removed(self.backend, run=run)
            self.run_jobs(trap)
        return run

    def answer(self, method, run=None):
        with self.trap_jobs() as trap:
            getattr(run or self.sync_run, method)()
            self.run_jobs(trap)

    def active(self, *external_ids):
        return [self.found(key).odoo_id.active for key in external_ids]

    def test_the_question_names_the_records(self):
        question = self.sync_run.get_question()
        self.assertEqual(
            question["text"],
            "4 of 20 contacts no longer exist in Test. Nothing has been removed yet.",
        )
        self.assertEqual(question["remove"], "Archive 4 contacts")
        names = [each["name"] for each in question["names"]]
        self.assertEqual(names, [f"Partner {key}" for key in range(1, 5)])
        action = self.sync_run.action_open_question_records()
        self.env.flush_all()
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(sorted(rows.mapped("record_name")), names)

    def test_exactly_the_named_records_are_removed(self):
        for external_id in (5, 6):  # not named
            self.system.remove(PARTNER, external_id)
        self.put(partner(4))  # exists again
        self.answer("action_confirm_removal")
        self.assertEqual(
            self.active(1, 2, 3, 4, 5, 6), [False, False, False, True, True, True]
        )
        self.assertEqual(self.sync_run.state, "done")
        self.assertEqual(self.sync_run.removed_count, 3)
        self.assertFalse(self.sync_run.question)

    def test_kept_records_are_not_asked_about_again(self):
        self.answer("action_keep_deleted")
        self.assertEqual(self.active(1, 2, 3, 4), [True] * 4)
        self.assertEqual(self.sync_run.state, "done")
        self.assertEqual(self.sync_run.skipped_count, 4)
        again = self.search_deleted()
        self.assertEqual((again.state, again.found_count), ("done", 0))
        other = self.search_deleted(5, 6, 7)
        self.assertEqual(
            other.question,
            "3 of 16 contacts no longer exist in Test. Nothing has been removed yet.",
        )

    def test_a_kept_record_is_neither_removed_nor_exported(self):
        self.answer("action_keep_deleted")
        self.assertEqual(self.run_one(1).outcome, Outcome.SKIPPED)
        self.assertEqual(self.active(1), [True])
        self.assertIn("is kept", self.found(1)._find_reason_to_stop())

    def test_a_kept_record_that_exists_again_is_synchronized(self):
        self.answer("action_keep_deleted")
        newer = "2026-02-01 00:00:00"
        self.put(partner(1, name="Back", updated_at=newer), partner(2))
        self.run_one(1)
        self.assertFalse(self.found(1).is_deleted_remotely)
        self.assertEqual(self.found(1).name, "Back")
        self.search_deleted()
        kept = [self.found(key).is_deleted_remotely for key in range(1, 5)]
        self.assertEqual(kept, [False, False, True, True])

    def test_the_user_who_kept_it_is_in_the_history(self):
        operator = self.operator()
        self.env.flush_all()
        with patch.object(
            type(self.backend), "_for_decisions", lambda backend: backend.sudo()
        ):
            self.sync_run.with_user(operator).action_keep_deleted()
        change = self.env["connector.sync.change"].search(
            [("run_id", "=", self.sync_run.id), ("binding_id", "=", self.found(1).id)]
        )
        self.assertEqual(change.user_id, operator)
        self.assertEqual(change.reason, f"Deleted in Test; kept by {operator.name}")

    def operator(self):
        groups = "base.group_user,connector.group_connector_operator"
        return new_test_user(self.env, "decider", groups=groups)

    def test_only_an_operator_decides_and_only_once(self):
        clerk = new_test_user(self.env, "clerk", groups="base.group_user")
        for method in ("action_confirm_removal", "action_keep_deleted"):
            with self.assertRaises(AccessError):
                getattr(self.sync_run.with_user(clerk), method)()
        self.answer("action_keep_deleted")
        for method in ("action_confirm_removal", "action_keep_deleted"):
            with self.assertRaisesRegex(UserError, "needs no decision"):
                getattr(self.sync_run, method)()

    def test_deleted_bindings_leave_the_question(self):
        self.found(1).unlink()
        self.assertEqual(self.sync_run.get_question()["count"], 3)
        self.answer("action_confirm_removal")
        self.assertEqual(self.sync_run.removed_count, 3)

    def test_the_question_of_an_uninstalled_connector_is_shown(self):
        self.env.cr.execute(
            "UPDATE connector_sync_run SET model_name = 'lost.binding' WHERE id = %s",
            [self.sync_run.id],
        )
        self.env.invalidate_all()
        self.assertIn("no longer exist", self.sync_run.get_question()["text"])
        self.assertEqual(self.sync_run.get_question()["count"], 0)
        with self.assertRaisesRegex(UserError, "is not installed"):
            self.sync_run.action_keep_deleted()
        self.sync_run.unlink()

    def test_the_activity_ends_with_the_question_or_with_its_run(self):
        kind = self.env.ref("connector.mail_activity_type_deletion")
        partner = self.env.user.partner_id
        for end in ("_end_question", "unlink"):
            run = self.search_deleted()
            run.question = "Really?"
            run.question_activity_id = partner.activity_schedule(
                activity_type_id=kind.id, user_id=self.env.uid
            )
            activity = run.question_activity_id
            getattr(run, end)()
            self.assertFalse(activity.exists(), end)
