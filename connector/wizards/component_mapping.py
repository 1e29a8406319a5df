# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The mapping of a mapper class, as data: one table for each model that it maps.

A class alone does not know all of its rows: a property may compute them, as in the
mapper that reverses an import mapper, and a row is a many2one because of the field of a
model. So the mapper is described in a work context of each of its models:

- the models that it declares in ``_apply_on``;
- without such a declaration, the binding models of its collection for which a lookup
  finds it.

If no model is known, as for an abstract mapper, the class describes itself.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg2

from odoo import models
from odoo.api import Environment

from odoo.addons.component.core import WorkContext
from odoo.addons.component.exception import ComponentException

from ..binding_models import find_binding_models
from ..components.mapper.rows import MappingLine

_logger = logging.getLogger(__name__)


class ModelMapping(NamedTuple):
    """The mapping of one model; of an unknown one, as far as the class knows it."""

    model_name: str | None
    lines: list[MappingLine]


def find_collection(env: Environment, name: str) -> models.BaseModel:
    """Return a backend that the user may see, as superuser, or a new one.

    ``work_on()`` is not called: it may connect to the external system.
    """
    collections = env[name]
    seen = collections.browse()
    if collections.has_access("read"):
        seen = collections.search([], limit=1)
    return seen.sudo() or collections.sudo().new()


def describe_mapping(
    env: Environment, mapper_class: Any, registry: Any
) -> list[ModelMapping]:
    """Return the mapping of a class for each of its models; empty for other classes."""
    if not hasattr(mapper_class, "describe_class"):
        return []
    found = list(_describe_models(env, mapper_class, registry))
    return found or [ModelMapping(None, mapper_class.describe_class())]


def _describe_models(
    env: Environment, mapper_class: Any, registry: Any
) -> Iterator[ModelMapping]:
    """Yield the mapping of each model for which the class can describe it."""
    name = mapper_class._collection
    if mapper_class._abstract or name not in env:
        return
    collection = find_collection(env, name)
    declared = mapper_class.apply_on_models
    for model_name in declared or find_binding_models(env.registry, backend=name):
        if model_name not in env:
            continue
        work = WorkContext(model_name, collection, registry)
        try:
            if not declared and not _is_found(work, mapper_class):
                continue
            lines = mapper_class(work).describe()
        except psycopg2.Error:
            raise
        except Exception as error:
            # only the work context of a job has all that such a mapper reads
            _logger.debug(
                "%s cannot describe %s", mapper_class._name, model_name, exc_info=error
            )
            continue
        yield ModelMapping(model_name, lines)


def _is_found(work: WorkContext, mapper_class: Any) -> bool:
    """Return whether a lookup for the model of the work context finds the class."""
    try:
        return type(work.component(usage=mapper_class._usage)) is mapper_class
    except ComponentException:
        return False
