# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Binder: the only component that knows the link of external id, binding and record.

::

    external record      binding                            record of Odoo
    id "42"         <->  external_id "42", backend_id  -->  odoo_id
    id "57"         -->  (alias of the same binding)

An external id is kept and compared as text. ``to_internal`` looks for it first in the
memory of the session (:mod:`.binding_memory`), then in a query, which finds aliases as
well: the external ids of records that were merged into others in Odoo.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from odoo import fields, models
from odoo.fields import Domain

from odoo.addons.component.core import AbstractComponent

from ..binding_models import record_of
from .binding_memory import find_memory
from .external_id import (
    can_be_external_id,
    can_be_stored,
    check_can_be_external_id,
    external_key,
    is_external_id,
    unstorable_id,
)

#: field of a binding that says whether it has aliases
ALIAS_FLAG = "has_aliases"


class Binder(AbstractComponent):
    """Binder of one binding model in one backend."""

    _name = "base.binder"
    _inherit = "base.connector"
    _usage = "binder"

    _external_field = "external_id"  #: field of the external id
    _backend_field = "backend_id"  #: field of the backend
    _odoo_field = "odoo_id"  #: field of the record
    _sync_date_field = "sync_date"  #: field of the last synchronization

    def to_internal(self, external_id: Any, unwrap: bool = False) -> models.BaseModel:
        """Return the binding of ``external_id``, archived or not; empty if unbound.

        :param unwrap: return the record that the binding wraps
        :raise ValueError: several bindings have this external id
        :raise InvalidDataError: the external id is a record or a list
        """
        binding = self.model.browse()
        if is_external_id(external_id):
            check_can_be_external_id(external_id, self.model._name)
            binding = self._recall(external_id)
            if binding is None:
                binding = self._find_many([external_id])[external_id]
        return record_of(binding, self._odoo_field) if unwrap else binding

    def to_internal_many(
        self, external_ids: Iterable[Any], unwrap: bool = False
    ) -> dict[Any, models.BaseModel]:
        """Return ``{external id: binding}`` of the bound ones, in one query.

        A binder that overrides ``to_internal`` is asked for each.
        """
        external_ids = list(external_ids)
        for external_id in external_ids:
            check_can_be_external_id(external_id, self.model._name)
        wanted = list(dict.fromkeys(external_ids))
        if type(self).to_internal is Binder.to_internal:
            found = self._find_many(wanted)
            if unwrap:
                found = {key: record_of(found[key], self._odoo_field) for key in found}
        else:
            found = {key: self.to_internal(key, unwrap=unwrap) for key in wanted}
        return {key: record for key, record in found.items() if record}

    def prefetch(self, external_ids: Iterable[Any]) -> None:
        """Remember the bindings of external ids for the rest of the session.

        One query for all ids that are not remembered yet. ``to_internal`` of each
        binder in the session then needs no query for them, bound or not, and stays
        right when bindings are created, changed or deleted.
        """
        memory = find_memory(self, make=True)
        if memory:
            keys = map(external_key, filter(can_be_external_id, external_ids))
            memory.prefetch(self.model, filter(None, keys))

    def _find_many(self, external_ids: list[Any]) -> dict[Any, models.BaseModel]:
        """Return ``{external id: binding, maybe empty}``, from memory if possible."""
        memory = find_memory(self)
        found = {key: memory and self._recall(key) for key in external_ids}
        unknown = [key for key, binding in found.items() if binding is None]
        bindings = self._search_bindings(self._external_field, unknown)
        by_key, unbound = bindings.grouped(self._key_of), self.model.browse()
        for external_id in unknown:
            same_key = by_key.get(external_key(external_id), unbound)
            found[external_id] = self._choose(same_key)
        missing = [key for key in unknown if not found[key]]
        aliased = self._find_aliased(bindings, missing)
        for key in missing if aliased else ():
            found[key] = aliased.get(external_key(key), unbound)
        return found

    def _key_of(self, binding: models.BaseModel) -> str | None:
        return external_key(binding[self._external_field])

    def to_external(self, binding: models.BaseModel | int, wrap: bool = False) -> Any:
        """Return the external id of a binding; None or False if it has none.

        :param wrap: ``binding`` is the record that the binding wraps
        :raise ValueError: the record has several bindings in this backend
        """
        is_record = isinstance(binding, models.BaseModel)
        record_id = binding.id if is_record else binding
        if not wrap:
            return self.model.browse(record_id)[self._external_field]
        bindings = self._choose(self._search_bindings(self._odoo_field, [record_id]))
        return bindings[self._external_field] if bindings else None

    def to_external_many(
        self, records: models.BaseModel
    ) -> dict[models.BaseModel, Any]:
        """Return ``{record: external id}`` of the bound ones, in one query.

        A binder that overrides ``to_external`` is asked for each.

        :param records: bindings, or records that the bindings wrap
        """
        wrap = records._name != self.model._name
        if type(self).to_external is not Binder.to_external:
            found = {record: self.to_external(record, wrap=wrap) for record in records}
        elif wrap:
            bindings = self._search_bindings(self._odoo_field, records.ids)
            found = {
                record: self._choose(of_record)[self._external_field]
                for record, of_record in bindings.grouped(self._odoo_field).items()
            }
        else:
            found = {record: record[self._external_field] for record in records}
        return {
            record: found[record]
            for record in records
            if is_external_id(found.get(record))
        }

    def bind(self, external_id: Any, binding: models.BaseModel | int) -> None:
        """Link ``external_id`` to one binding and set its synchronization date.

        :raise InvalidDataError: the external id is a record or a list, or the database
            cannot store it
        """
        assert is_external_id(external_id), (
            f"No external id to bind {binding!r} to: got {external_id!r}."
        )
        check_can_be_external_id(external_id, self.model._name)
        if not can_be_stored(str(external_id)):
            raise unstorable_id(external_id, self.model._name)
        assert binding, f"No binding to link external id {external_id!r} to."
        if not isinstance(binding, models.BaseModel):
            binding = self.model.browse(binding)
        binding.ensure_one()
        binding.with_context(connector_no_export=True).write(
            {
                self._external_field: str(external_id),
                self._sync_date_field: fields.Datetime.now(),
            }
        )

    def bind_many(self, pairs: Iterable[tuple[Any, models.BaseModel | int]]) -> None:
        """Bind each external id to its binding; the flush needs one query for all."""
        for external_id, binding in pairs:
            self.bind(external_id, binding)

    def unwrap_binding(self, binding: models.BaseModel | int) -> models.BaseModel:
        """Return the record that one binding wraps."""
        if not isinstance(binding, models.BaseModel):
            binding = self.model.browse(binding)
        binding.ensure_one()
        return record_of(binding, self._odoo_field)

    def unwrap_model(self) -> str:
        """Return the name of the model that the bindings wrap.

        :raise ValueError: the working model has no such many2one
        """
        field = self.model._fields.get(self._odoo_field)
        if field is None:
            raise ValueError(
                f"Model {self.model._name} has no field {self._odoo_field!r} by which "
                f"binder {self._name} could unwrap it: it is not a binding."
            )
        return field.comodel_name or self.model._name

    def _search_bindings(self, field: str, values: Iterable[Any]) -> models.BaseModel:
        """Return the backend's bindings by external id or by record, in one query."""
        wanted = [value for value in values if is_external_id(value)]
        if field == self._external_field:
            # nothing is bound to a text that the database cannot store
            wanted = list(filter(can_be_stored, map(str, wanted)))
        if not wanted:
            return self.model.browse()
        if field not in self.model._fields:
            raise ValueError(
                f"Model {self.model._name} has no field {field!r} for a search of "
                f"binder {self._name}: it is not a binding. Name the binding model, as "
                'in external_to_m2o("customer", binding="shop.res.partner").'
            )
        domain = Domain(field, "in", wanted)
        if field == self._external_field and ALIAS_FLAG in self.model._fields:
            aliases = self.env["connector.external.alias"]
            backend, name = self.backend_record, self.model._name
            domain |= Domain(
                "id", "in", aliases._find_binding_ids(backend, name, wanted)
            )
        return self._fetch_bindings(domain)

    def _fetch_bindings(self, domain: Domain) -> models.BaseModel:
        """Return the bindings of the backend that match, archived or not."""
        names = [self._external_field, self._backend_field, self._odoo_field]
        names += [ALIAS_FLAG, "external_updated_at"]
        bindings = self.model.with_context(active_test=False).search_fetch(
            domain & Domain(self._backend_field, "=", self.backend_record.id),
            [name for name in names if name in self.model._fields],
        )
        return bindings.with_env(self.env)

    def _choose(self, bindings: models.BaseModel) -> models.BaseModel:
        """Return the only binding, or the only active one.

        Without a unique constraint, an archived binding may have a replacement.
        """
        if len(bindings) < 2:
            return bindings
        active = bindings.filtered(bindings._active_name or (lambda binding: True))
        if len(active) != 1:
            link = ", ".join(f"{b.id} ({b[self._external_field]})" for b in bindings)
            raise ValueError(
                f"Expected one binding of {bindings._name} for "
                f"{self.backend_record.display_name}, found {len(bindings)}: {link}. "
                "Delete or archive all but one."
            )
        return active

    def _recall(self, external_id: Any) -> models.BaseModel | None:
        """Return the remembered answer, None if there is none."""
        memory, key = find_memory(self), external_key(external_id)
        return None if memory is None or key is None else memory.recall(self.model, key)

    def _find_ids(self, keys: list[str]) -> dict[str, int | None]:
        """Return ``{key: id of the binding, None if the key is free}`` for the memory.

        Keys of several bindings and keys of aliases are left out.
        """
        bindings = self._search_bindings(self._external_field, keys)
        by_key = bindings.grouped(self._key_of)
        aliased = self._find_aliased(
            bindings, [key for key in keys if key not in by_key]
        )
        ids = {key: by_key[key].ids if key in by_key else [None] for key in keys}
        return {
            key: ids[key][0]
            for key in keys
            if len(ids[key]) == 1 and key not in aliased
        }

    def _find_aliased(
        self, bindings: models.BaseModel, external_ids: Iterable[Any]
    ) -> dict[str | None, models.BaseModel]:
        """Return ``{key: binding}`` of the external ids that are aliases.

        :param bindings: result of the search for these external ids
        """
        keys = filter(None, map(external_key, external_ids))
        wanted = list(filter(can_be_stored, keys))
        has_flag = ALIAS_FLAG in self.model._fields
        if not wanted or (has_flag and not any(bindings.mapped(ALIAS_FLAG))):
            return {}
        aliases = self.env["connector.external.alias"]._find(
            self.backend_record, self.model._name, wanted
        )
        if aliases and not has_flag:
            bindings = self._fetch_bindings(
                Domain("id", "in", aliases.mapped("binding_id"))
            )
        by_id = {binding.id: binding for binding in bindings}
        return {
            external_key(alias.external_id): by_id[alias.binding_id]
            for alias in aliases
            if alias.binding_id in by_id
        }
