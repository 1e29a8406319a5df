# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a person might change in the target, for the source to hear of."""

from __future__ import annotations

from typing import Any

import vodoo


def edit_records(client: vodoo.OdooClient, backend_id: int) -> list[str]:
    """Change a contact, a tag, a product and a variant, and make a new contact.

    Several edits of the contact are one export. Return what was done.
    """
    contact, contact_name = first_bound(client, backend_id, "res.partner")
    client.execute("res.partner", "write", [contact], {"city": "Namur"})
    client.execute("res.partner", "write", [contact], {"street": next_street(client)})
    tag, tag_name = first_bound(client, backend_id, "res.partner.category")
    (color,) = client.execute("res.partner.category", "read", [tag], ["color"])
    new_color = (color["color"] + 1) % 12
    client.execute("res.partner.category", "write", [tag], {"color": new_color})
    product, product_name = first_bound(client, backend_id, "product.template")
    (price,) = client.execute("product.template", "read", [product], ["list_price"])
    new_price = price["list_price"] + 1
    client.execute("product.template", "write", [product], {"list_price": new_price})
    variant, variant_name = first_bound(client, backend_id, "product.product")
    (weight,) = client.execute("product.product", "read", [variant], ["weight"])
    new_weight = weight["weight"] + 0.5
    client.execute("product.product", "write", [variant], {"weight": new_weight})
    client.execute(
        "res.partner", "create", [{"name": "Made in the target", "parent_id": contact}]
    )
    return [
        f"address of {contact_name}",
        f"color of the tag {tag_name}",
        f"price of {product_name}",
        f"weight of {variant_name}",
        "a new contact",
    ]


def first_bound(
    client: vodoo.OdooClient, backend_id: int, model: str
) -> tuple[int, Any]:
    """Return id and name of the first record that came from the source."""
    (binding,) = client.execute(
        f"odoo.{model}",
        "search_read",
        [("backend_id", "=", backend_id)],
        fields=["odoo_id"],
        limit=1,
        order="id",
    )
    return tuple(binding["odoo_id"])


def next_street(client: vodoo.OdooClient) -> str:
    """Return a street that is another one each time."""
    return f"Rue du Pont {client.execute('queue.job', 'search_count', [])}"
