# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .rights_common import MANAGER, SECRET, RightsCase


@tagged("post_install", "-at_install")
class TestSynchronizeAs(RightsCase):
    """Scheduled and webhook work runs as a user whom nobody gains rights by."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._user("other", MANAGER, cls.here)
        cls.administrator = cls._user(
            "administrator", f"{MANAGER},base.group_erp_manager", cls.here
        )
        cls.backend.user_id = cls.other
        cls.env.flush_all()
        cls.env.cr.precommit.clear()

    def schedule(self):
        """Run the schedule, and return the jobs that it makes."""
        known = self.env["queue.job"].search([])
        self.env["connector.backend.mixin"]._run_schedules()
        self.env.flush_all()
        return (
            self.env["queue.job"]
            .search([("id", "not in", known.ids)])
            .filtered(lambda job: job.sync_backend_id == self.backend.id)
        )

    def start(self, **values):
        self.backend.write(
            {"state": "production", "import_interval_minutes": 5, **values}
        )

    # -- the user -------------------------------------------------------------

    def test_by_default_it_is_who_makes_the_backend(self):
        backends = self.env["odoo.backend"]
        self.assertEqual(backends.with_user(self.manager)._default_user(), self.manager)
        admin = self.env.ref("base.user_admin")
        self.assertEqual(backends.with_user(SUPERUSER_ID)._default_user(), admin)

    def test_a_copy_is_not_synchronized_as_the_same_user(self):
        copied = self.backend.with_user(self.manager).copy()
        self.assertEqual(copied.user_id, self.manager)

    def test_a_manager_chooses_nobody_else(self):
        backend = self.backend.with_user(self.manager)
        values = {
            "name": "Mine",
            "company_id": self.here.id,
            "url": "http://127.0.0.1:2",
            "database": "mine",
            "login": "me",
        }
        backends = backend.browse()
        names = ["name", "url", "database", "login", "user_id/.id"]
        row = ["Mine", "http://127.0.0.1:2", "mine", "me", str(self.administrator.id)]
        theirs = {"user_id": self.administrator.id}
        for choose in (
            lambda: backend.write(theirs),
            lambda: backend.web_save(theirs, {}),
            lambda: backends.create({**values, **theirs}),
            lambda: backends.with_context(default_user_id=self.administrator.id).create(
                values
            ),
            lambda: backend.copy(theirs),
        ):
            with (
                self.assertRaisesRegex(AccessError, "you may choose only yourself"),
                self.env.cr.savepoint(),
            ):
                choose()
        result = backends.load(names, [row])
        self.assertIn("you may choose only yourself", str(result["messages"]))

    def test_a_manager_takes_it_over(self):
        self.backend.with_user(self.manager).user_id = self.manager
        self.assertEqual(self.backend.user_id, self.manager)

    def test_an_administrator_of_access_rights_chooses_any_user(self):
        self.administrator.company_ids += self.elsewhere
        self.backend.with_user(self.administrator).user_id = self.manager
        self.assertEqual(self.backend.user_id, self.manager)

    def test_a_form_is_saved_without_touching_the_user(self):
        with Form(self.backend.with_user(self.manager)) as form:
            form.name = "Renamed"
        self.assertEqual(self.backend.user_id, self.other)

    # -- another server -------------------------------------------------------

    def test_a_change_of_the_server_does_not_feed_data_as_another_user(self):
        for values in (
            {"url": "http://127.0.0.1:2"},
            {"database": "mine"},
            {"login": "me"},
            {"api_key": "another key"},
        ):
            with self.subTest(values):
                self.backend.user_id = self.other
                self.backend.api_key = SECRET
                self.backend.with_user(self.manager).write(values)
                self.assertEqual(self.backend.user_id, self.manager)

    def test_a_user_who_may_choose_the_user_may_change_the_server(self):
        for user in (self.other, self.administrator):
            self.backend.user_id = self.other
            self.backend.with_user(user).login = f"login of {user.login}"
            self.assertEqual(self.backend.user_id, self.other)

    def test_a_change_of_other_fields_keeps_the_user(self):
        self.backend.with_user(self.manager).write(
            {"name": "HQ", "chunk_size": 3, "sync_partners": "both"}
        )
        self.backend.with_user(self.manager).url = self.backend.url
        self.assertEqual(self.backend.user_id, self.other)

    # -- activation -----------------------------------------------------------

    def test_production_needs_a_user_who_can(self):
        portal = self._user("portal", "base.group_portal", self.here)
        reader = self._user("reader", "base.group_user", self.here)
        foreign = self._user("foreign", MANAGER, self.elsewhere)
        gone = self._user("gone", MANAGER, self.here)
        gone.active = False
        for user, reason in (
            (self.env["res.users"], "needs a user"),
            (self.env.ref("base.user_root"), "needs a user"),
            (gone, "is archived"),
            (portal, "not an internal user"),
            (foreign, "may not work in Here Inc."),
            (reader, "has no right on it. Give this user the group"),
        ):
            self.backend.write({"state": "checked", "user_id": user.id})
            with (
                self.subTest(reason),
                self.assertRaisesRegex(ValidationError, reason),
                self.env.cr.savepoint(),
            ):
                self.backend.button_start_production()
        self.backend.user_id = self.other
        self.backend.button_start_production()
        self.assertEqual(self.backend.state, "production")

    def test_a_backend_in_production_keeps_a_user_who_can(self):
        self.start()
        for values in (
            {"user_id": False},
            {"user_id": SUPERUSER_ID},
            {"company_id": self.elsewhere.id},
        ):
            with (
                self.subTest(values),
                self.assertRaises(ValidationError),
                self.env.cr.savepoint(),
            ):
                self.backend.write(values)

    # -- the schedule ---------------------------------------------------------

    def test_the_schedule_works_as_the_user(self):
        self.start(removal_interval_hours=1)
        jobs = self.schedule()
        methods = {"import_changes", "import_removed"}
        self.assertEqual({*jobs.mapped("method_name")}, methods)
        self.assertEqual(jobs.user_id, self.other)
        for job in jobs:
            self.assertFalse(job.records.env.su)
            self.assertEqual(job.args[0].env.user, self.other)
            self.assertEqual(job.args[0].env.companies, self.here)

    def test_the_schedule_stops_with_a_reason_without_its_user(self):
        def archive():
            self.other.active = False

        def move():
            self.other.write(
                {"company_ids": self.elsewhere.ids, "company_id": self.elsewhere.id}
            )

        for lose, reason in ((archive, "is archived"), (move, "may not work in")):
            with (
                self.subTest(reason),
                self.assertLogs("odoo.addons.connector", "WARNING") as logs,
            ):
                self.other.write(
                    {
                        "active": True,
                        "company_ids": self.here.ids,
                        "company_id": self.here.id,
                    }
                )
                self.start(user_id=self.other.id, next_import_at=False)
                lose()
                self.assertFalse(self.schedule())
                self.assertEqual(self.backend.state, "paused")
                self.assertRegex(self.backend.reason_to_pause, reason)
                self.assertIn("was paused", "\n".join(logs.output))
                self.assertFalse(self.schedule())
        self.assertIn("Paused auto", self.backend.activity_ids.mapped("summary")[0])
        self.assertEqual(len(self.backend.activity_ids), 1)


@tagged("post_install", "-at_install")
class TestBindingRights(RightsCase):
    """A user who links a record to an external one needs the right to write it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._user(
            "clerk", f"{MANAGER},base.group_partner_manager", cls.here
        )
        cls.admin_partner = cls.env.ref("base.user_admin").partner_id
        cls.elsewhere_partner = cls.env["res.partner"].create(
            {"name": "Foreign", "company_id": cls.elsewhere.id}
        )
        cls.tag = cls.env["res.partner.category"].create({"name": "Tag"})
        cls.own = cls.binding.with_user(cls.clerk)
        cls.env.flush_all()
        cls.env.cr.precommit.clear()

    def assertAllRefused(self, *ways):
        for number, way in enumerate(ways):
            with (
                self.subTest(number),
                self.assertRaises(AccessError),
                self.env.cr.savepoint(),
            ):
                way()

    def link_to(self, partner):
        return {
            "backend_id": self.backend.id,
            "external_id": "9",
            "odoo_id": partner.id,
        }

    def test_a_binding_is_not_linked_to_the_record_of_an_administrator(self):
        partner = self.admin_partner
        bindings = self.own.browse()
        link = self.link_to(partner)
        self.assertAllRefused(
            lambda: self.own.write({"odoo_id": partner.id}),
            lambda: self.own.web_save({"odoo_id": partner.id}, {}),
            lambda: bindings.create(link),
            lambda: bindings.with_context(default_odoo_id=partner.id).create(
                {"backend_id": self.backend.id, "external_id": "9"}
            ),
            lambda: bindings.create({**link, "email": "me@example.com"}),
            lambda: self.own.copy({"odoo_id": partner.id, "external_id": "9"}),
            lambda: partner.with_user(self.clerk).write(
                {"odoo_bind_ids": [(0, 0, {**link, "odoo_id": False})]}
            ),
            lambda: partner.with_user(self.clerk).write(
                {"odoo_bind_ids": [(4, self.own.id)]}
            ),
        )
        result = bindings.load(
            ["backend_id/.id", "external_id", "odoo_id/.id"],
            [[str(self.backend.id), "9", str(partner.id)]],
        )
        self.assertTrue(result["messages"])
        self.assertFalse(partner.odoo_bind_ids)

    def test_a_binding_of_an_administrator_is_not_fed_by_another_record(self):
        binding = self.env["odoo.res.partner"].create(self.link_to(self.admin_partner))
        other = self.backend.copy()
        binding = binding.with_user(self.clerk)
        self.assertAllRefused(
            lambda: binding.write({"external_id": "10"}),
            lambda: binding.write({"backend_id": other.id}),
            lambda: binding.web_save({"external_id": "10"}, {}),
        )

    def test_a_binding_is_not_linked_to_the_record_of_another_company(self):
        self.assertAllRefused(
            lambda: self.own.write({"odoo_id": self.elsewhere_partner.id})
        )

    def test_a_user_without_write_access_to_contacts_links_none(self):
        access = self.env["ir.model.access"].search(
            [("model_id.model", "=", "res.partner"), ("perm_write", "=", True)]
        )
        access.group_id = self.env.ref("base.group_system")
        binding = self.binding.with_user(self.manager)
        mine = self.env["res.partner"].create({"name": "Mine"})
        self.assertAllRefused(
            lambda: binding.write({"odoo_id": mine.id}),
            lambda: binding.write({"external_id": "10"}),
            lambda: binding.browse().create(self.link_to(mine)),
        )
        binding.write({"sync_date": "2026-01-31 12:00:00"})

    def test_a_user_with_write_access_links_the_record(self):
        mine = self.env["res.partner"].create({"name": "Mine"})
        self.own.write({"odoo_id": mine.id, "external_id": "10"})
        self.assertEqual(self.binding.odoo_id, mine)
        created = self.own.create(
            [
                {"backend_id": self.backend.id, "external_id": "11", "name": "New"},
                {
                    **self.link_to(self.env["res.partner"].create({"name": "Known"})),
                    "email": "known@example.com",
                },
            ]
        )
        self.assertEqual(created.mapped("name"), ["New", "Known"])

    def test_a_binding_without_inherits_is_held_too(self):
        self.assertEqual(self.own._wrapping_fields(), ["odoo_id"])
