# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Modifiers that translate relations by the binder of the related model."""

from __future__ import annotations

from typing import Any

from odoo import models

from ...exception import MappingError
from .modifier import Modifier, Read, is_empty, is_missing
from .source_fields import Source, source_fields


def m2o_to_external(
    field: Source, binding: str | None = None, source_field: str | None = None
) -> Modifier:
    """Give the external id of the record that a many2one points at.

    ``binding`` names the binding model when the many2one points at a record that
    is no binding itself.

    :raise MappingError: the record has no external id
    """
    names = source_fields(field) if source_field is None else (source_field,)

    def build(read: Read, keeps_falsy: bool) -> Read:
        def to_external(mapper: Any, record: Any, to_attr: str) -> Any:
            related = read(mapper, record, to_attr)
            if is_empty(related, keeps_falsy):
                return False
            binding_model = binding or _comodel(mapper, names, related)
            related_id = (
                related.id if isinstance(related, models.BaseModel) else related
            )
            external_id = mapper.binder_for(binding_model).to_external(
                related_id, wrap=bool(binding)
            )
            if is_missing(external_id):
                raise MappingError(
                    f"No external id for record {related_id} of model {binding_model} "
                    f"({', '.join(names) or 'modifier'} → {to_attr}). Export it first."
                )
            return external_id

        return to_external

    how = f"m2o_to_external({binding})" if binding else "m2o_to_external"
    return Modifier(field, build, how, source_field=source_field)


def _comodel(mapper: Any, names: tuple[str, ...], related: Any) -> str:
    """Return the model that the source many2one points at."""
    if isinstance(related, models.BaseModel):
        if any("." in name for name in names):
            return related._name
    column = mapper.model._fields.get(names[0]) if names else None
    if column is None and isinstance(related, models.BaseModel):
        return related._name
    return _checked_many2one(mapper, names[0] if names else None, column).comodel_name


def external_to_m2o(
    field: Source, binding: str | None = None, source_field: str | None = None
) -> Modifier:
    """Give the database id of the record that an external id is bound to.

    ``binding`` names the binding model when the target many2one points at a model
    that is no binding itself.

    :raise MappingError: the external id is not bound
    """
    return ExternalToM2o(field, binding, source_field)


class ExternalToM2o(Modifier):
    """See :func:`external_to_m2o`."""

    __slots__ = ("binding",)

    def __init__(
        self, field: Source, binding: str | None, source_field: str | None
    ) -> None:
        self.binding = binding

        def build(read: Read, keeps_falsy: bool) -> Read:
            def to_internal(mapper: Any, record: Any, to_attr: str) -> Any:
                external_id = read(mapper, record, to_attr)
                if is_empty(external_id, keeps_falsy):
                    return False
                return self._find_id(mapper, external_id, to_attr)

            return to_internal

        how = f"external_to_m2o({binding})" if binding else "external_to_m2o"
        super().__init__(field, build, how, source_field=source_field)

    def binding_model(self, mapper: Any, to_attr: str) -> str:
        """Return the model whose binder knows the external ids.

        :raise ValueError: the target is no many2one
        """
        column = mapper.model._fields.get(to_attr)
        comodel = _checked_many2one(mapper, to_attr, column).comodel_name
        return self.binding or comodel

    def _find_id(self, mapper: Any, external_id: Any, to_attr: str) -> int:
        binding_model = self.binding_model(mapper, to_attr)
        found = mapper.binder_for(binding_model).to_internal(
            external_id, unwrap=bool(self.binding)
        )
        if not found:
            raise MappingError(
                f"Nothing is bound to external id {external_id!r} in model "
                f"{binding_model} ({to_attr}). Import it first."
            )
        return found.id


def _checked_many2one(mapper: Any, name: str | None, column: Any) -> Any:
    """Return ``column`` if it is a many2one."""
    if column is None or column.type != "many2one":
        found = "there is no such field" if column is None else f"it is a {column.type}"
        raise ValueError(
            f"The field {name!r} of model {mapper.model._name} must be a many2one to "
            f"be translated by a binder: {found}."
        )
    return column
