# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class OdooProductCategory(models.Model):
    _name = "odoo.product.category"
    _inherit = "odoo.binding"
    _inherits = {"product.category": "odoo_id"}
    _description = "Product Category of another Odoo"


class OdooProductAttribute(models.Model):
    _name = "odoo.product.attribute"
    _inherit = "odoo.binding"
    _inherits = {"product.attribute": "odoo_id"}
    _description = "Product Attribute of another Odoo"


class OdooProductAttributeValue(models.Model):
    _name = "odoo.product.attribute.value"
    _inherit = "odoo.binding"
    _inherits = {"product.attribute.value": "odoo_id"}
    _description = "Product Attribute Value of another Odoo"


class OdooProductTemplate(models.Model):
    _name = "odoo.product.template"
    _inherit = "odoo.binding"
    _inherits = {"product.template": "odoo_id"}
    _description = "Product of another Odoo"


class OdooProductAttributeLine(models.Model):
    """The values of one attribute that a product comes in."""

    _name = "odoo.product.attribute.line"
    _inherit = "odoo.binding"
    _inherits = {"product.template.attribute.line": "odoo_id"}
    _description = "Product Attribute Line of another Odoo"


class OdooProductVariant(models.Model):
    _name = "odoo.product.product"
    _inherit = "odoo.binding"
    _inherits = {"product.product": "odoo_id"}
    _description = "Product Variant of another Odoo"
