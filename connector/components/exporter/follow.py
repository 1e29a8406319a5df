# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The models that an export listener applies on, besides those it names.

A record may keep its values in other records: a product in its template, a user in its
partner. Odoo calls this ``_inherits``, and raises events of the other record. A binding
that delegates to its record adds one level:

.. code-block:: text

    shop.product ──odoo_id──▶ product.product ──product_tmpl_id──▶ product.template

A listener on the binding applies on all of these levels. A model that is not one of
them must be declared: in ``_apply_on`` if fields that Odoo computes lead to the record,
in ``_follow`` if none does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from .affected_bindings import delegation_paths


class Follow(NamedTuple):
    """How the changes of another model concern bindings.

    :param to: the dotted path from the changed record to the bound record, or the name
        of a method of the listener that takes the changed records; either returns
        bindings, or records that are bound
    :param fields: the fields whose change counts; by default all
    :param exports: the source fields of the export mapper that are exported; by default
        the whole record
    """

    to: str
    fields: Iterable[str] = ()
    exports: Iterable[str] | None = None

    def concerns(self, names: Iterable[str] | None) -> bool:
        """Return whether a change of these fields counts; None is a creation."""
        return names is None or not self.fields or bool({*self.fields} & {*names})


class Listened(NamedTuple):
    """The models of a listener: those it applies on now, and those it declares."""

    applied: list[str]
    base: Any  #: the ``_apply_on`` that ``applied`` replaced
    declared: list[str]


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
    """Yield the levels of a binding model if the listener applies on its record."""
    if not listener._follows_inherits or model_name not in pool:
        return
    model, odoo_field = pool[model_name], listener._odoo_field
    if not listener._is_binding_model(model):
        return
    record_model = model._fields[odoo_field].comodel_name
    if record_model in model._inherits or record_model in declared:
        yield from delegation_paths(pool, model_name, odoo_field)
