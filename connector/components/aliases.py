# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Find bindings by the external ids of merged records.

A binding with ``connector.binding.mixin`` has a flag where it has aliases, and is found
together with those that have the wanted ids themselves: so only where a merged record
is asked for, a second query says which id is whose. For other bindings a cache knows
whether their model has any alias.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from .external_id import can_be_stored, external_key, is_external_id

#: the field of a binding that says whether it has aliases
ALIAS_FLAG = "has_aliases"


def with_aliases(binder: Any, domain: Any, external_ids: list[str]) -> Domain:
    """Add to a domain on external ids the bindings that have them as aliases."""
    if ALIAS_FLAG not in binder.model._fields:
        return Domain(domain)
    backend = binder.backend_record
    binder.env["connector.external.alias"].flush_model()
    aliased = SQL(
        "(SELECT binding_id FROM connector_external_alias WHERE model_name = %s"
        " AND backend_model = %s AND backend_id = %s AND external_id IN %s)",
        binder.model._name,
        backend._name,
        backend.id,
        tuple(external_ids),
    )
    return Domain(domain) | Domain("id", "in", aliased)


def find_aliased(
    binder: Any, bindings: models.BaseModel, external_ids: Iterable[Any]
) -> dict[str | None, models.BaseModel]:
    """Return ``{key: binding}`` of external records that were merged into others.

    :param bindings: what ``with_aliases`` found
    """
    wanted = [str(key) for key in external_ids if is_external_id(key)]
    wanted = list(filter(can_be_stored, wanted))
    has_flag = ALIAS_FLAG in binder.model._fields
    if not wanted or (has_flag and not any(bindings.mapped(ALIAS_FLAG))):
        return {}
    model_name, backend = binder.model._name, binder.backend_record
    aliases = binder.env["connector.external.alias"]._find(backend, model_name, wanted)
    if aliases and not has_flag:
        bindings = binder.model.with_context(active_test=False).search(
            [
                ("id", "in", aliases.mapped("binding_id")),
                (binder._backend_field, "=", backend.id),
            ]
        )
    by_id = {binding.id: binding for binding in bindings.with_env(binder.env)}
    return {
        external_key(alias.external_id): by_id[alias.binding_id]
        for alias in aliases
        if alias.binding_id in by_id
    }
