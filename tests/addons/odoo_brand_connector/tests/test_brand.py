# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.connector_odoo.tests.common import OdooConnectorCase
from odoo.addons.queue_job.tests.common import trap_jobs


@tagged("post_install", "-at_install")
class TestBrand(OdooConnectorCase):
    """The dozen lines of the docs synchronize both ways, with a real server."""

    def setUp(self):
        super().setUp()
        self.backend.write({"sync_partners": "both", "sync_products": "both"})
        with trap_jobs():
            self.maker = self.env["res.partner"].create({"name": "Weaver"})
            self.brand = self.env["made.up.brand"].create(
                {"name": "Silk", "maker_id": self.maker.id}
            )
            self.env.cr.flush()

    def test_a_brand_arrives_with_its_maker(self):
        (binding,) = self._import("odoo.made.up.brand", self.brand)
        (maker,) = self._bindings("odoo.res.partner", self.maker)
        self.assertNotEqual(binding.odoo_id, self.brand)
        self.assertEqual(binding.name, "Silk")
        self.assertEqual(binding.maker_id, maker.odoo_id)

    def test_it_is_imported_and_exported_where_products_are(self):
        self.assertIn("odoo.made.up.brand", self.backend._imported_models())
        self.assertIn("odoo.made.up.brand", self.backend._exported_models())

    def test_an_edit_here_arrives_there(self):
        (binding,) = self._import("odoo.made.up.brand", self.brand)
        with trap_jobs() as trap:
            binding.odoo_id.name = "Velvet"
            self.env.cr.flush()
            trap.assert_enqueued_job(
                binding.export_record, args=(), kwargs={"fields": ["name"]}
            )
            trap.perform_enqueued_jobs()
        self.brand.invalidate_recordset()
        self.assertEqual(self.brand.name, "Velvet")

    def test_a_new_brand_is_created_there_with_its_maker(self):
        self.backend.export_new = True
        self.env.flush_all()
        with trap_jobs() as trap:
            brand = self.env["made.up.brand"].create(
                {"name": "Wool", "maker_id": self.maker.id}
            )
            self.env.cr.flush()
            self.backend.export_new = False  # the other side is this database, too
            self.env.cr.flush()
            trap.perform_enqueued_jobs()
        binding = self.env["odoo.made.up.brand"].search([("odoo_id", "=", brand.id)])
        there = brand.browse(int(binding.external_id))
        maker = self.env["odoo.res.partner"].search([("odoo_id", "=", self.maker.id)])
        self.assertNotEqual(there, brand)
        self.assertEqual(there.name, "Wool")
        self.assertEqual(there.maker_id.id, int(maker.external_id))

    def test_the_connection_check_covers_it(self):
        self.env["ir.model.access"].search(
            [("model_id.model", "=", "made.up.brand")]
        ).perm_write = False
        self.env.flush_all()
        with self.assertRaisesRegex(UserError, r"may not write Brand"):
            self.backend.button_check_connection()
