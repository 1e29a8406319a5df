# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Values that new records may hold in another form than the given one.

Nearly all new records hold nearly all values as they are. The record cache shows that,
field by field for a whole chunk, in a fraction of the time of a comparison of each
record. Only the values in doubt are then compared exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from odoo import fields, models
from odoo.fields import Command

_UNKNOWN = object()


def possibly_unlike(
    records: Sequence[models.BaseModel], values_list: Sequence[dict[str, Any]]
) -> Iterator[tuple[models.BaseModel, dict[str, Any]]]:
    """Yield ``(record, values)``: the values that a record may hold in another form."""
    found: list[dict[str, Any]] = [{} for _record in records]
    owners: dict[str, list[models.BaseModel]] = {"": list(records)}
    for name in dict.fromkeys(name for values in values_list for name in values):
        field = records[0]._fields.get(name)
        if field is None:
            continue
        path, field = _find_owners(owners, field)
        held = _cached_values(field, owners[path])
        is_like = _COMPARED_BY.get(field.type, _is_held)
        for position, values in enumerate(values_list):
            value = values.get(name, _UNKNOWN)
            if value is _UNKNOWN:
                continue
            owner_id = owners[path][position].id
            if not is_like(held.get(owner_id, _UNKNOWN), value):
                found[position][name] = value
    for record, values in zip(records, found, strict=True):
        if values:
            yield record, values


def _find_owners(
    owners: dict[str, list[models.BaseModel]], field: fields.Field
) -> tuple[str, fields.Field]:
    """Return the path to the records that store a field, and their field."""
    path = ""
    while field.inherited:
        step = field.related.partition(".")[0]
        below = f"{path}.{step}"
        if below not in owners:
            owners[below] = [record[step] for record in owners[path]]
        path = below
        field = owners[path][0]._fields[field.name]
    return path, field


def _cached_values(
    field: fields.Field, records: list[models.BaseModel]
) -> Mapping[int, Any]:
    """Return the cached values by id, none if they are not reliable."""
    env = records[0].env
    get_cache = getattr(field, "_get_cache", None)
    if get_cache is None or (field.compute and env.records_to_compute(field)):
        return {}
    return get_cache(env)


def _is_held(held: Any, value: Any) -> bool:
    if isinstance(value, models.BaseModel):
        return False
    if held is None:
        return value is False or value is None
    return bool(held == value) and (bool(held) or type(held) is type(value))


def _is_linked(held: Any, value: Any) -> bool:
    if not (isinstance(held, tuple) and isinstance(value, list)):
        return False
    if len(value) != 1 or isinstance(value[0], int) or value[0][0] != Command.SET:
        return not value and not held
    return set(held) == set(value[0][2])


def _is_held_as_html(held: Any, value: Any) -> bool:
    """Compare a value that the cache does not contain: an empty one stays empty."""
    return not value if held is _UNKNOWN else _is_held(held, value)


_COMPARED_BY = {
    "html": _is_held_as_html,
    "many2many": _is_linked,
    "one2many": _is_linked,
}
