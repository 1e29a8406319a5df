# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Fields of contacts that are computed, in all the ways that Odoo knows."""

from odoo import api, fields, models


class Partner(models.Model):
    _inherit = "res.partner"

    test_stored = fields.Char(compute="_compute_test_stored", store=True)
    test_unstored = fields.Char(compute="_compute_test_unstored")
    test_of_computed = fields.Char(compute="_compute_test_of_computed")
    test_related = fields.Char(related="parent_id.phone")
    test_children = fields.Char(compute="_compute_test_children")
    test_path = fields.Char(
        compute="_compute_test_path", recursive=True, string="Test names of parents"
    )
    test_quantity = fields.Float(compute="_compute_test_quantity")

    @api.depends("email")
    def _compute_test_stored(self):
        for partner in self:
            partner.test_stored = (partner.email or "").upper()

    @api.depends("phone")
    def _compute_test_unstored(self):
        for partner in self:
            partner.test_unstored = f"tel:{partner.phone}"

    @api.depends("test_stored", "test_unstored")
    def _compute_test_of_computed(self):
        for partner in self:
            partner.test_of_computed = f"{partner.test_stored} {partner.test_unstored}"

    @api.depends("child_ids.name")
    def _compute_test_children(self):
        for partner in self:
            partner.test_children = ", ".join(partner.child_ids.mapped("name"))

    @api.depends("name", "parent_id.test_path")
    def _compute_test_path(self):
        for partner in self:
            parent = partner.parent_id.test_path
            partner.test_path = f"{parent or ''}/{partner.name}"

    def _compute_test_quantity(self):
        for partner in self:
            stocks = self.env["test.export.stock"].search(
                [("partner_id", "=", partner.id)]
            )
            partner.test_quantity = sum(stocks.mapped("quantity"))
