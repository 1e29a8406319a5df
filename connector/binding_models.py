# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which models bind records of a model: found in the registry, nothing is declared.

A binding model inherits ``external.binding``, has a ``backend_id``, and wraps the
record in ``odoo_id``.
"""

from __future__ import annotations

from typing import Any

from odoo import models
from odoo.api import Environment
from odoo.orm.registry import Registry
from odoo.tools import SQL

#: the fields without which a binding cannot be listed
BACKEND_FIELD, WRAPPED_FIELD, EXTERNAL_FIELD = "backend_id", "odoo_id", "external_id"
_BINDING = "external.binding"


def find_binding_models(
    registry: Registry, wrapped: str | None = None, backend: str | None = None
) -> list[str]:
    """Return the names of the binding models, in the order of the registry.

    :param wrapped: only those that bind records of this model
    :param backend: only those of the backends of this model
    """
    wanted = {WRAPPED_FIELD: wrapped, BACKEND_FIELD: backend}
    return [
        name
        for name in registry.descendants([_BINDING], "_inherit")
        if _is_listed(registry[name])
        and all(
            comodel in (None, registry[name]._fields[link].comodel_name)
            for link, comodel in wanted.items()
        )
    ]


def _is_listed(model: Any) -> bool:
    if model._abstract or model._transient or not model._auto:
        return False
    links = [model._fields.get(name) for name in (BACKEND_FIELD, WRAPPED_FIELD)]
    return all(field and field.type == "many2one" and field.store for field in links)


def find_bindings(record: models.BaseModel) -> list[models.BaseModel]:
    """Return the bindings of a record that the user may read, by model.

    Those of archived records are among them.
    """
    found = []
    for name in find_binding_models(record.pool, record._name):
        model = record.env[name].with_context(active_test=False)
        if model.has_access("read"):
            bindings = model.search([(WRAPPED_FIELD, "in", record.ids)])
            if bindings:
                found.append(bindings.with_env(record.env))
    return found


def wrapped_model(env: Environment, name: str) -> str:
    """Return the model that a binding model wraps, or the binding model itself."""
    field = env[name]._fields.get(WRAPPED_FIELD) if name in env else None
    return (field is not None and field.comodel_name) or name


def record_of(binding: models.BaseModel, field: str) -> models.BaseModel:
    """Return the record of bindings, by a field that they have.

    It is the binding itself, where the field of its binder is ``id``.
    """
    return binding[field] if binding._fields[field].relational else binding


def wrapped_record(
    binding: models.BaseModel, field: str = WRAPPED_FIELD
) -> models.BaseModel:
    """Return the record that a binding wraps, or the binding itself."""
    return (field in binding._fields and record_of(binding, field)) or binding


def find_inverse(registry: Registry, binding_model: str) -> str | None:
    """Return the one2many from the wrapped record to its bindings, None without one."""
    wrapped = registry[registry[binding_model]._fields[WRAPPED_FIELD].comodel_name]
    for name, field in wrapped._fields.items():
        if (
            field.type == "one2many"
            and field.comodel_name == binding_model
            and field.inverse_name == WRAPPED_FIELD
        ):
            return name
    return None


class NameQuery:
    """The SQL of the name of a record: joins, and an expression.

    The name of a variant is that of its product: the path is followed. It is NULL where
    the name of a model is computed and not stored.
    """

    def __init__(self, model: models.BaseModel, alias: str) -> None:
        self._lang = model.env.lang or "en_US"
        self.joins: list[SQL] = []
        self.expression = self._follow(model, alias, model._rec_name)

    def _follow(self, model: models.BaseModel, alias: str, name: str | None) -> SQL:
        field = model._fields.get(name or "")
        if field is None:
            return SQL("NULL::text")
        if field.store and field.type in ("char", "text"):
            column = SQL.identifier(alias, field.name)
            if not field.translate:
                return column
            return SQL(
                "coalesce(%(column)s ->> %(lang)s, %(column)s ->> 'en_US')",
                column=column,
                lang=self._lang,
            )
        link_name, _dot, rest = (field.related or "").partition(".")
        link = model._fields.get(link_name)
        if not rest or link is None or link.type != "many2one" or not link.store:
            return SQL("NULL::text")
        comodel, joined = model.env[link.comodel_name], f"{alias}_{link_name}"
        self.joins.append(
            SQL(
                "LEFT JOIN %s AS %s ON %s = %s",
                SQL.identifier(comodel._table),
                SQL.identifier(joined),
                SQL.identifier(joined, "id"),
                SQL.identifier(alias, link_name),
            )
        )
        return self._follow(comodel, joined, rest)
