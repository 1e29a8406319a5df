# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Modifiers that find the value in Odoo: by a binder, an XML id, or in the backend."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from odoo import models

from ...exception import MappingError
from .modifier import (
    Modifier,
    Read,
    Source,
    is_empty,
    is_missing,
    reader,
    source_fields,
)


def m2o_to_external(
    field: Source, binding: str | None = None, source_field: str | None = None
) -> Modifier:
    """Return the external id of the record in a many2one.

    :param binding: binding model, needed unless the many2one leads to a binding
    :raise MappingError: the record has no external id
    """
    names = source_fields(field) if source_field is None else (source_field,)

    def build(read: Read, keeps_falsy: bool) -> Read:
        def to_external(mapper: Any, record: Any, to_attr: str) -> Any:
            related = read(mapper, record, to_attr)
            if is_empty(related, keeps_falsy):
                return False
            binding_model = binding or _find_comodel(mapper, names, related)
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


def _find_comodel(mapper: Any, names: tuple[str, ...], related: Any) -> str:
    """Return the model of the records in the source many2one."""
    is_record = isinstance(related, models.BaseModel)
    if is_record and any("." in name for name in names):
        return related._name
    field = mapper.model._fields.get(names[0]) if names else None
    if field is None and is_record:
        return related._name
    return _check_many2one(mapper, names[0] if names else None, field).comodel_name


def external_to_m2o(
    field: Source, binding: str | None = None, source_field: str | None = None
) -> Modifier:
    """Return the database id of the record that an external id is bound to.

    :param binding: binding model, needed unless the target many2one leads to a binding
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

        :raise ValueError: the target is not a many2one
        """
        field = mapper.model._fields.get(to_attr)
        comodel = _check_many2one(mapper, to_attr, field).comodel_name
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

    def external_ids(
        self, mapper: Any, records: Iterable[Any], to_attr: str
    ) -> dict[Any, None]:
        """Return the external ids that the records contain, in order."""
        read = reader(self.field)
        external_ids: dict[Any, None] = {}
        for record in records:
            try:
                external_id = read(mapper, record, to_attr)
                if not is_empty(external_id, self.keeps_falsy):
                    external_ids[external_id] = None
            except Exception:  # mapping this record raises the same error
                continue
        return external_ids


def _check_many2one(mapper: Any, name: str | None, field: Any) -> Any:
    if field is None or field.type != "many2one":
        found = "there is no such field" if field is None else f"it is a {field.type}"
        raise ValueError(
            f"The field {name!r} of model {mapper.model._name} must be a many2one to "
            f"be translated by a binder: {found}."
        )
    return field


def xmlid(
    field: Source, module: str | None = None, source_field: str | None = None
) -> Modifier:
    """Return the database id of the record with an XML id.

    :param module: completes an XML id without a module
    :raise MappingError: no record has this XML id, or a record of another model than
        that of the target field
    """

    def build(read: Read, keeps_falsy: bool) -> Read:
        def find_id(mapper: Any, record: Any, to_attr: str) -> Any:
            name = read(mapper, record, to_attr)
            if not name:
                return False
            if module and "." not in name:
                name = f"{module}.{name}"
            found = mapper.env.ref(name, raise_if_not_found=False)
            if not found:
                raise MappingError(f"No record has the XML id {name!r} ({to_attr}).")
            target = mapper.model._fields.get(to_attr)
            expected = target is not None and target.comodel_name
            if expected and found._name != expected:
                raise MappingError(
                    f"Expected a {expected} for {to_attr}; the XML id {name!r} is that "
                    f"of a {found._name}."
                )
            return found.id

        return find_id

    return Modifier(field, build, "xmlid", source_field=source_field)


def backend_field(name: str) -> Modifier:
    """Return a field of the backend record: the id of a many2one, the ids of x2many."""

    def from_backend(mapper: Any, record: Any, to_attr: str) -> Any:
        backend = mapper.backend_record
        value = backend[name]
        if not isinstance(value, models.BaseModel):
            return value
        return value.id if backend._fields[name].type == "many2one" else value.ids

    from_backend.how = f"backend_field({name})"
    from_backend.reads_record = False
    return Modifier(from_backend, lambda read, keeps_falsy: read, from_backend.how)
