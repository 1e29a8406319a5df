# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Modifier that finds a record of Odoo by its code, name or any other natural key.

For records that are not imported: countries, currencies, units of measure, taxes. ::

    direct = [
        (record_by("country", "code", aliases={"UK": "GB"}), "country_id"),
        (record_by("taxes", "name", domain=sale_taxes), "taxes_id"),
    ]

The importer prefetches the keys of all records of a chunk in one query
(``Mapper.prefetch_bindings``); the session of the job remembers what was found.
A missing key is not remembered: a later step may create the record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from odoo import models
from odoo.fields import Command, Domain
from odoo.tools import escape_psql

from ...exception import MappingError
from ..comparison.stored_values import X2MANY
from ..session import Session
from .modifier import Modifier, Read, Source, is_empty, is_missing, reader

#: a domain, or a function of the mapper that returns one
DomainSource = list | Domain | Callable[[Any], Any]


def record_by(
    field: Source,
    key: str,
    model: str | None = None,
    *,
    aliases: Mapping[Any, Any] | None = None,
    domain: DomainSource = (),
    ignore_case: bool = False,
    source_field: str | None = None,
) -> Modifier:
    """Return the database id of the record whose field ``key`` has the value.

    A list of values becomes the command that sets these records in an x2many.

    :param model: model of the record, by default that of the target field
    :param aliases: the value in Odoo of values that the backend writes differently
    :param domain: further conditions, or a function of the mapper that returns them
    :param ignore_case: find ``pce`` by ``PCE``, too
    :raise MappingError: not exactly one record has the value
    """
    return RecordBy(field, key, model, aliases or {}, domain, ignore_case, source_field)


