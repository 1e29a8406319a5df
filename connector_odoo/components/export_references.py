# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Modifiers for relations of a record here, whose target values are ids there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from odoo import models
from odoo.fields import Command

from odoo.addons.connector.components.mapper import Modifier

#: ``(mapper, records here)`` → ids in the other Odoo, or ``KEPT``
Translate = Callable[[Any, models.BaseModel], list[Any]]

#: the value of what is left there as it is
KEPT = object()


class ExportReference(Modifier):
    """Turn records here into ids of the other Odoo."""

    __slots__ = ("binding_model",)

    def __init__(
        self,
        field: str,
        binding_model: str | None,
        translate: Translate,
        as_value: Callable[[list[int]], Any],
        how: str,
    ) -> None:
        #: the model by which the records are bound, None if they have natural keys
        self.binding_model = binding_model

        def build(read, keeps_falsy):
            def read_reference(mapper, record, to_attr):
                related = read(mapper, record, to_attr)
                return as_value(translate(mapper, related) if related else [])

            return read_reference

        super().__init__(field, build, how)


def as_one(ids: list[int]) -> int | bool:
    """Return the value of a many2one, of at most one id."""
    return ids[0] if ids else False


def as_set(ids: list[int]) -> list[Command]:
    """Return the value of an x2many that then holds these ids, and no others."""
    return [Command.set(ids)]


def _keyed(mapper, records):
    found = mapper.matcher_for(records._name).find_external_ids(records)
    return found or [KEPT]


def _keyed_owner(mapper, users):
    is_stand_in = users == mapper.backend_record.owner_id
    return [KEPT] if is_stand_in else _keyed(mapper, users)


def _linked(binding_model: str) -> Translate:
    def translate(mapper, records):
        found = mapper.binder_for(binding_model).to_external_many(records)
        return [int(found[record]) for record in records if record in found]

    return translate


def linked(field: str, binding: str) -> ExportReference:
    """Point a many2one there at the record that ours is bound to, exported first."""
    return ExportReference(
        field, binding, _linked(binding), as_one, f"linked({binding})"
    )


def linked_set(field: str, binding: str) -> ExportReference:
    """Set an x2many there to the records that ours are bound to, exported first."""
    return ExportReference(
        field, binding, _linked(binding), as_set, f"linked_set({binding})"
    )


def keyed(field: str) -> ExportReference:
    """Point a many2one there at the record that has the same natural key.

    Without such a record it stays there as it is.
    """
    return ExportReference(field, None, _keyed, as_one, "keyed")


def keyed_owner(field: str) -> ExportReference:
    """Point a many2one there at the user with the same login.

    The default owner stands for somebody whom we do not know: it stays as it is.
    """
    return ExportReference(field, None, _keyed_owner, as_one, "keyed_owner")
