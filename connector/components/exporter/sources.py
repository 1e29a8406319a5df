# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a change of some fields means for the export of which bindings.

A mapper tells the names of its source fields. Each is a *source*: the fields that lead
from the binding to the record that has the value, and the field itself. ``name`` of a
product that is bound has its value in the template:

.. code-block:: text

    binding ──odoo_id──▶ product.product ──product_tmpl_id──▶ product.template.name

A change of the field, or of a field on the way, concerns the bindings at the other end:
one query for each step back. A change of what a *computed* source depends on does so
too. Odoo knows these dependencies, over any number of fields and relations, stored or
not, and its own trigger trees give the records on which the source changes.

Where a mapper does not tell all of its sources, every change of the binding, of its
record and of what these delegate to counts, except of what no backend wants to know:
messages, activities, dates of changes, and the fields of the synchronization.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from odoo import models
from odoo.fields import Field

from .followed_models import delegation_paths, fields_of, follow_back

#: ``{binding: names for the mapper}``
Changes = dict[models.BaseModel, set[str]]


#: how many sets of written fields are remembered for one mapper
MAX_WATCHES = 512


class Source(NamedTuple):
    """A field whose change concerns what the mapper reads as ``name``."""

    name: str
    path: tuple[Field, ...]
    field: Field


class Watch(NamedTuple):
    """What to do where some fields of a model were written."""

    #: sources that are among the written fields
    sources: tuple[Source, ...]
    #: Odoo's triggers of those fields, as far as they lead to sources
    tree: Any
    #: the written fields that a computed source depends on
    causes: frozenset[str]
    #: the written fields that count because not all sources are known
    others: frozenset[str]


class ExportSources:
    """The sources of one mapper for one binding model; immutable.

    :param names: what the mapper reads of the binding, and the name by which it is
        exported: that of the list for what is read of its items
    :param is_complete: whether it reads nothing else
    :param followed: names of which the listener says otherwise when they change
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
        self._asked = (dict(names), is_complete, followed)
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
        #: names of computed sources of which nothing tells when they change
        self.untraced = sorted(
            {
                source.name
                for field, sources in self._by_field.items()
                if is_untraceable(pool, field)
                for source in sources
                if source.name not in followed
            }
        )
        self.is_complete = is_complete and not self.untraced
        self._watches: dict[tuple[str, frozenset[str]], Watch] = {}

    def holds_for(
        self,
        model: models.BaseModel,
        names: Mapping[str, str],
        is_complete: bool,
        followed: frozenset[str] = frozenset(),
    ) -> bool:
        """Return whether the mapper says the same, and the fields are the same."""
        is_same_pool = self._triggers is model.pool._field_triggers
        return is_same_pool and self._asked == (names, is_complete, followed)

    # -- compile --------------------------------------------------------------

    def _trace(self, name: str) -> Iterator[Source]:
        """Yield the fields that a name leads over; the last has the value."""
        found = self._start_of(name)
        if found is None:
            return
        model_name, path = found
        for step in name.split("."):
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

    def _start_of(self, name: str) -> tuple[str, tuple[Field, ...]] | None:
        """Return the level that has the first field of a name, nearest first."""
        first = name.partition(".")[0]
        for model_name, path in self._levels.items():
            if first in self._pool[model_name]._fields:
                return model_name, path
        return None

    def _find_dependencies(self) -> set[Field]:
        """Return the computed sources and all that these depend on."""
        found: set[Field] = set()
        pending = [f for f in self._by_field if f.compute and not f.inherited]
        while pending:
            field = pending.pop()
            if field in found:
                continue
            found.add(field)
            if field.compute:
                for dependency in field.resolve_depends(self._pool):
                    pending.append(dependency[-1])
        return found

    def _watch(self, model_name: str, names: frozenset[str]) -> Watch:
        watch = self._watches.get((model_name, names))
        if watch is None:
            if len(self._watches) >= MAX_WATCHES:
                self._watches.clear()
            watch = self._make_watch(model_name, names)
            self._watches[model_name, names] = watch
        return watch

    def _make_watch(self, model_name: str, names: frozenset[str]) -> Watch:
        model_fields = self._pool[model_name]._fields
        written = [model_fields[name] for name in names if name in model_fields]
        others: frozenset[str] = frozenset()
        if not self.is_complete and model_name in self._levels:
            others = frozenset(
                field.name for field in written if counts(self._pool, field)
            )
        causes = [field for field in written if field in self._dependencies]
        return Watch(
            tuple(s for field in written for s in self._by_field.get(field, ())),
            self._tree(causes),
            frozenset(field.name for field in causes),
            others,
        )

    def _tree(self, fields: list[Field]) -> Any:
        return self._pool.get_trigger_tree(fields, select=self._is_tree_field)

    def _is_tree_field(self, field: Field) -> bool:
        """Return whether a trigger tree must lead to a field.

        Not to what only repeats, by delegation, a field that is a source itself.
        """
        if field not in self._dependencies or field.inherited:
            return False
        return field in self._by_field or field.recursive

    # -- changes --------------------------------------------------------------

    def find_changes(
        self, records: models.BaseModel, names: frozenset[str], is_new: bool = False
    ) -> Changes:
        """Return which bindings a change of fields concerns, and the names to export.

        Records that are new are not referred to by others yet.
        """
        watch = self._watch(records._name, names)
        places: dict[tuple, set[str]] = defaultdict(set)
        for source in watch.sources:
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


def _undelegated(pool: Any, field: Field) -> Iterator[tuple[Field, Field]]:
    """Yield, level by level, by which field another is inherited, and that one."""
    while field.inherited:
        path = tuple(field.related.split("."))
        delegate, field = fields_of(pool, field.model_name, path)
        yield delegate, field


def is_untraceable(pool: Any, field: Field) -> bool:
    """Return whether a field is computed of what nobody knows."""
    if not field.compute or field.store:
        return False
    return not (pool.field_depends[field] or pool.field_depends_context[field])


def counts(pool: Any, field: Field) -> bool:
    """Return whether a change of any field but bookkeeping may concern a backend."""
    if field.name in models.MAGIC_COLUMNS or field.name == "display_name":
        return False
    for name in ("mail.thread", "mail.activity.mixin", "connector.binding.mixin"):
        if field.name not in pool[name]._fields:
            continue
        if issubclass(pool[field.model_name], pool[name]):
            return False
    comodel = pool.get(field.comodel_name) if field.relational else None
    return comodel is None or not issubclass(comodel, pool["external.binding"])
