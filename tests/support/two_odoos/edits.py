# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Edits of a user in the target, which are exported to the source."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import vodoo

#: title; model, field, and function that changes the value
CHANGES: tuple[tuple[str, str, str, Callable[[Any], Any]], ...] = (
    ("color of the tag", "res.partner.category", "color", lambda old: (old + 1) % 12),
    ("price of", "product.template", "list_price", lambda old: old + 1),
    ("weight of", "product.product", "weight", lambda old: old + 0.5),
)


def edit_records(client: vodoo.OdooClient, backend_id: int) -> list[str]:
    """Change a contact, a tag, a product and a variant, and create a contact.

    Several edits of the contact are one export. Return descriptions of the edits.
    """
    contact, contact_name = first_bound(client, backend_id, "res.partner")
    client.execute("res.partner", "write", [contact], {"city": "Namur"})
    client.execute("res.partner", "write", [contact], {"street": next_street(client)})
    done = [f"address of {contact_name}"]
    for title, model, field, change in CHANGES:
        record_id, name = first_bound(client, backend_id, model)
        (values,) = client.execute(model, "read", [record_id], [field])
        client.execute(model, "write", [record_id], {field: change(values[field])})
        done.append(f"{title} {name}")
    client.execute(
        "res.partner", "create", [{"name": "Made in the target", "parent_id": contact}]
    )
    return [*done, "a new contact"]


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
