# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The rows of a backend's table on the dashboard: its models, sub-models folded in.

A model is a *sub-model* of another one of the same backend if its records cannot exist
without a record of that model: the wrapped model ``_inherits`` it, or has a required
many2one to it that deletes with it (``ondelete="cascade"``)::

    Product          ◄── _inherits ──────── Product Variant
                     ◄── required, cascade ─ Attribute Line ◄── … ── Attribute Value
    Sales Order      ◄── required, cascade ─ Sales Order Line

So a person sees "Products" with the numbers of all of these, and opens the row for the
single ones. If a model has several parents, the one that is synchronized last counts.
"""

from __future__ import annotations

from collections.abc import Sequence

from odoo import models
from odoo.api import Environment

from ..binding_models import wrapped_model


def find_binding_models(backend: models.BaseModel) -> list[str]:
    """Return the binding models of a backend, in the order of their dependencies.

    A backend without the mixin does not name its models: all with its bindings count.
    """
    if backend._has_states:
        names = [*backend._imported_models(), *backend._exported_models()]
        return list(dict.fromkeys(names))
    return [
        name
        for name in backend.env.registry.descendants(["external.binding"], "_inherit")
        if is_binding_of(backend.env, name, backend._name)
    ]


def is_binding_of(env: Environment, name: str, backend_model: str) -> bool:
    """Return whether a model has the bindings of a backend model."""
    if name not in env or env[name]._abstract:
        return False
    field = env[name]._fields.get("backend_id")
    return field is not None and field.comodel_name == backend_model


def find_parents(env: Environment, names: Sequence[str]) -> dict[str, str]:
    """Return ``{sub-model: model into which it is folded}``, never a chain.

    Models that own each other are not folded.
    """
    bindings = {wrapped_model(env, name): name for name in reversed(names)}
    parents: dict[str, str] = {}
    for name in names:
        owners = [
            bindings[owner] for owner in find_owners(env, name) if owner in bindings
        ]
        if owners:
            parents[name] = max(owners, key=names.index)
    roots = {name: find_root(name, parents) for name in parents}
    return {name: root for name, root in roots.items() if root not in parents}


def find_root(name: str, parents: dict[str, str]) -> str:
    """Return the last parent of a model; models that own each other end it."""
    seen = {name}
    while (parent := parents.get(name)) and parent not in seen:
        seen.add(parent)
        name = parent
    return name


def find_owners(env: Environment, name: str) -> set[str]:
    """Return the models without whose records those of a binding cannot exist."""
    wrapped = wrapped_model(env, name)
    if wrapped not in env:
        return set()
    owners = set(env[wrapped]._inherits)
    for field in env[wrapped]._fields.values():
        if field.type == "many2one" and field.store and field.required:
            if field.ondelete == "cascade":
                owners.add(field.comodel_name)
    return owners - {wrapped}