class RecordBy(Modifier):
    """See :func:`record_by`."""

    __slots__ = ("_aliases", "_domain", "_ignore_case", "key", "model")

    def __init__(
        self,
        field: Source,
        key: str,
        model: str | None,
        aliases: Mapping[Any, Any],
        domain: DomainSource,
        ignore_case: bool,
        source_field: str | None,
    ) -> None:
        self.key, self.model = key, model
        self._domain, self._ignore_case = domain, ignore_case
        self._aliases = {
            self._normalize(alias): value for alias, value in aliases.items()
        }

        def build(read: Read, keeps_falsy: bool) -> Read:
            def find(mapper: Any, record: Any, to_attr: str) -> Any:
                value = read(mapper, record, to_attr)
                return self._find(mapper, value, to_attr, keeps_falsy)

            return find

        super().__init__(field, build, f"record_by({key})", source_field=source_field)

    # -- prefetch ---------------------------------------------------------------

    def prefetch(self, mapper: Any, records: Iterable[Any], to_attr: str) -> None:
        """Find the records that the external records name, in one query."""
        read = reader(self.field)
        wanted: dict[str, None] = {}
        for record in records:
            try:
                value = read(mapper, record, to_attr)
                for each in value if isinstance(value, list | tuple | set) else [value]:
                    if not is_empty(each, self.keeps_falsy):
                        wanted[self._known_as(each)] = None
            except Exception:  # mapping this record raises the same error
                continue
        if wanted:
            self._memory(mapper, to_attr).update(self._search(mapper, wanted, to_attr))

    # -- find -------------------------------------------------------------------

    def _find(self, mapper: Any, value: Any, to_attr: str, keeps_falsy: bool) -> Any:
        """Return the id of the record, or the command that sets an x2many."""
        target = mapper.model._fields.get(to_attr)
        is_many = target is not None and target.type in X2MANY
        if not isinstance(value, list | tuple | set):
            values = [] if is_empty(value, keeps_falsy) else [value]
        elif is_many:
            values = [each for each in value if not is_missing(each)]
        else:
            raise MappingError(
                f"Expected one {self.key} for {to_attr}, found {value!r}."
            )
        ids = self._find_ids(mapper, values, to_attr)
        if is_many:
            return [Command.set(ids)]
        return ids[0] if ids else False

    def _find_ids(self, mapper: Any, values: list[Any], to_attr: str) -> list[int]:
        memory = self._memory(mapper, to_attr)
        keys = {self._known_as(value): value for value in values}
        if missing := [key for key in keys if key not in memory]:
            memory.update(self._search(mapper, missing, to_attr))
        found = []
        for key, value in keys.items():
            ids = memory.get(key, [])
            if len(ids) != 1:
                raise self._error(mapper, value, key, ids, to_attr)
            found.extend(ids)
        return found

    def _search(
        self, mapper: Any, keys: Iterable[str], to_attr: str
    ) -> dict[str, list[int]]:
        """Return ``{key: ids}`` of the records with one of the keys."""
        model = self._find_model(mapper, to_attr)
        domain = Domain(self._domain_of(mapper)) & self._company_domain(model)
        names = [name for name in (self.key, "company_id") if name in model._fields]
        records = model.search_fetch(domain & self._key_domain(model, keys), names)
        by_key = defaultdict(list)
        for record in records:
            by_key[self._normalize(record[self.key])].append(record)
        return {key: self._prefer_own(model, found) for key, found in by_key.items()}

    def _key_domain(self, model: models.BaseModel, keys: Iterable[str]) -> Domain:
        if model._fields[self.key].type in ("integer", "float", "monetary"):
            numbers = [number for key in keys if (number := _number(key)) is not None]
            return Domain(self.key, "in", numbers)
        if not self._ignore_case:
            return Domain(self.key, "in", list(keys))
        return Domain.OR(Domain(self.key, "=ilike", escape_psql(key)) for key in keys)

    def _prefer_own(self, model: Any, records: list[Any]) -> list[int]:
        """Return the ids of the company's records, of all records if it has none."""
        if "company_id" in model._fields:
            own = [record for record in records if record.company_id]
            records = own or records
        return [record.id for record in records]

    def _error(
        self, mapper: Any, value: Any, key: str, ids: list[int], to_attr: str
    ) -> MappingError:
        model = self._find_model(mapper, to_attr)
        sought = f"of {model._name} with {self.key} {key!r} ({to_attr})"
        if self._normalize(value) != key:
            sought += f", the alias of {value!r},"
        if ids:
            return MappingError(
                f"Found several records {sought}: ids {ids}. Set domain=… to choose "
                "one."
            )
        archived = model.with_context(active_test=False).search(
            self._key_domain(model, [key]), limit=1
        )
        if archived and "active" in model._fields and not archived.active:
            return MappingError(
                f"The only record {sought} is archived: {archived.display_name}. "
                "Activate it."
            )
        return MappingError(
            f"No record {sought} exists. Create it, or give record_by an alias."
        )

    # -- parts ------------------------------------------------------------------

    def _normalize(self, value: Any) -> str:
        if isinstance(value, int | float):
            return f"{value:.12g}"
        text = str(value).strip()
        return text.casefold() if self._ignore_case else text

    def _known_as(self, value: Any) -> str:
        """Return the key by which Odoo knows a value of the backend."""
        key = self._normalize(value)
        return self._normalize(self._aliases.get(key, key))

    def _memory(self, mapper: Any, to_attr: str) -> dict[str, list[int]]:
        """Return ``{key: ids}`` of the records found in this job."""
        env = mapper.env
        # not self: ``keep_falsy`` copies the modifier, and ``read`` is of the original
        place = (self._build, to_attr, env.company.id, env.lang)
        return Session.of(mapper.work).records_by_key.setdefault(place, {})

    def _domain_of(self, mapper: Any) -> Any:
        domain = self._domain
        return domain(mapper) if callable(domain) else list(domain)

    def _company_domain(self, model: Any) -> Domain:
        if "company_id" not in model._fields:
            return Domain.TRUE
        return Domain(model._check_company_domain(model.env.company))

    def _find_model(self, mapper: Any, to_attr: str) -> models.BaseModel:
        """Return the model of the records.

        :raise ValueError: it is unknown, or lacks the key
        """
        name = self.model
        if name is None:
            field = mapper.model._fields.get(to_attr)
            name = field is not None and field.comodel_name
        if not name or name not in mapper.env:
            raise ValueError(
                f"record_by({self.key!r}) for {to_attr!r} of {mapper.model._name}: "
                f"expected a relation or the name of a model, found {name or 'none'}. "
                "Set model=…."
            )
        model = mapper.env[name]
        if self.key not in model._fields:
            raise ValueError(
                f"record_by({self.key!r}) for {to_attr!r} of {mapper.model._name}: "
                f"{name} has no field {self.key!r}."
            )
        return model


def _number(key: str) -> float | None:
    """Return the number in a text, None if the text is not one."""
    try:
        return float(key)
    except ValueError:
        return None
