# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A person chooses a version of a record that both sides changed."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..exception import NetworkRetryableError
from .test_import_conflicts import TwoWayCase


@tagged("post_install", "-at_install")
class TestDecideConflict(TwoWayCase):
    __test__ = True
    policy = "ask"

    def setUp(self):
        super().setUp()
        self.edit(name="Countess", ref="R2")
        self.change_remotely(name="Remote", email="new@example.com")
        self.import_it()
        self.jobs.clear()

    def look(self):
        return self.binding.get_conflict()

    def decide(self, conflict=None, **choices):
        """Decide, and keep the jobs that this delays."""
        conflict = conflict or self.look()
        with self.trap_jobs() as trap:
            answer = self.binding.decide_conflict(choices, conflict["version"])
        self.jobs += trap.enqueued_jobs
        return answer

    def both_sides(self, *names):
        local = [self.binding[name] for name in names]
        self.assertEqual(local, [self.remote()[name] for name in names])
        return local

    def activities(self):
        return self.binding.odoo_id.activity_ids

    def test_only_differing_fields_are_shown_with_the_side_that_changed_them(self):
        conflict = self.look()
        shown = {
            each["name"]: (
                each["changed_by"],
                each["local"]["text"],
                each["remote"]["text"],
            )
            for each in conflict["fields"]
        }
        self.assertEqual(
            shown,
            {
                "name": ("both", "Countess", "Remote"),
                "ref": ("local", "R2", "R"),
                "email": ("remote", "1@example.com", "new@example.com"),
            },
        )
        self.assertEqual(conflict["fields"][0]["name"], "name")

    def test_looking_changes_nothing(self):
        before = self.names(), self.binding.read(), len(self.activities())
        with self.trap_jobs() as trap:
            self.look()
        trap.assert_jobs_count(0)
        self.assertEqual(
            (self.names(), self.binding.read(), len(self.activities())), before
        )

    def test_the_local_version(self):
        self.assertEqual(
            self.decide(name="local", ref="local", email="local"), {"is_applied": True}
        )
        self.perform()
        self.assertEqual(
            self.both_sides("name", "ref", "email"),
            ["Countess", "R2", "1@example.com"],
        )
        self.assertEqual(self.names(), [])

    def test_the_remote_version(self):
        self.decide(name="remote", ref="remote", email="remote")
        self.perform()
        self.assertEqual(
            self.both_sides("name", "ref", "email"), ["Remote", "R", "new@example.com"]
        )
        self.assertEqual(self.names(), [])

    def test_a_choice_for_each_field(self):
        self.decide(name="remote", ref="local", email="local")
        self.assertEqual(self.binding.name, "Remote")
        self.perform()
        self.assertEqual(
            self.both_sides("name", "ref", "email"), ["Remote", "R2", "1@example.com"]
        )

    def test_the_activity_is_closed_and_the_chatter_has_the_choices(self):
        (activity,) = self.activities()
        self.assertIn("connector_conflict?binding_model=", activity.note)
        self.decide(name="remote", ref="local", email="remote")
        self.assertFalse(self.activities())
        body = self.binding.odoo_id.message_ids[0].body
        self.assertIn("Name: Remote (version of Test)", body)
        self.assertIn("Reference: R2 (version of this Odoo)", body)

    def test_each_field_needs_a_choice(self):
        with self.assertRaisesRegex(UserError, "Reference"):
            self.decide(name="remote", email="remote")
        with self.assertRaises(ValueError):
            self.decide(name="newest", ref="local", email="remote")

    def test_a_later_remote_change_is_shown_and_nothing_is_applied(self):
        conflict = self.look()
        self.change_remotely(name="Remote, later")
        answer = self.decide(conflict, name="remote", ref="remote", email="remote")
        self.assertTrue(answer["is_outdated"])
        self.assertEqual(answer["fields"][0]["remote"]["text"], "Remote, later")
        self.assertEqual(self.binding.name, "Countess")
        self.assertEqual(self.names(), ["name", "ref"])
        self.assertTrue(self.activities())
        self.decide(answer, name="remote", ref="local", email="remote")
        self.assertEqual(self.binding.name, "Remote, later")

    def test_a_later_local_change_is_shown(self):
        conflict = self.look()
        self.edit(name="Lady")
        answer = self.decide(conflict, name="local", ref="local", email="remote")
        self.assertTrue(answer["is_outdated"])
        self.assertEqual(answer["fields"][0]["local"]["text"], "Lady")

    def test_sides_that_agree_meanwhile_end_the_conflict(self):
        self.change_remotely(name="Countess", ref="R2", email="1@example.com")
        conflict = self.look()
        self.assertEqual(conflict["fields"], [])
        self.decide(conflict)
        self.assertFalse(self.activities())
        self.assertEqual(self.binding._find_conflict_activities().ids, [])

    def test_an_unreachable_backend_is_named(self):
        self.system.fail_next("read_many", NetworkRetryableError("no route"))
        self.system.fail_next("read", NetworkRetryableError("no route"))
        with self.assertRaisesRegex(UserError, "Countess.*no route"):
            self.look()

    def test_a_record_that_was_deleted_remotely_has_no_version(self):
        self.system.tables["test.res.partner"].clear()
        with self.assertRaisesRegex(UserError, "does not exist in Test any more"):
            self.look()
        self.assertTrue(self.binding.exists().odoo_id.active)

    def test_rights_to_decide(self):
        partner = self.binding.odoo_id
        operator, clerk = (
            new_test_user(self.env, name, groups=groups)
            for name, groups in (
                ("operator", "base.group_user,connector.group_connector_operator"),
                ("clerk", "base.group_user"),
            )
        )
        self.env.flush_all()
        with self.assertRaises(AccessError):  # no right to read the test bindings
            self.binding.with_user(clerk).get_conflict()
        binding = self.binding.with_user(operator)
        conflict = binding.get_conflict()
        with self.trap_jobs():
            binding.decide_conflict(
                {"name": "remote", "ref": "local", "email": "remote"},
                conflict["version"],
            )
        self.assertEqual(partner.name, "Remote")
        self.assertEqual(partner.message_ids[0].author_id, operator.partner_id)

    def test_the_salesperson_is_asked(self):
        seller = new_test_user(self.env, "seller", groups="base.group_user")
        self.decide(name="local", ref="local", email="remote")
        self.perform()
        self.binding.odoo_id.user_id = seller
        self.edit(name="Lady")
        self.change_remotely(name="Later")
        self.import_it()
        self.assertEqual(self.activities().user_id, seller)
        self.env.flush_all()
        rows = self.env["connector.bound.record"].search(
            [("conflict_user_id", "=", seller.id)]
        )
        self.assertEqual(rows.conflict_fields, "Name")
        self.assertEqual(rows.record_name, "Lady")

    def test_an_update_that_a_person_forces_closes_the_activity(self):
        self.import_it(force=True)
        self.assertFalse(self.activities())

    def test_unbinding_closes_the_activity(self):
        partner = self.binding.odoo_id
        self.binding.button_unbind()
        self.assertFalse(partner.activity_ids)
