# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The bindings and fields that a change of some fields exports.

A mapper returns the names of its source fields. A *source* is such a field together
with the path from the binding to the record that stores the value. ``name`` of a bound
product is stored in the template:

.. code-block:: text

    binding ──odoo_id──▶ product.product ──product_tmpl_id──▶ product.template.name

A change of the field, or of a field of the path, concerns the bindings at the start of
the path: each step back is one query. A change of a field that a *computed* source
depends on concerns them, too: Odoo's trigger trees return the records whose source
changes, over any number of fields and relations, stored or not.

If a mapper does not name all of its sources, every change of the binding, of its record
and of the records that these delegate to counts, except of fields that concern no
backend: messages, activities, access logs, and the fields of the synchronization.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from odoo import models
from odoo.fields import Field

#: ``{binding: names for the mapper}``
Changes = dict[models.BaseModel, set[str]]
#: many2one fields from a binding to a record, one per level
Path = tuple[str, ...]

#: how many sets of written fields one mapper remembers
MAX_WATCHES = 512


class Source(NamedTuple):
    """A field whose change concerns the value that the mapper reads as ``name``."""

    name: str
    path: tuple[Field, ...]
    field: Field


class Watch(NamedTuple):
    """The sources that a write of some fields of a model may change."""

    #: sources among the written fields
    sources: tuple[Source, ...]
    #: Odoo's triggers of the written fields, as far as they lead to sources
    tree: Any
    #: the written fields that a computed source depends on
    causes: frozenset[str]
    #: the written fields that count because not all sources are known
    others: frozenset[str]


class ExportSources:
    """The sources of one mapper for one binding model; immutable.

    :param names: ``{name that the mapper reads: name that is exported}``; for names
        that are read of items, the second is their list
    :param is_complete: whether the mapper reads nothing else
    :param followed: names whose changes the listener finds by ``_follow``
    """

    def __init__(
        self,
        model: models.BaseModel,
        odoo_field: str,
        names: Mapping[str, str],
        is_complete: bool,
        followed: frozenset[str] = frozenset(),
    ) -> None:
        pool = model.pool
        self._pool = pool
        self._model_name = model._name
        self._triggers = pool._field_triggers
        self._made_of = (dict(names), is_complete, followed)
        self._levels = {
            name: tuple(fields_of(pool, model._name, path))
            for name, path in delegation_paths(pool, model._name, odoo_field).items()
        }
        self._by_field: dict[Field, list[Source]] = defaultdict(list)
        for name, exported_as in sorted(names.items()):
            for source in self._trace(name):
                source = source._replace(name=exported_as)
                self._by_field[source.field].append(source)
        self._dependencies = self._find_dependencies()
        #: names of computed sources whose dependencies nobody declares
        untraced = [f for f in self._by_field if is_untraceable(pool, f)]
        untraced_names = {s.name for f in untraced for s in self._by_field[f]}
        self.untraced = sorted(untraced_names - followed)
        self.is_complete = is_complete and not self.untraced
        self._watches: dict[tuple[str, frozenset[str]], Watch] = {}

    def holds_for(
        self,
        model: models.BaseModel,
        names: Mapping[str, str],
        is_complete: bool,
        followed: frozenset[str] = frozenset(),
    ) -> bool:
        """Return whether the mapper and the fields are still the same."""
        is_same_pool = self._triggers is model.pool._field_triggers
        return is_same_pool and self._made_of == (names, is_complete, followed)

    # -- compile --------------------------------------------------------------

    def _trace(self, name: str) -> Iterator[Source]:
        """Yield the fields along a dotted name; the last one has the value."""
        steps = name.split(".")
        levels = (
            (level, path)
            for level, path in self._levels.items()
            if steps[0] in self._pool[level]._fields
        )
        model_name, path = next(levels, (self._model_name, ()))
        for step in steps:
            field = self._pool[model_name]._fields.get(step)
            if field is None:
                return
            yield Source(name, path, field)
            for delegate, real in _undelegated(self._pool, field):
                yield Source(name, path, delegate)
                path, field = (*path, delegate), real
                yield Source(name, path, field)
            if not field.relational or field.comodel_name not in self._pool:
                return
            for inverse in self._pool.field_inverses[field]:
                if field.type == "one2many":
                    yield Source(name, (*path, field), inverse)
            path, model_name = (*path, field), field.comodel_name

    def _find_dependencies(self) -> set[Field]:
        """Return the computed sources and all fields that these depend on."""
        found: set[Field] = set()
        pending = [f for f in self._by_field if f.compute and not f.inherited]
        while pending:
            field = pending.pop()
            if field not in found:
                found.add(field)
                if field.compute:
                    pending += [path[-1] for path in field.resolve_depends(self._pool)]
        return found

    def _watch(self, model_name: str, names: frozenset[str]) -> Watch:
        watch = self._watches.get((model_name, names))
        if watch is not None:
            return watch
        if len(self._watches) >= MAX_WATCHES:
            self._watches.clear()
        model_fields = self._pool[model_name]._fields
        written = [model_fields[name] for name in names if name in model_fields]
        others: frozenset[str] = frozenset()
        if not self.is_complete and model_name in self._levels:
            others = frozenset(
                f.name for f in written if may_concern_backend(self._pool, f)
            )
        causes = [field for field in written if field in self._dependencies]
        watch = self._watches[model_name, names] = Watch(
            tuple(s for field in written for s in self._by_field.get(field, ())),
            self._tree(causes),
            frozenset(field.name for field in causes),
            others,
        )
        return watch

    def _tree(self, fields: list[Field]) -> Any:
        return self._pool.get_trigger_tree(fields, select=self._is_tree_field)

    def _is_tree_field(self, field: Field) -> bool:
        """Return whether a trigger tree has to lead to a field."""
        if field not in self._dependencies or field.inherited:
            return False
        return field in self._by_field or field.recursive

    # -- changes --------------------------------------------------------------

    def find_changes(
        self, records: models.BaseModel, names: frozenset[str], is_new: bool = False
    ) -> Changes:
        """Return the bindings that a change concerns, and the names to export."""
        watch = self._watch(records._name, names)
        places: dict[tuple, set[str]] = defaultdict(set)
        for source in watch.sources:
            # no other record refers to new records yet
            if not (is_new and source.path and source.path[-1].type == "many2one"):
                places[source.path, records._ids].add(source.name)
        if watch.tree:
            self._add_computed(records, watch, places, is_new)
        if watch.others and not is_new:
            places[self._levels[records._name], records._ids].update(watch.others)
        return self._find_bindings(records.env, places)

    def _add_computed(
        self, records: models.BaseModel, watch: Watch, places: dict, is_new: bool
    ) -> None:
        level = self._levels.get(records._name)
        written_ids = set(records._ids)
        seen: dict[Field, set[int]] = defaultdict(set)
        pending = [(records, watch.tree, is_new)]
        while pending:
            changed, tree, created = pending.pop()
            changed = changed.sudo().with_context(active_test=False)
            for field, found, __ in changed._modified_triggers(tree, created):
                new = found.browse(id_ for id_ in found._ids if id_ not in seen[field])
                if not new:
                    continue
                seen[field].update(new._ids)
                is_own = new._name == records._name
                own = tuple(id_ for id_ in new._ids if is_own and id_ in written_ids)
                for source in self._by_field.get(field, ()):
                    places[source.path, new._ids].add(source.name)
                    if own and source.path == level:
                        places[source.path, own].update(watch.causes)
                if field.recursive:
                    pending.append((new, self._tree([field]), False))

    def _find_bindings(self, env: Any, places: dict[tuple, set[str]]) -> Changes:
        changes: Changes = {}
        env = env(su=True)
        known: dict[tuple, models.BaseModel] = {}
        for (path, ids), names in places.items():
            bindings = known.get((path, ids))
            if bindings is None:
                model_name = path[-1].comodel_name if path else self._model_name
                records = env[model_name].browse(ids)
                bindings = known[path, ids] = follow_back(records, path).with_env(env)
            for binding in bindings:
                changes.setdefault(binding, set()).update(names)
        return changes


