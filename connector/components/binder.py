# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from odoo import fields, models
from odoo.fields import Domain

from odoo.addons.component.core import AbstractComponent

from .aliases import ALIAS_FLAG, find_aliased, with_aliases
from .binding_memory import BindingMemory, Link
from .external_id import (
    can_be_external_id,
    can_be_stored,
    check_can_be_external_id,
    external_key,
    is_external_id,
    unstorable_id,
)

#: where the binders of a session of work share what they remember
_MEMORIES = "binding memories"


class Binder(AbstractComponent):
    """Know the link between an external id, a binding and a record."""

    _name = "base.binder"
    _inherit = "base.connector"
    _usage = "binder"

    _external_field = "external_id"
    _backend_field = "backend_id"
    _odoo_field = "odoo_id"
    _sync_date_field = "sync_date"

    # -- from the backend to Odoo ---------------------------------------------

    def to_internal(self, external_id: Any, unwrap: bool = False) -> models.BaseModel:
        """Return the binding of ``external_id``, archived or not.

        Empty when nothing is bound. With ``unwrap``, the record behind it.

        :raise ValueError: several bindings have this external id
        :raise InvalidDataError: a record or a list is given as an external id
        """
        self._check_external_id(external_id)
        binding = self._recall(external_id)
        if binding is None and is_external_id(external_id):
            binding = self._search_many([external_id])[external_id]
        if binding is None:
            binding = self.model.browse()
        return binding[self._odoo_field] if unwrap else binding

    def to_internal_many(
        self, external_ids: Iterable[Any], unwrap: bool = False
    ) -> dict[Any, models.BaseModel]:
        """Return ``{external id: binding}`` of those that are bound, in one query.

        A binder that defines its own ``to_internal`` is asked for each.
        """
        external_ids = list(external_ids)
        for external_id in external_ids:
            check_can_be_external_id(external_id, self.model._name)
        wanted = list(dict.fromkeys(external_ids))
        if type(self).to_internal is Binder.to_internal:
            found = self._find_many(wanted)
            if unwrap:
                found = {key: found[key][self._odoo_field] for key in found}
        else:
            found = {key: self.to_internal(key, unwrap=unwrap) for key in wanted}
        return {key: record for key, record in found.items() if record}

    def prefetch(self, external_ids: Iterable[Any]) -> None:
        """Learn in one query what is bound, for the rest of the work context.

        Every binder of this work context, and of those that come from it, then
        answers ``to_internal`` for these ids, bound or not, without a query; and
        stays right when bindings are made, changed or deleted meanwhile. Costs
        nothing for what is known already.
        """
        memory = self._memory(make=True)
        if memory:
            keys = map(external_key, filter(can_be_external_id, external_ids))
            memory.prefetch(self.model, filter(None, keys))

    def _find_many(self, external_ids: list[Any]) -> dict[Any, models.BaseModel]:
        """Return ``{external id: binding or none}``, asking only what is not known."""
        found = {key: self._recall(key) for key in external_ids}
        unknown = [key for key, binding in found.items() if binding is None]
        found.update(self._search_many(unknown))
        return found

    def _search_many(self, external_ids: list[Any]) -> dict[Any, models.BaseModel]:
        """Return ``{external id: binding or none}``, by a query.

        What is not bound may be the id of a record that was merged.
        """
        bindings, by_key = self._search_by_key(external_ids)
        found = {key: self._choose(by_key[external_key(key)]) for key in external_ids}
        missing = [key for key in external_ids if not found[key]]
        aliased = find_aliased(self, bindings, missing)
        for key in missing if aliased else ():
            found[key] = aliased.get(external_key(key), found[key])
        return found

    def _search_by_key(
        self, external_ids: Iterable[Any]
    ) -> tuple[models.BaseModel, defaultdict[str | None, models.BaseModel]]:
        """Return the bindings that were found, and by external id."""
        bindings = self._search_bindings(self._external_field, external_ids)
        return bindings, self._group(
            bindings, lambda binding: external_key(binding[self._external_field])
        )

    # -- from Odoo to the backend ---------------------------------------------

    def to_external(self, binding: models.BaseModel | int, wrap: bool = False) -> Any:
        """Return the external id of a binding, or of a record with ``wrap``.

        None or False when the record is not bound.

        :raise ValueError: the record has several bindings in this backend
        """
        if isinstance(binding, models.BaseModel):
            record_id = binding.id
        else:
            record_id = binding
        if not wrap:
            return self.model.browse(record_id)[self._external_field]
        bindings = self._choose(self._search_bindings(self._odoo_field, [record_id]))
        return bindings[self._external_field] if bindings else None

    def to_external_many(
        self, records: models.BaseModel
    ) -> dict[models.BaseModel, Any]:
        """Return ``{record: external id}`` of those that are bound, in one query.

        The records are bindings, or what the bindings wrap. A binder that defines
        its own ``to_external`` is asked for each.
        """
        wrap = records._name != self.model._name
        if type(self).to_external is not Binder.to_external:
            found = {record: self.to_external(record, wrap=wrap) for record in records}
        elif wrap:
            by_record = self._group(
                self._search_bindings(self._odoo_field, records.ids),
                lambda binding: binding[self._odoo_field].id,
            )
            found = {
                record: self._choose(by_record[record.id])[self._external_field]
                for record in records
            }
        else:
            found = {record: record[self._external_field] for record in records}
        return {
            record: external_id
            for record, external_id in found.items()
            if is_external_id(external_id)
        }

    # -- the link -------------------------------------------------------------

    def bind(self, external_id: Any, binding: models.BaseModel | int) -> None:
        """Link ``external_id`` to a binding and note the time of synchronization.

        :raise InvalidDataError: no record can have such an id, or no text be it
        """
        assert is_external_id(external_id), (
            f"No external id to bind {binding!r} to: got {external_id!r}."
        )
        self._check_external_id(external_id)
        if not can_be_stored(str(external_id)):
            raise unstorable_id(external_id, self.model._name)
        assert binding, f"No binding to link external id {external_id!r} to."
        if not isinstance(binding, models.BaseModel):
            binding = self.model.browse(binding)
        binding.with_context(connector_no_export=True).write(
            {
                self._external_field: str(external_id),
                self._sync_date_field: fields.Datetime.now(),
            }
        )

    def _check_external_id(self, external_id: Any) -> None:
        if is_external_id(external_id):
            check_can_be_external_id(external_id, self.model._name)

    def bind_many(self, pairs: Iterable[tuple[Any, models.BaseModel | int]]) -> None:
        """Link each external id to its binding; one query for all, when flushed."""
        for external_id, binding in pairs:
            self.bind(external_id, binding)

    def unwrap_binding(self, binding: models.BaseModel | int) -> models.BaseModel:
        """Return the record behind a binding."""
        if not isinstance(binding, models.BaseModel):
            binding = self.model.browse(binding)
        return binding[self._odoo_field]

    def unwrap_model(self) -> str:
        """Return the name of the model that the bindings wrap.

        :raise ValueError: the working model has no such many2one
        """
        field = self.model._fields.get(self._odoo_field)
        if field is None:
            raise ValueError(
                f"Model {self.model._name} has no field {self._odoo_field!r} by which "
                f"binder {self._name} could unwrap it: it is no binding."
            )
        return field.comodel_name

    # -- queries and memory ---------------------------------------------------

    def _search_bindings(self, field: str, values: Iterable[Any]) -> models.BaseModel:
        """Return the backend's bindings by external id or by record, in one query."""
        wanted = [value for value in values if is_external_id(value)]
        if field == self._external_field:
            # nothing can be bound to what the database cannot hold
            wanted = list(filter(can_be_stored, map(str, wanted)))
        if not wanted:
            return self.model.browse()
        if field not in self.model._fields:
            raise ValueError(
                f"Model {self.model._name} has no field {field!r} in which binder "
                f"{self._name} could look: it is no binding. Name the binding model, "
                'as in external_to_m2o("customer", binding="shop.res.partner").'
            )
        read_at_once = (
            self._external_field,
            self._backend_field,
            self._odoo_field,
            ALIAS_FLAG,
        )
        domain = Domain(field, "in", wanted)
        if field == self._external_field:
            domain = with_aliases(self, domain, wanted)
        bindings = self.model.with_context(active_test=False).search_fetch(
            domain & Domain(self._backend_field, "=", self.backend_record.id),
            [name for name in read_at_once if name in self.model._fields],
        )
        return bindings.with_env(self.env)

    def _group(
        self, bindings: models.BaseModel, key: Callable[[models.BaseModel], Any]
    ) -> defaultdict[Any, models.BaseModel]:
        """Return ``{key: bindings}``, which still read their fields all at once."""
        groups = defaultdict(self.model.browse)
        for binding in bindings:
            group = groups[key(binding)] + binding
            groups[key(binding)] = group.with_prefetch(bindings._ids)
        return groups

    def _choose(self, bindings: models.BaseModel) -> models.BaseModel:
        """Return the only binding, or the only one that is not archived.

        Where no unique constraint forbids it, an archived binding may have been
        replaced by another one.
        """
        if len(bindings) < 2:
            return bindings
        active = bindings.filtered(bindings._active_name or (lambda binding: True))
        if len(active) != 1:
            link = ", ".join(
                f"{binding.id} ({binding[self._external_field]})"
                for binding in bindings
            )
            raise ValueError(
                f"Expected one binding of {bindings._name} for "
                f"{self.backend_record.display_name}, found {len(bindings)}: {link}. "
                "Delete or archive all but one."
            )
        return active

    def _recall(self, external_id: Any) -> models.BaseModel | None:
        """Return the remembered answer, None if there is none."""
        memory = self._memory()
        if memory is None or not is_external_id(external_id):
            return None
        return memory.recall(self.model, external_key(external_id))

    def _memory(self, make: bool = False) -> BindingMemory | None:
        """Return what is remembered of this model, backend and user.

        None for bindings that do not tell when they change.
        """
        session = self.work.connector_session
        if _MEMORIES not in session and not make:
            return None
        memories = session.setdefault(_MEMORIES, {})
        env, backend = self.env, self.backend_record
        key = (
            self.model._name,
            self._external_field,
            backend._name,
            backend.id,
            env.uid,
            env.su,
            tuple(env.context.get("allowed_company_ids") or ()),
        )
        memory = memories.get(key)
        if memory is None and make and self._bindings_tell_changes():
            link = Link(self._external_field, self._backend_field, backend.id)
            memory = memories[key] = BindingMemory(link, self._find_ids)
        return memory

    def _bindings_tell_changes(self) -> bool:
        return isinstance(self.model, self.env.registry["external.binding"])

    def _find_ids(self, keys: list[str]) -> dict[str, int | None]:
        """Return the id of the binding of each key, None for those that are free.

        Keys that several bindings have are left out, and those of merged records.
        """
        bindings, by_key = self._search_by_key(keys)
        missing = [key for key in keys if not by_key[key]]
        aliased = find_aliased(self, bindings, missing)
        return {
            key: by_key[key].id or None
            for key in keys
            if len(by_key[key]) < 2 and key not in aliased
        }
