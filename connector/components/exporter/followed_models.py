# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which models an export listener has to hear of, beside those it names.

A record may keep its values in other records: a product in its template, a user in its
partner. Odoo calls this ``_inherits``, and sends what is written there as a change of
the other record. A binding that delegates to its record is one level more:

.. code-block:: text

    shop.product ──odoo_id──▶ product.product ──product_tmpl_id──▶ product.template

So a listener on the binding hears of all of these levels. Other models have to be
declared: by ``_apply_on``, where fields that Odoo computes lead to the record, or by
``_follow`` where nothing does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from odoo import models

#: names of the many2one fields from a binding to a record, one for each level
Path = tuple[str, ...]


class Follow(NamedTuple):
    """How the changes of another model concern bindings.

    :param to: the dotted path from the changed record to the bound record, or the name
        of a method of the listener that takes the changed records; either gives
        bindings, or records that are bound
    :param fields: those whose change counts; by default all
    :param exports: the source fields of the export mapper that are exported; by default
        the whole record
    """

    to: str
    fields: Iterable[str] = ()
    exports: Iterable[str] | None = None

    def concerns(self, names: Iterable[str] | None) -> bool:
        """Return whether a change of these fields counts; None is a creation."""
        return names is None or not self.fields or bool({*self.fields} & {*names})


def is_binding_model(model: Any, backend_field: str, odoo_field: str) -> bool:
    """Return whether a model has the fields by which bindings are told."""
    return {backend_field, odoo_field} <= model._fields.keys()


def delegation_paths(pool: Any, model_name: str, odoo_field: str) -> dict[str, Path]:
    """Return ``{model: path from the binding}`` of all that a binding consists of.

    The binding itself, its record, and every level of ``_inherits`` of both.
    """
    paths: dict[str, Path] = {model_name: ()}
    field = pool[model_name]._fields.get(odoo_field)
    if field is not None and field.comodel_name:
        paths.setdefault(field.comodel_name, (odoo_field,))
    pending = list(paths)
    for name in pending:
        if name not in pool:
            continue
        for parent, field_name in pool[name]._inherits.items():
            if parent not in paths:
                paths[parent] = (*paths[name], field_name)
                pending.append(parent)
    return paths


def follow_back(bound: models.BaseModel, path: Iterable[Any]) -> models.BaseModel:
    """Return the records from which the path leads to some, archived or not.

    One query for each field of the path.
    """
    for field in reversed(tuple(path)):
        if not bound:
            return bound.env[field.model_name].browse()
        model = bound.env[field.model_name].with_context(active_test=False)
        bound = model.search([(field.name, "in", bound.ids)])
    return bound


def fields_of(pool: Any, model_name: str, path: Path) -> list[Any]:
    """Return the fields that a path of names goes through."""
    fields = []
    for name in path:
        field = pool[model_name]._fields[name]
        fields.append(field)
        model_name = field.comodel_name
    return fields


def find_followed(pool: Any, listener: Any, declared: Iterable[str]) -> list[str]:
    """Return the declared models of a listener, and those that it follows."""
    names = dict.fromkeys(declared)
    for model_name in list(names):
        names.update(dict.fromkeys(_levels_of(pool, listener, model_name, names)))
    names.update(dict.fromkeys(name for name in listener._follow if name in pool))
    return list(names)


def _levels_of(
    pool: Any, listener: Any, model_name: str, declared: Iterable[str]
) -> Iterator[str]:
    """Yield the levels below a binding, if the listener hears of its record."""
    if not listener._follows_inherits or model_name not in pool:
        return
    model, odoo_field = pool[model_name], listener._odoo_field
    if not is_binding_model(model, listener._backend_field, odoo_field):
        return
    record_model = model._fields[odoo_field].comodel_name
    if record_model in model._inherits or record_model in declared:
        yield from delegation_paths(pool, model_name, odoo_field)
