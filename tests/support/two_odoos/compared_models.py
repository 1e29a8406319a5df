# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The compared models and fields, which exist in every Odoo since 14."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ComparedModel:
    """The fields of a model that must be equal in both databases.

    :param plain: compared as they are, numbers to six decimals
    :param imported: relation → its model; compared by the source's ids
    :param known: relation → its model; compared by the code of the other record
    :param texts: compared without markup and white space: text here may be HTML there
    :param domain: which records are compared
    :param binding: the model of the bindings, if it is not named after this one
    """

    name: str
    plain: Sequence[str]
    imported: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, str] = field(default_factory=dict)
    texts: Sequence[str] = ()
    domain: Sequence[tuple] = ()
    binding: str = ""

    @property
    def fields(self) -> list[str]:
        return [*self.plain, *self.texts, *self.imported, *self.known]

    @property
    def binding_model(self) -> str:
        return self.binding or f"odoo.{self.name}"


#: which are not synchronized
NO_COMBOS = (("type", "!=", "combo"),)

CONTACT_MODELS = (
    ComparedModel(
        name="res.partner.category",
        plain=("name", "color", "active"),
        imported={"parent_id": "res.partner.category"},
    ),
    ComparedModel(
        name="res.partner",
        plain=(
            *("name", "is_company", "type", "active", "ref", "vat", "function"),
            *("email", "phone", "website", "street", "street2", "zip", "city"),
            "color",
        ),
        texts=("comment",),
        imported={
            "parent_id": "res.partner",
            "category_id": "res.partner.category",
        },
        known={"country_id": "res.country", "state_id": "res.country.state"},
    ),
)

PRODUCT_MODELS = (
    ComparedModel(
        name="product.category",
        plain=("name",),
        imported={"parent_id": "product.category"},
    ),
    ComparedModel(
        name="product.attribute",
        plain=("name", "create_variant", "display_type"),
    ),
    ComparedModel(
        name="product.attribute.value",
        plain=("name", "html_color", "is_custom"),
        imported={"attribute_id": "product.attribute"},
    ),
    ComparedModel(
        name="product.template",
        plain=(
            *("name", "active", "sale_ok", "purchase_ok", "description_sale"),
            "list_price",
        ),
        imported={"categ_id": "product.category"},
        known={"uom_id": "uom.uom"},
        domain=NO_COMBOS,
    ),
    ComparedModel(
        name="product.template.attribute.line",
        plain=("active",),
        imported={
            "product_tmpl_id": "product.template",
            "attribute_id": "product.attribute",
            "value_ids": "product.attribute.value",
        },
        binding="odoo.product.attribute.line",
    ),
    ComparedModel(
        name="product.product",
        plain=(
            *("default_code", "barcode", "active", "weight", "volume"),
            *("standard_price", "lst_price"),
        ),
        imported={"product_tmpl_id": "product.template"},
        domain=NO_COMBOS,
    ),
)

SALE_MODELS = (
    ComparedModel(
        name="sale.order",
        plain=("client_order_ref", "date_order"),
        imported={"partner_id": "res.partner"},
    ),
    ComparedModel(
        name="sale.order.line",
        plain=("name", "product_uom_qty", "price_unit", "discount"),
        imported={"order_id": "sale.order", "product_id": "product.product"},
    ),
)

COMPARED_MODELS = (*CONTACT_MODELS, *PRODUCT_MODELS, *SALE_MODELS)
