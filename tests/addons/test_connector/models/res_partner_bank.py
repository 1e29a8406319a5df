# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class TestPartnerBank(models.Model):
    """The binding of a line, which belongs to the binding of its parent."""

    _name = "test.res.partner.bank"
    _inherit = "test.binding"
    _inherits = {"res.partner.bank": "odoo_id"}
    _description = "Test Bank Binding"

    backend_id = fields.Many2one(ondelete="cascade")  # the rest is of the mixin
    test_partner_id = fields.Many2one(
        "test.res.partner", required=True, ondelete="cascade"
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            parent = self.env["test.res.partner"].browse(vals["test_partner_id"])
            vals["partner_id"] = parent.odoo_id.id
            # a model that normalizes what it is given, and the dict it comes in
            vals["acc_number"] = vals.pop("acc_number").replace(" ", "")
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("acc_number"):
            vals = {**vals, "acc_number": vals["acc_number"].replace(" ", "")}
        if vals.get("test_partner_id"):
            parent = self.env["test.res.partner"].browse(vals["test_partner_id"])
            vals = {**vals, "partner_id": parent.odoo_id.id}
        return super().write(vals)


class TestPartner(models.Model):
    _inherit = "test.res.partner"

    test_bank_ids = fields.One2many("test.res.partner.bank", "test_partner_id")
