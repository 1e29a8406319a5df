# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Modifiers that find the value in the database of Odoo."""

from __future__ import annotations

from typing import Any

from odoo import models

from ...exception import MappingError
from .modifier import Modifier, Read
from .source_fields import Source


def xmlid(
    field: Source, module: str | None = None, source_field: str | None = None
) -> Modifier:
    """Give the database id of the record with the XML id in ``field``.

    ``module`` completes an XML id that has none.

    :raise MappingError: no record has this XML id, or one of another model than the
        target leads to
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
            column = mapper.model._fields.get(to_attr)
            expected = column is not None and column.comodel_name
            if expected and found._name != expected:
                raise MappingError(
                    f"Expected a {expected} for {to_attr}; the XML id {name!r} is that "
                    f"of a {found._name}."
                )
            return found.id

        return find_id

    return Modifier(field, build, "xmlid", source_field=source_field)


def backend_field(name: str) -> Modifier:
    """Give a field of the backend record: of a many2one the id, of more the ids."""

    def from_backend(mapper: Any, record: Any, to_attr: str) -> Any:
        backend = mapper.backend_record
        value = backend[name]
        if not isinstance(value, models.BaseModel):
            return value
        return value.id if backend._fields[name].type == "many2one" else value.ids

    from_backend.how = f"backend_field({name})"
    from_backend.reads_record = False
    return Modifier(from_backend, lambda read, keeps_falsy: read, from_backend.how)
