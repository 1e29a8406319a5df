# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Values that a record holds already, and would lose by a change of others.

Odoo computes stored fields that may be edited, such as the discount of an order line,
again when a field changes on which they depend, unless they are written with it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from odoo import fields, models

#: field → the record that stores it, and its field there
FindOwner = Callable[[fields.Field], tuple[models.BaseModel, fields.Field]]


def dependent_values(
    record: models.BaseModel,
    values: dict[str, Any],
    changes: Collection[str],
    find_owner: FindOwner,
) -> dict[str, Any]:
    """Return those of ``values`` that are to be written with the changed ones."""
    return {
        name: value
        for name, value in values.items()
        if name not in changes
        and (field := record._fields.get(name)) is not None
        and _depends_on(*find_owner(field), changes)
    }


def _depends_on(
    owner: models.BaseModel, field: fields.Field, changes: Collection[str]
) -> bool:
    if not (field.compute and field.store) or field.readonly:
        return False
    return any(name in changes for name in _causes(owner, field))


def _causes(owner: models.BaseModel, field: fields.Field) -> Iterator[str]:
    """Yield the fields of the same record from which a field is computed."""
    seen, pending = {field.name}, [field]
    while pending:
        for path in owner.pool.field_depends.get(pending.pop(), ()):
            name = path.partition(".")[0]
            if name in seen:
                continue
            seen.add(name)
            yield name
            cause = owner._fields.get(name)
            if cause is not None and cause.compute:
                pending.append(cause)
