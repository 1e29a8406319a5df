# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Fingerprints of single fields, by which an import knows what the backend changed.

``external_base`` of a binding has a fingerprint of each field, of the value that both
sides last agreed on: as it was imported, or as an export sent it. A field whose
fingerprint is the same in the next import was not changed in the backend, whatever else
was. Lines have separate fingerprints, by their external id:

.. code-block:: text

    {"name": "92d1…", "line_ids/lines": {"L7": {"quantity": "0cfb…"}}}

Imported values and values of records are brought into one form first, so that the
fingerprints of an export and of an import can be compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from odoo import models
from odoo.fields import Command

from ..comparison.lines import linked_ids, operation_of
from ..comparison.stored_values import digest

#: field of a line, or of its binding, by which both sides know it
LINE_KEY = "external_id"
#: added to the name of a field in ``external_base``, for its lines
LINES = "/lines"

#: ``{external id of a line: {field: fingerprint}}``
LinePrints = Mapping[str, Mapping[str, Any]]

#: types whose values a backend may return in another form than it was sent
_NOT_COMPARABLE = {
    "binary",
    "html",
    "image",
    "json",
    "one2many",
    "properties",
    "properties_definition",
    "reference",
}
#: a smaller difference counts as none
_DECIMALS = 6


def fingerprint_of_value(model: models.BaseModel, name: str, value: Any) -> str:
    """Return the fingerprint of a value that an import would write."""
    field = model._fields.get(name)
    if field is None or field.type in _NOT_COMPARABLE:
        return digest(value)
    if field.type == "many2many":
        ids = linked_ids([], value)
        return digest(value if ids is None else sorted(ids))
    try:
        cached = field.convert_to_cache(value, model, validate=False)
    except (TypeError, ValueError):
        return digest(value)
    return digest(_rounded(cached))


def fingerprint_of_field(record: models.BaseModel, name: str) -> str | None:
    """Return the fingerprint of a field of a record, None if it is not comparable."""
    field = record._fields.get(name)
    if field is None or field.type in _NOT_COMPARABLE:
        return None
    value = record[name]
    if field.type == "many2many":
        return digest(sorted(value.ids))
    cached = field.convert_to_cache(value, record, validate=False)
    return digest(_rounded(cached))


def _rounded(value: Any) -> Any:
    if value == "":
        return None  # as most backends return a text that was emptied
    return round(value, _DECIMALS) if isinstance(value, float) else value


def fingerprints_of_lines(
    record: models.BaseModel, name: str, commands: Iterable[Any]
) -> dict[str, dict[str, str]]:
    """Return the fingerprints of the lines of a field that commands write."""
    comodel = record.env[record._fields[name].comodel_name]
    inverse = inverse_of(record, name)
    found = {}
    for command in commands:
        if operation_of(command) not in (Command.CREATE, Command.UPDATE):
            continue
        values = command[2]
        if values.get(LINE_KEY):
            found[str(values[LINE_KEY])] = {
                key: fingerprint_of_value(comodel, key, values[key])
                for key in values
                if key != inverse
            }
    return found


def fingerprints_of_sent_lines(
    lines: models.BaseModel, base: LinePrints
) -> dict[str, dict[str, str | None]]:
    """Return the fingerprints of exported lines, of the fields that are in ``base``."""
    if LINE_KEY not in lines._fields:
        return {}
    return {
        line[LINE_KEY]: {
            name: fingerprint_of_field(line, name) for name in base[line[LINE_KEY]]
        }
        for line in lines
        if line[LINE_KEY] in base
    }


def inverse_of(record: models.BaseModel, name: str) -> str | None:
    """Return the field of a line that leads to its record: not a remote value."""
    field = record._fields[name]
    return field.inverse_name if field.type == "one2many" else None


def fingerprints_of_children(
    model: models.BaseModel,
    children: Iterable[tuple[str, str, str]],
    values: Mapping[str, Any],
) -> dict[str, Any]:
    """Return ``{field + LINES: fingerprints}`` of the mapped lines of ``children``."""
    found = {}
    for _source, target, _model in children:
        field = model._fields.get(target)
        if field is not None and field.relational and values.get(target):
            if lines := fingerprints_of_lines(model, target, values[target]):
                found[target + LINES] = lines
    return found
