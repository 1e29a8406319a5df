# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from odoo.addons.component.core import AbstractComponent

from ..comparison.stored_values import fingerprint


class Version(NamedTuple):
    """Values of a remote record at the time of reading, and its dates (UTC)."""

    values: dict[str, Any]
    written_at: datetime | None
    created_at: datetime | None = None

    @classmethod
    def of(
        cls,
        record: Mapping[str, Any],
        written_at: datetime | None,
        created_at: datetime | None = None,
        without: Collection[str] = (),
    ) -> Version:
        """Return the version of a record as it was read.

        Lists have no order: neither ids, nor the children that take their place.

        :param without: fields that do not count as values, like the dates
        """
        values = {
            name: sorted(value, key=repr) if isinstance(value, list) else value
            for name, value in record.items()
            if name not in without
        }
        return cls(values, written_at, created_at)

    def differs_from(self, other: Version, except_in: Collection[str]) -> bool:
        """Return whether any other field has another value."""
        return any(
            self.values.get(name) != other.values.get(name)
            for name in (self.values.keys() | other.values.keys()) - set(except_in)
        )

    def fingerprint(self) -> str:
        """Return a text that is the same for the same values."""
        return fingerprint(self.values)


class TwoWayAdapter(AbstractComponent):
    """Adapter with the operations that only two-way components need.

    Only ``read_version`` is always needed. Inherit it beside the adapter of the
    protocol: ``_inherit = ["shop.connector", "generic.two.way.adapter",
    "generic.rest.adapter"]``.
    """

    _name = "generic.two.way.adapter"
    _inherit = "base.backend.adapter.crud"

    def read_version(self, external_id: Any, fields: Iterable[str]) -> Version | None:
        """Return these fields of a record and its dates, None if it was deleted."""
        raise NotImplementedError(f"{self._name}: override read_version.")

    def create_once(self, key: str, values: dict[str, Any]) -> Any:
        """Create a record under a key and return its id.

        Where the backend finds a record by a key, a second call with the same key
        updates the record instead.
        """
        return self.create(values)

    def search_by_key(
        self, field: str, value: Any, fields: Iterable[str]
    ) -> list[dict[str, Any]]:
        """Return the records with a value: ``id``, the fields, ``active`` if known.

        Needed by mappers with a ``natural_key``.
        """
        raise NotImplementedError(f"{self._name}: override search_by_key.")

    def read_sample(self, fields: Iterable[str], limit: int) -> list[dict[str, Any]]:
        """Return the oldest records: ``id`` and the fields.

        Needed by mappers with an ``alike_key``.
        """
        raise NotImplementedError(f"{self._name}: override read_sample.")

    def filter_parents(self, filters: Any, field: str, has_parent: bool) -> Any:
        """Return filters for the records with a value in a field, or without one.

        Needed by mappers of records that have a parent of the same model.
        """
        raise NotImplementedError(f"{self._name}: override filter_parents.")