# -- fields and paths ---------------------------------------------------------


def delegation_paths(pool: Any, model_name: str, odoo_field: str) -> dict[str, Path]:
    """Return ``{model: path from the binding}``: binding, record, their _inherits."""
    paths: dict[str, Path] = {model_name: ()}
    field = pool[model_name]._fields.get(odoo_field)
    if field is not None and field.comodel_name:
        paths.setdefault(field.comodel_name, (odoo_field,))
    pending = list(paths)
    for name in pending:
        for parent, field_name in pool[name]._inherits.items() if name in pool else ():
            if parent not in paths:
                paths[parent] = (*paths[name], field_name)
                pending.append(parent)
    return paths


def fields_of(pool: Any, model_name: str, path: Path) -> list[Any]:
    """Return the fields of a path of names."""
    fields = []
    for name in path:
        fields.append(pool[model_name]._fields[name])
        model_name = fields[-1].comodel_name
    return fields


def follow_back(bound: models.BaseModel, path: Iterable[Any]) -> models.BaseModel:
    """Return the records, archived or not, whose path leads to some records."""
    for field in reversed(tuple(path)):
        if not bound:
            return bound.env[field.model_name].browse()
        model = bound.env[field.model_name].with_context(active_test=False)
        bound = model.search([(field.name, "in", bound.ids)])
    return bound


def _undelegated(pool: Any, field: Field) -> Iterator[tuple[Field, Field]]:
    """Yield, for each level, the field that delegates and the field it leads to."""
    while field.inherited:
        path = tuple(field.related.split("."))
        delegate, field = fields_of(pool, field.model_name, path)
        yield delegate, field


def is_untraceable(pool: Any, field: Field) -> bool:
    """Return whether a field is computed without any declared dependency."""
    if not field.compute or field.store:
        return False
    return not (pool.field_depends[field] or pool.field_depends_context[field])


def may_concern_backend(pool: Any, field: Field) -> bool:
    """Return whether a change of a field may concern a backend."""
    if field.name in models.MAGIC_COLUMNS or field.name == "display_name":
        return False
    for name in ("mail.thread", "mail.activity.mixin", "connector.binding.mixin"):
        if field.name not in pool[name]._fields:
            continue
        if issubclass(pool[field.model_name], pool[name]):
            return False
    comodel = pool.get(field.comodel_name) if field.relational else None
    return comodel is None or not issubclass(comodel, pool["external.binding"])
