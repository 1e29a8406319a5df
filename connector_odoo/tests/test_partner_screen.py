# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged

from odoo.addons.queue_job.tests.common import trap_jobs


@tagged("post_install", "-at_install")
class TestPartnerScreen(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend = cls.env["odoo.backend"].create(
            {
                "name": "Headquarters",
                "url": "https://erp.example.com/",
                "database": "hq & more",
                "login": "sync",
                "state": "checked",
            }
        )
        cls.binding = cls.env["odoo.res.partner"].create(
            {
                "backend_id": cls.backend.id,
                "external_id": "42",
                "name": "Ada",
                "sync_date": "2026-01-31 12:00:00",
            }
        )
        cls.partner = cls.binding.odoo_id
        cls.user = new_test_user(cls.env, "clerk", groups="base.group_user")
        cls.operator = new_test_user(
            cls.env,
            "operator",
            groups="base.group_user,connector.group_connector_operator",
        )
        cls.manager = new_test_user(
            cls.env,
            "keeper",
            groups="base.group_user,connector.group_connector_manager",
        )

    def _page(self, user):
        """Return the tab of the partner form, as a user gets it."""
        partners = self.env["res.partner"].with_user(user)
        view = partners.get_view(self.env.ref("base.view_partner_form").id, "form")
        pages = etree.fromstring(view["arch"]).xpath("//page[@name='connector']")
        return pages[0] if pages else None

    def _entries(self, user):
        self.env.flush_all()
        tab = self.env["connector.record.tab"].with_user(user)
        return tab.get_tab("res.partner", self.partner.id)

    def test_a_bound_partner_has_the_tab(self):
        self.assertEqual(
            self._page(self.user).get("invisible"), "not (synchronized_with)"
        )

    def test_a_user_sees_where_a_partner_is_bound(self):
        (entry,) = self._entries(self.user)
        self.assertEqual(entry["backend"], "Headquarters")
        self.assertEqual(entry["external_id"], "42")
        self.assertEqual(entry["status_label"], "In sync")
        self.assertIn("id=42&model=res.partner", entry["url"])
        self.assertTrue(entry["synchronized_at"])

    def test_an_archived_partner_shows_its_bindings(self):
        self.partner.active = False
        self.env.invalidate_all()
        self.assertEqual(self.partner.odoo_bind_ids, self.binding)

    def test_only_an_operator_may_synchronize(self):
        rights = ("can_update", "can_push", "can_unbind", "can_retry")
        shown = {
            user: [self._entries(user)[0][name] for name in rights]
            for user in (self.user, self.operator, self.manager)
        }
        self.assertEqual(
            shown,
            {
                self.user: [False, False, False, False],
                self.operator: [True, False, False, True],
                self.manager: [True, False, True, True],
            },
        )
        with self.assertRaises(AccessError):
            self.binding.with_user(self.user).button_synchronize()
        with trap_jobs() as trap:
            self.binding.with_user(self.manager).button_synchronize()
        trap.assert_jobs_count(1)

    def test_the_job_of_an_operator_runs_as_the_user_of_the_backend(self):
        self.backend.user_id = self.manager
        with trap_jobs() as trap:
            self.binding.with_user(self.operator).button_synchronize()
        (job,) = trap.enqueued_jobs
        self.assertEqual(job.env.user, self.manager)

    def test_a_user_may_not_change_bindings(self):
        binding = self.binding.with_user(self.user)
        for change in (
            lambda: binding.write({"external_id": "43"}),
            lambda: binding.copy(),
            lambda: binding.unlink(),
        ):
            with self.assertRaises(AccessError):
                change()

    def test_a_portal_user_reads_partners_without_bindings(self):
        portal = new_test_user(self.env, "visitor", groups="base.group_portal")
        partner = portal.partner_id.with_user(portal)
        self.assertNotIn("odoo_bind_ids", partner.fields_get())
        with self.assertRaises(AccessError):
            partner.read(["odoo_bind_ids"])

    def test_a_user_opens_the_record_in_the_other_odoo(self):
        action = self.binding.with_user(self.user).button_open_in_backend()
        url = urlsplit(action["url"])
        self.assertEqual(action["type"], "ir.actions.act_url")
        self.assertEqual((url.netloc, url.path), ("erp.example.com", "/web"))
        self.assertEqual(parse_qs(url.query), {"db": ["hq & more"]})
        self.assertEqual(
            parse_qs(url.fragment),
            {"id": ["42"], "model": ["res.partner"], "view_type": ["form"]},
        )
