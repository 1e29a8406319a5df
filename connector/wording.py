# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Names of records in words: "2 partner tags", "1 product"; texts cut to a length."""

from __future__ import annotations

from odoo import models

from .binding_models import wrapped_model


def shorten(text: str, length: int) -> str:
    """Return a text of a maximum length; a longer one ends with ``…``."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def count_records(model: models.BaseModel, count: int) -> str:
    """Return a count with the name of the records, of the wrapped model if it wraps."""
    name = wrapped_model(model.env, model._name)
    label = model.env["ir.model"]._get(name).sudo().name or name
    is_english = _is_english(model.env.lang)
    label = in_english(label, count) if is_english else label.lower()
    return f"{count} {label}"


def plural_of(name: str, lang: str | None) -> str:
    """Return the plural of the name of a model in English, or the name itself."""
    return _plural(name) if _is_english(lang) else name


def in_english(label: str, count: int) -> str:
    """Return the name of a model in singular or plural, in lower case.

    Names of models may be either: Contact, Partner Tags, Product Category.
    """
    words = [word if word.isupper() else word.lower() for word in label.split()]
    last = words[-1] if words else ""
    if count != 1:
        last = _plural(last)
    elif last.endswith("ies"):
        last = f"{last[:-3]}y"
    elif last.endswith("s") and not last.endswith(("ss", "us", "is")):
        last = last[:-1]
    return " ".join([*words[:-1], last])


def _is_english(lang: str | None) -> bool:
    return (lang or "en").startswith("en")


def _plural(name: str) -> str:
    """Return the English plural of a name, the name itself if it is one already."""
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return f"{name[:-1]}ies"
    if name.endswith(("x", "ch", "sh", "ss")):
        return f"{name}es"
    return name if name.endswith(("s", ")")) else f"{name}s"
