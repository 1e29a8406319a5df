# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Modifiers for relations, in both directions.

A row of an import mapper names the model that a relation leads to::

    direct = [
        ("name", "name"),
        (bound("parent_id", "shop.category"), "parent_id"),     # imported first
        (matched("country", "res.country"), "country_id"),      # same natural key
    ]

The importer reads from the rows what a record depends on, and looks up the related
records of a whole chunk together. Each modifier also knows its reverse, by which a
reversed mapper exports the relation:

========================  ==========================  ==========================
import                    finds the local record by   export
========================  ==========================  ==========================
``bound``                 its binding                 ``bound_to_external``
``bound_set``             the binding of each         ``bound_set_to_external``
``matched``               its natural key             ``matched_to_external``
``matched_required``      its natural key             ``matched_to_external``
========================  ==========================  ==========================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from odoo import models
from odoo.fields import Command

from ...exception import MappingError
from ..mapper import Modifier

#: ``(mapper, model name, external ids)`` → local ids
ToLocal = Callable[[Any, str, list[Any]], list[int]]
#: ``(mapper, local records)`` → external ids, or ``[KEPT]``
ToRemote = Callable[[Any, models.BaseModel], list[Any]]

#: the value of a remote field that an export does not change
KEPT = object()


def external_ids(value: Any) -> list[Any]:
    """Return the external ids in the value of a relation: one id, or a list."""
    if isinstance(value, list | tuple):
        return list(value)
    return [value] if value else []


def as_one(ids: list[Any]) -> Any:
    """Return the value of a relation to at most one record."""
    return ids[0] if ids else False


def as_set(ids: list[int]) -> list[Command]:
    """Return the command by which an x2many holds exactly these records."""
    return [Command.set(ids)]


class Reference(Modifier):
    """Turn external ids into ids of local records.

    ``exported(field)`` makes the modifier of the same relation for an export.
    """

    __slots__ = ("exported", "is_binding", "model_name")

    def __init__(
        self,
        field: str,
        model_name: str,
        translate: ToLocal,
        exported: Callable[[str], ExportReference],
        *,
        how: str,
        is_binding: bool = False,
        as_value: Callable[[list[int]], Any] = as_one,
    ) -> None:
        self.model_name = model_name
        self.is_binding = is_binding
        self.exported = exported

        def build(read: Any, keeps_falsy: bool) -> Any:
            def read_reference(mapper: Any, record: Any, to_attr: str) -> Any:
                ids = external_ids(read(mapper, record, to_attr))
                return as_value(translate(mapper, model_name, ids))

            return read_reference

        super().__init__(field, build, f"{how}({model_name})")

    def ids_in(self, records: Iterable[Any]) -> list[Any]:
        """Return the external ids that the records refer to, each once."""
        ids = (
            external_id
            for record in records
            for external_id in external_ids(record.get(self.field))
        )
        return list(dict.fromkeys(ids))


class ExportReference(Modifier):
    """Turn local records into external ids."""

    __slots__ = ("binding_model",)

    def __init__(
        self,
        field: str,
        translate: ToRemote,
        *,
        how: str,
        binding_model: str | None = None,
        is_set: bool = False,
    ) -> None:
        #: the model of the bindings, None for records that have a natural key
        self.binding_model = binding_model

        def build(read: Any, keeps_falsy: bool) -> Any:
            def read_reference(mapper: Any, record: Any, to_attr: str) -> Any:
                related = read(mapper, record, to_attr)
                ids = translate(mapper, related) if related else []
                return mapper._external_set(ids) if is_set else as_one(ids)

            return read_reference

        super().__init__(field, build, how)


# -- by a binding ---------------------------------------------------------------


def _bound(mapper: Any, binding_model: str, ids: list[Any]) -> list[int]:
    found = mapper.binder_for(binding_model).to_internal_many(ids, unwrap=True)
    missing = [external_id for external_id in ids if external_id not in found]
    if missing:
        raise MappingError(
            f"No record is bound to {missing} of {binding_model} in "
            f"{mapper.backend_record.display_name}. Import it first. If an import does "
            "not find it, the user of the backend may not read it."
        )
    return [found[external_id].id for external_id in ids]


def _bound_to_external(binding_model: str) -> ToRemote:
    def translate(mapper: Any, records: models.BaseModel) -> list[Any]:
        found = mapper.binder_for(binding_model).to_external_many(records)
        return [mapper._external_id(found[each]) for each in records if each in found]

    return translate


def bound(field: str, binding: str) -> Reference:
    """Map a many2one to the record that is bound to the remote one, imported first.

    :raise MappingError: it could not be imported
    """
    return Reference(
        field,
        binding,
        _bound,
        lambda local: bound_to_external(local, binding),
        how="bound",
        is_binding=True,
    )


def bound_set(field: str, binding: str) -> Reference:
    """Map an x2many to the records that are bound to the remote ones, imported first.

    :raise MappingError: one of them could not be imported
    """
    return Reference(
        field,
        binding,
        _bound,
        lambda local: bound_set_to_external(local, binding),
        how="bound_set",
        is_binding=True,
        as_value=as_set,
    )


def bound_to_external(field: str, binding: str) -> ExportReference:
    """Export a many2one as the external id of its record, which is exported first."""
    return ExportReference(
        field,
        _bound_to_external(binding),
        how=f"bound_to_external({binding})",
        binding_model=binding,
    )


def bound_set_to_external(field: str, binding: str) -> ExportReference:
    """Export an x2many as the external ids of its records, which are exported first."""
    return ExportReference(
        field,
        _bound_to_external(binding),
        how=f"bound_set_to_external({binding})",
        binding_model=binding,
        is_set=True,
    )


# -- by a natural key -----------------------------------------------------------


def _matched(default: str | None) -> ToLocal:
    def translate(mapper: Any, model_name: str, ids: list[Any]) -> list[int]:
        found = mapper.matcher_for(model_name).match_many(ids)
        if found or not ids or default is None:
            return found
        return mapper.backend_record[default].ids

    return translate


def _matched_required(mapper: Any, model_name: str, ids: list[Any]) -> list[int]:
    matcher = mapper.matcher_for(model_name)
    found = matcher.match_many(ids)
    if ids and not found:
        raise MappingError(
            f"{mapper.env[model_name]._description} {matcher.describe(ids)} does not "
            "exist in Odoo. Create it, or rename one to match, then retry."
        )
    return found


def _matched_to_external(default: str | None) -> ToRemote:
    def translate(mapper: Any, records: models.BaseModel) -> list[Any]:
        if default is not None and records == mapper.backend_record[default]:
            return [KEPT]
        found = mapper.matcher_for(records._name).find_external_ids(records)
        return found or [KEPT]

    return translate


def matched(field: str, model_name: str, default: str | None = None) -> Reference:
    """Map a many2one to the record with the same natural key.

    :param default: field of the backend with the record to use where none matches
    """
    return Reference(
        field,
        model_name,
        _matched(default),
        lambda local: matched_to_external(local, default),
        how="matched",
    )


def matched_required(field: str, model_name: str) -> Reference:
    """Map a many2one to the record with the same natural key, if it is set.

    :raise MappingError: no record matches
    """
    return Reference(
        field,
        model_name,
        _matched_required,
        matched_to_external,
        how="matched_required",
    )


def matched_to_external(field: str, default: str | None = None) -> ExportReference:
    """Export a many2one as the external id of the record with the same natural key.

    The remote field keeps its value where no record matches, and where the local
    record is only the default of :func:`matched`.
    """
    return ExportReference(
        field, _matched_to_external(default), how="matched_to_external"
    )
