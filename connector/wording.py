# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Counts of records in words: "2 partner tags", "1 product"."""

from __future__ import annotations

from odoo import models


def count_records(model: models.BaseModel, count: int) -> str:
    """Return a count with the name of the records, of the wrapped model if it wraps."""
    wrapped = model._fields.get("odoo_id")
    name = (wrapped is not None and wrapped.comodel_name) or model._name
    label = model.env["ir.model"]._get(name).sudo().name or name
    if (model.env.lang or "en").startswith("en"):
        label = in_english(label, count)
    else:
        label = label.lower()
    return f"{count} {label}"


def in_english(label: str, count: int) -> str:
    """Return the name of a model in singular or plural, in lower case.

    Names of models may be either: Contact, Partner Tags, Product Category.
    """
    words = [word if word.isupper() else word.lower() for word in label.split()]
    last = words[-1] if words else ""
    if count == 1:
        if last.endswith("ies"):
            last = f"{last[:-3]}y"
        elif last.endswith("s") and not last.endswith(("ss", "us", "is")):
            last = last[:-1]
    elif last.endswith("y") and last[-2:-1] not in "aeiou":
        last = f"{last[:-1]}ies"
    elif last.endswith(("x", "ch", "sh", "ss")):
        last = f"{last}es"
    elif not last.endswith("s"):
        last = f"{last}s"
    return " ".join([*words[:-1], last])
