# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class MapOptions(dict):
    """Options of one mapping, also as attributes; a missing option is None."""

    def __missing__(self, key: str) -> None:
        return None

    def __getattr__(self, key: str) -> Any:
        if key.startswith("__"):
            raise AttributeError(key)
        return self[key]

    def __setattr__(self, key: str, value: Any) -> None:
        self[key] = value


class OptionsScope:
    """Give a mapper other options for a ``with`` block, whatever happens in it."""

    __slots__ = ("_mapper", "_options", "_previous")

    def __init__(self, mapper: Any, options: MapOptions) -> None:
        self._mapper = mapper
        self._options = options

    def __enter__(self) -> MapOptions:
        self._previous = self._mapper._options
        self._mapper._options = self._options
        return self._options

    def __exit__(self, *exception: object) -> None:
        self._mapper._options = self._previous


class MapRecord:
    """A source record prepared to be converted by a mapper."""

    def __init__(self, mapper: Any, source: Any, parent: MapRecord | None = None):
        self._mapper = mapper
        self._source = source
        self._parent = parent
        self._forced_values: dict[str, Any] = {}
        #: record of Odoo that the values are for, None where it is not known
        self.record: Any = None

    @property
    def source(self) -> Any:
        """The record to convert."""
        return self._source

    @property
    def parent(self) -> MapRecord | None:
        """The record that this one is an item of."""
        return self._parent

    def values(
        self,
        for_create: bool | None = None,
        fields: Iterable[str] | None = None,
        **options: Any,
    ) -> dict[str, Any]:
        """Return the converted values.

        ``only_create`` methods run with ``for_create``; with ``fields`` only what
        reads one of them runs; the mapping methods find all in ``self.options``.
        """
        options = MapOptions(options, for_create=for_create, fields=fields)
        values = self._mapper._apply(self, options=options)
        if self._forced_values:
            values.update(self._forced_values)
        return values

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Force values that win over the mapped ones."""
        self._forced_values.update(*args, **kwargs)
