# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from .odoo_binding import bindings_to_odoo


class ProductTemplate(models.Model):
    _name = "product.template"
    _inherit = ["product.template", "connector.bound"]

    odoo_bind_ids = bindings_to_odoo("odoo.product.template")


class ProductProduct(models.Model):
    _name = "product.product"
    _inherit = ["product.product", "connector.bound"]

    odoo_bind_ids = bindings_to_odoo("odoo.product.product")


class ProductCategory(models.Model):
    _name = "product.category"
    _inherit = ["product.category", "connector.bound"]


class ProductAttribute(models.Model):
    _name = "product.attribute"
    _inherit = ["product.attribute", "connector.bound"]


class OdooProductCategory(models.Model):
    _name = "odoo.product.category"
    _inherit = "odoo.binding"
    _inherits = {"product.category": "odoo_id"}
    _description = "Product Category of another Odoo"
    _sync_choice = "sync_products"


class OdooProductAttribute(models.Model):
    _name = "odoo.product.attribute"
    _inherit = "odoo.binding"
    _inherits = {"product.attribute": "odoo_id"}
    _description = "Product Attribute of another Odoo"
    _sync_choice = "sync_products"


class OdooProductAttributeValue(models.Model):
    _name = "odoo.product.attribute.value"
    _inherit = "odoo.binding"
    _inherits = {"product.attribute.value": "odoo_id"}
    _description = "Product Attribute Value of another Odoo"
    _sync_choice = "sync_products"
    _part_of = "attribute_id"


class OdooProductTemplate(models.Model):
    _name = "odoo.product.template"
    _inherit = "odoo.binding"
    _inherits = {"product.template": "odoo_id"}
    _description = "Product of another Odoo"
    _sync_choice = "sync_products"
    _export_domain = "export_product_domain"


class OdooProductAttributeLine(models.Model):
    """Binding of the values of one attribute of a product."""

    _name = "odoo.product.attribute.line"
    _inherit = "odoo.binding"
    _inherits = {"product.template.attribute.line": "odoo_id"}
    _description = "Product Attribute Line of another Odoo"
    _sync_choice = "sync_products"
    _part_of = "product_tmpl_id"


class OdooProductLineValue(models.Model):
    """Binding of one value of a line and its extra price; Odoo creates the value."""

    _name = "odoo.product.line.value"
    _inherit = "odoo.binding"
    _inherits = {"product.template.attribute.value": "odoo_id"}
    _description = "Product Attribute Line Value of another Odoo"
    _sync_choice = "sync_products"
    _part_of = "product_tmpl_id"


class OdooProductProduct(models.Model):
    _name = "odoo.product.product"
    _inherit = "odoo.binding"
    _inherits = {"product.product": "odoo_id"}
    _description = "Product Variant of another Odoo"
    _sync_choice = "sync_products"
    _part_of = "product_tmpl_id"
