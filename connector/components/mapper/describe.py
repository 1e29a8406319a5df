# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from typing import TypedDict

from .plan import Plan


class MappingLine(TypedDict):
    """One line of a mapper's description."""

    source: str
    target: str
    how: str
    only_create: bool
    changed_by: list[str]


def describe_plan(plan: Plan) -> list[MappingLine]:
    """Return the mapping as data, in the order in which it runs.

    A method tells its source fields by ``changed_by`` only, and its targets not.
    """
    rows = [
        MappingLine(
            source=", ".join(row.source_fields),
            target=row.target,
            how=row.how,
            only_create=False,
            changed_by=list(row.source_fields),
        )
        for row in plan.rows
    ]
    methods = [
        MappingLine(
            source=", ".join(sorted(definition.changed_by)),
            target="",
            how=f"method {name}",
            only_create=definition.only_create,
            changed_by=sorted(definition.changed_by),
        )
        for name, definition in plan.methods
    ]
    children = [
        MappingLine(
            source=child.source,
            target=child.target,
            how=f"children of {child.model_name}",
            only_create=False,
            changed_by=[child.source],
        )
        for child in plan.children
    ]
    return rows + methods + children


def describe_unknown(error: Exception) -> list[MappingLine]:
    """Return the one line of a mapper whose rows are computed at work."""
    how = f"known in a work context only ({type(error).__name__}: {error})"
    return [
        MappingLine(source="", target="", how=how, only_create=False, changed_by=[])
    ]
