# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.connector_odoo.models import odoo_backend_scope

from .rights_common import RightsCase


class ScopeCase(RightsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.write(
            {
                "sync_partners": "both",
                "sync_products": "both",
                "export_new": True,
                "company_id": False,
            }
        )
        cls.commit_events()

    @classmethod
    def commit_events(cls):
        """Run what runs right before a commit."""
        cls.env.flush_all()
        cls.env.cr.precommit.run()

    def is_bound(self, record):
        self.commit_events()
        record.invalidate_recordset()
        bindings = record.with_context(active_test=False).odoo_bind_ids
        return self.backend in bindings.backend_id


@tagged("post_install", "-at_install")
class TestExportScope(ScopeCase):
    """Which new records are exported."""

    def test_the_contact_of_a_new_internal_user_is_not_exported(self):
        user = new_test_user(self.env, "scope-colleague", groups="base.group_user")
        self.assertFalse(self.is_bound(user.partner_id))

    def test_the_contact_of_a_new_company_is_not_exported(self):
        company = self.env["res.company"].create({"name": "Subsidiary"})
        self.assertFalse(self.is_bound(company.partner_id))

    def test_public_users_and_bots_are_not_exported(self):
        # as a new website makes its own, and a bot its author
        user = self.env.ref("base.public_user").copy({"login": "scope-public"})
        bot = self.env["res.partner"].create({"name": "Bot", "active": False})
        self.assertFalse(self.is_bound(user.partner_id))
        self.assertFalse(self.is_bound(bot))

    def test_a_customer_with_access_to_the_portal_is_exported(self):
        user = new_test_user(self.env, "scope-customer", groups="base.group_portal")
        self.assertTrue(self.is_bound(user.partner_id))

    def test_other_new_contacts_are_exported(self):
        self.assertTrue(self.is_bound(self.env["res.partner"].create({"name": "Bob"})))

    def test_the_backends_are_searched_once_for_many_new_contacts(self):
        backends = self.registry["odoo.backend"]
        search, searches = backends.search, []

        def count_search(records, domain, *args, **kwargs):
            searches.append(domain)
            return search(records, domain, *args, **kwargs)

        partners = self.env["res.partner"].create([{"name": n} for n in "ABC"])
        with patch.object(backends, "search", count_search):
            self.assertTrue(self.is_bound(partners[0]))
        self.assertEqual(searches.count([]), 1)
        for partner in partners:
            self.assertTrue(self.is_bound(partner))

    def test_a_domain_says_which(self):
        self.backend.export_partner_domain = "[('is_company', '=', True)]"
        for is_company in (True, False):
            partner = self.env["res.partner"].create(
                {"name": "Bob", "is_company": is_company}
            )
            self.assertEqual(self.is_bound(partner), is_company)

    def test_an_empty_domain_is_for_all(self):
        for domain in (False, "", "[]"):
            self.backend.export_partner_domain = domain
            user = new_test_user(self.env, f"scope-all-{domain}")
            self.assertTrue(self.is_bound(user.partner_id))

    def test_a_bound_record_stays_synchronized(self):
        partner = self.env["res.partner"].create({"name": "Bob"})
        self.assertTrue(self.is_bound(partner))
        self.env["res.users"].create(
            {"login": "scope-hired", "partner_id": partner.id, "name": "Bob"}
        )
        self.commit_events()
        binding = partner.odoo_bind_ids
        jobs = [("method_name", "=", "export_record"), ("state", "=", "pending")]
        self.env["queue.job"].search(jobs).unlink()
        partner.function = "Clerk"
        self.commit_events()
        exported = self.env["queue.job"].search(jobs).mapped("records")
        self.assertIn(binding.id, [record.id for record in exported])

    def test_the_parts_of_a_product_follow_it(self):
        self.backend.export_product_domain = "[('sale_ok', '=', True)]"
        for sale_ok in (True, False):
            product = self.env["product.product"].create(
                {"name": "Mug", "sale_ok": sale_ok}
            )
            self.assertEqual(self.is_bound(product.product_tmpl_id), sale_ok)
            self.assertEqual(self.is_bound(product), sale_ok)

    def test_a_part_goes_where_its_whole_is_whatever_the_domain(self):
        product = self.env["product.product"].create({"name": "Mug"})
        self.assertTrue(self.is_bound(product))
        self.backend.export_product_domain = "[('sale_ok', '=', False)]"
        color = self.env["product.attribute"].create(
            {
                "name": "Color",
                "value_ids": [Command.create({"name": name}) for name in ("R", "G")],
            }
        )
        product.product_tmpl_id.attribute_line_ids = [
            Command.create(
                {
                    "attribute_id": color.id,
                    "value_ids": [Command.set(color.value_ids.ids)],
                }
            )
        ]
        for variant in product.product_tmpl_id.product_variant_ids:
            self.assertTrue(self.is_bound(variant))

    def test_a_text_that_is_not_a_domain_is_refused(self):
        for domain in (
            "5",
            "name",
            "[('name')]",
            "[('name', '=')]",
            "[('no_such_field', '=', 1)]",
            "[('name', 'resembles', 'x')]",
            "[('name.no_such_field', '=', 1)]",
            "[('create_date', '<', context_today())]",
            "[('id', '=', uid)]",
            "__import__('os').system('true')",
            "[" * 5000,
            "['&']",
            "[\0]",
        ):
            with (
                self.subTest(domain[:40]),
                self.assertRaisesRegex(ValidationError, "must be a domain"),
                self.env.cr.savepoint(),
            ):
                self.backend.export_partner_domain = domain

    def test_a_removed_field_does_not_prevent_saving(self):
        with patch.object(
            odoo_backend_scope.OdooBackend,
            "_check_export_domains",
            lambda self: None,
        ):
            self.env.cr.execute(
                "UPDATE odoo_backend SET export_partner_domain = %s WHERE id = %s",
                ["[('removed', '=', 1)]", self.backend.id],
            )
            self.env.invalidate_all()
        with mute_logger(odoo_backend_scope.__name__):
            partner = self.env["res.partner"].create({"name": "Bob"})
            self.assertFalse(self.is_bound(partner))
