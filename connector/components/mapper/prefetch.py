# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Find out what the rows of many records will ask of the binders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from .binder_modifiers import ExternalToM2o
from .modifier import Modifier, is_empty, reader
from .plan import Plan


def wanted_bindings(
    plan: Plan, mapper: Any, records: Sequence[Any]
) -> dict[str, list[Any]]:
    """Return ``{binding model: external ids}`` that the rows will look up.

    :raise ValueError: the target of a row is no many2one
    """
    wanted: dict[str, dict[Any, None]] = defaultdict(dict)
    for row in plan.rows:
        modifier = _find_external_to_m2o(row.modifier)
        if modifier is None:
            continue
        external_ids = _external_ids(modifier, mapper, records, row.target)
        if external_ids:
            model_name = modifier.binding_model(mapper, row.target)
            wanted[model_name].update(dict.fromkeys(external_ids))
    return {model_name: list(ids) for model_name, ids in wanted.items()}


def _find_external_to_m2o(modifier: Any) -> ExternalToM2o | None:
    """Return the first modifier of a chain that asks a binder."""
    while isinstance(modifier, Modifier):
        if isinstance(modifier, ExternalToM2o):
            return modifier
        modifier = modifier.field
    return None


def _external_ids(
    modifier: ExternalToM2o, mapper: Any, records: Iterable[Any], to_attr: str
) -> list[Any]:
    read = reader(modifier.field)
    external_ids = []
    for record in records:
        try:
            external_id = read(mapper, record, to_attr)
            if not is_empty(external_id, modifier.keeps_falsy):
                hash(external_id)
                external_ids.append(external_id)
        except Exception:  # the mapping of this record will say so
            continue
    return external_ids
