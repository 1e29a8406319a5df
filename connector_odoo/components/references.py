# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Modifiers for relations, whose source values are ids in the other Odoo.

Each names the model that it leads to, so that the importer knows what a record
depends on, and asks for the related records of a whole chunk at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from odoo.addons.connector.components.mapper import Modifier
from odoo.addons.connector.exception import MappingError

from .export_references import (
    ExportReference,
    as_one,
    as_set,
    keyed,
    keyed_owner,
    linked,
    linked_set,
)

#: ``(mapper, model_name, ids in the other Odoo)`` → ids here
Translate = Callable[[Any, str, list[int]], list[int]]


def external_ids(value: Any) -> list[int]:
    """Return the ids that a many2one or an x2many field holds."""
    if isinstance(value, list | tuple):
        return list(value)
    return [value] if value else []


class Reference(Modifier):
    """Turn ids of the other Odoo into ids here.

    ``exported(field)`` is the modifier of the same relation on its way back.
    """

    __slots__ = ("exported", "is_binding", "model_name")

    def __init__(
        self,
        field: str,
        model_name: str,
        is_binding: bool,
        translate: Translate,
        as_value: Callable[[list[int]], Any],
        how: str,
        exported: Callable[[str], ExportReference],
    ) -> None:
        self.model_name = model_name
        self.exported = exported
        self.is_binding = is_binding

        def build(read, keeps_falsy):
            def read_reference(mapper, record, to_attr):
                ids = external_ids(read(mapper, record, to_attr))
                return as_value(translate(mapper, model_name, ids))

            return read_reference

        super().__init__(field, build, f"{how}({model_name})")

    def ids_in(self, records: Iterable[dict[str, Any]]) -> list[int]:
        """Return the ids that some external records refer to, each once."""
        ids = (
            external_id
            for record in records
            for external_id in external_ids(record.get(self.field))
        )
        return list(dict.fromkeys(ids))


def _bound(mapper, binding_model, ids):
    found = mapper.binder_for(binding_model).to_internal_many(ids, unwrap=True)
    missing = [external_id for external_id in ids if external_id not in found]
    if missing:
        raise MappingError(
            f"Nothing is bound to {missing} of {binding_model} in "
            f"{mapper.backend_record.display_name}. Import it first; if it does not "
            "come, the user there may not read it."
        )
    return [found[external_id].id for external_id in ids]


def _matched(mapper, model_name, ids):
    return mapper.matcher_for(model_name).match_many(ids)


def _required(mapper, model_name, ids):
    matcher = mapper.matcher_for(model_name)
    found = matcher.match_many(ids)
    if ids and not found:
        raise MappingError(
            f"No {model_name} here is like {matcher.describe(ids)} in "
            f"{mapper.backend_record.display_name}. Make it, or give one its name."
        )
    return found


def _matched_owner(mapper, model_name, ids):
    found = mapper.matcher_for(model_name).match_many(ids)
    return found or (mapper.backend_record.owner_id.ids if ids else [])


def bound(field: str, binding: str) -> Reference:
    """Point a many2one at the record bound to the one there, which is imported first.

    :raise MappingError: it could not be imported
    """
    return Reference(
        field,
        binding,
        True,
        _bound,
        as_one,
        "bound",
        lambda here: linked(here, binding),
    )


def bound_set(field: str, binding: str) -> Reference:
    """Set an x2many to the records bound to those there, which are imported first.

    :raise MappingError: one of them could not be imported
    """
    return Reference(
        field,
        binding,
        True,
        _bound,
        as_set,
        "bound_set",
        lambda here: linked_set(here, binding),
    )


def matched(field: str, model_name: str) -> Reference:
    """Point a many2one at the record that has the same natural key."""
    return Reference(field, model_name, False, _matched, as_one, "matched", keyed)


def required(field: str, model_name: str) -> Reference:
    """Point a many2one at the record that has the same natural key, if it is set.

    :raise MappingError: there is none
    """
    return Reference(field, model_name, False, _required, as_one, "required", keyed)


def owner(field: str) -> Reference:
    """Point a many2one at the user with the same login, or at the default owner."""
    return Reference(
        field, "res.users", False, _matched_owner, as_one, "owner", keyed_owner
    )
