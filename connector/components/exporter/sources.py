# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The sources of an export mapper, found without connecting to the backend.

A listener runs in the transaction of a user. It must not enter ``work_on()`` of a
backend, where connectors open their clients; a plain work context is enough to look up
a mapper. Sources that a mapper cannot name without a client count as unknown.
"""

from __future__ import annotations

import logging
import weakref
from collections.abc import Iterator
from typing import Any

import psycopg2

from odoo import models

from odoo.addons.component.core import AbstractComponent, WorkContext
from odoo.addons.component.exception import NoComponentError

from .affected_bindings import ExportSources, may_concern_backend

_logger = logging.getLogger(__name__)

USAGE = "export.mapper"

_MEMORY = "_connector_export_sources"


def find_export_sources(
    model: models.BaseModel,
    backends: models.BaseModel,
    odoo_field: str,
    components_registry: Any,
    followed: frozenset[str] = frozenset(),
) -> Iterator[tuple[ExportSources, models.BaseModel | None]]:
    """Yield ``(sources of the mapper of a binding model, backend they are of)``.

    None stands for all backends. Backends are asked one by one only if components are
    chosen by the backend, or if the mapper cannot answer without one.
    """

    def find(backend: models.BaseModel) -> ExportSources | None:
        work = WorkContext(model._name, backend, components_registry)
        try:
            mapper = work.component(usage=USAGE)
            return sources_of(mapper, model, odoo_field, followed)
        except NoComponentError:
            return _remembered(components_registry, model, odoo_field)
        except psycopg2.Error:
            raise
        except Exception as error:
            _logger.debug("%s: no sources for %s", model._name, backend, exc_info=error)
            return None

    sources = None
    if not _chooses_by_backend(components_registry, backends, model):
        sources = find(backends.browse())
    if sources is not None:
        yield sources, None
        return
    for backend in backends.with_context(active_test=False).search([]):
        found = find(backend.with_env(backends.env))
        yield found or _remembered(components_registry, model, odoo_field), backend


def _chooses_by_backend(
    components_registry: Any, backends: models.BaseModel, model: models.BaseModel
) -> bool:
    """Return whether a candidate mapper reads the work context to match."""
    default = AbstractComponent._component_match.__func__
    return any(
        getattr(cls._component_match, "__func__", None) is not default
        for cls in components_registry.lookup(backends._name, USAGE, model._name)
    )


def sources_of(
    mapper: Any,
    model: models.BaseModel,
    odoo_field: str,
    followed: frozenset[str] = frozenset(),
) -> ExportSources:
    """Return the sources of a mapper for a binding model."""
    names = {name: name for name in mapper.changed_by_fields()}
    names.update(_sources_of_children(mapper, model, odoo_field))
    is_complete = not mapper.unknown_sources()
    return _remembered(type(mapper), model, odoo_field, names, is_complete, followed)


def _remembered(
    owner: Any,
    model: models.BaseModel,
    odoo_field: str,
    names: dict[str, str] | None = None,
    is_complete: bool = False,
    followed: frozenset[str] = frozenset(),
) -> ExportSources:
    """Return the sources of a mapper class, or of a registry without a mapper.

    They refer to fields of Odoo's registry, which keeps them; they are freed with it or
    with their owner.
    """
    names = names or {}
    memory = vars(model.pool).setdefault(_MEMORY, weakref.WeakKeyDictionary())
    known = memory.setdefault(owner, {})
    key = (model._name, odoo_field, followed)
    sources = known.get(key)
    if sources is None or not sources.holds_for(model, names, is_complete, followed):
        sources = ExportSources(model, odoo_field, names, is_complete, followed)
        known[key] = sources
    return sources


def _sources_of_children(
    mapper: Any, model: models.BaseModel, odoo_field: str
) -> dict[str, str]:
    """Return ``{path to a source of an item: the list of items}``."""
    names = {}
    for source, model_name in mapper.children_sources().items():
        names[source] = source
        items = _items_of(model, odoo_field, source)
        if items is None:
            continue
        item_mapper = mapper._new_map_child(model_name)._child_mapper()
        read = item_mapper.changed_by_fields()
        if item_mapper.unknown_sources():
            read |= {
                name
                for name, field in items._fields.items()
                if not field.inherited and may_concern_backend(model.pool, field)
            }
        names.update((f"{source}.{name}", source) for name in read)
    return names


def _items_of(
    model: models.BaseModel, odoo_field: str, path: str
) -> models.BaseModel | None:
    """Return the model of the items at the end of a path, None if it has no end."""
    records = model.browse()
    for start in (records, records[odoo_field]):
        try:
            items = start.mapped(path)
        except KeyError:
            continue
        return items if isinstance(items, models.BaseModel) else None
    return None


def describe_unknown_sources(env: Any, mapper_class: Any, registry: Any) -> list[str]:
    """Return the parts of an export mapper because of which every change counts.

    The list is empty if the class is abstract, not an export mapper, or names all of
    its sources.
    """
    is_asked = mapper_class._usage == USAGE and hasattr(mapper_class, "unknown_sources")
    if mapper_class._abstract or not is_asked or mapper_class._collection not in env:
        return []
    backends = env[mapper_class._collection].sudo().browse()
    parts: dict[str, None] = {}
    followed = frozenset(
        exported
        for name in registry
        for follow in getattr(registry[name], "_follow", {}).values()
        for exported in follow.exports or ()
    )
    for model_name in mapper_class.apply_on_models or [None]:
        if model_name is not None and model_name not in env:
            continue
        try:
            mapper = mapper_class(WorkContext(model_name, backends, registry))
            parts.update(dict.fromkeys(mapper.unknown_sources()))
            if model_name is not None:
                sources = sources_of(mapper, env[model_name], "odoo_id", followed)
                parts.update(
                    (f"field {name} (computed without dependencies)", None)
                    for name in sources.untraced
                )
        except psycopg2.Error:
            raise
        except Exception as error:
            # the mapper can answer in a work context of a backend only
            _logger.debug("%s was not asked", mapper_class._name, exc_info=error)
    return list(parts)
