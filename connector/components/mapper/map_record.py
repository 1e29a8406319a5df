# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A record on its way through a mapper, and the options of its mapping."""

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
    """Context manager that sets the options of a mapper and restores the former."""

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
    """Source record, bound to the mapper that converts it."""

    def __init__(self, mapper: Any, source: Any, parent: MapRecord | None = None):
        self._mapper = mapper
        self._source = source
        self._parent = parent
        self._forced_values: dict[str, Any] = {}
        #: record of Odoo that the values are for, None if it is not known
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

        :param for_create: run the ``only_create`` methods, too
        :param fields: run only the rows and methods that read one of these fields
        :param options: available to the mapping methods in ``self.options``
        """
        options = MapOptions(options, for_create=for_create, fields=fields)
        values = self._mapper._apply(self, options=options)
        if self._forced_values:
            values.update(self._forced_values)
        return values

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Set values that win over the mapped ones."""
        self._forced_values.update(*args, **kwargs)
