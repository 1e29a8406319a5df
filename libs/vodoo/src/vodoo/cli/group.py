# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the groups of commands."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from .._errors import RecordNotFoundError
from .output import show
from .words import parse_assignments, values_of

if TYPE_CHECKING:
    from .._client import OdooClient
    from .._config import OdooConfig
    from .._values import Record, Records

#: ids with commas; the record of a timer: ``parser.py`` reads them
Commas = list[int]
Kind = str


class Group:
    """A group of commands: each public method is one, and its result is printed.

    The client connects when a command uses it first.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options

    @classmethod
    def commands(cls) -> list[str]:
        """Return the names of the methods that are commands."""
        names = [name for base in reversed(cls.__mro__) for name in vars(base)]
        known = {*dir(Group)}
        return [n for n in dict.fromkeys(names) if n[0] != "_" and n not in known]

    @classmethod
    def run(cls, options: argparse.Namespace) -> None:
        """Run the chosen command and print its result."""
        group = cls(options)
        arguments = {name: getattr(options, name) for name in options.parameters}
        try:
            show(options, getattr(group, options.function)(**arguments))
        finally:
            if "_client" in vars(group):
                group._client.close()

    @cached_property
    def _config(self) -> OdooConfig:
        from .._config import OdooConfig

        return OdooConfig.from_file(
            self._options.config, instance=self._options.instance
        )

    @cached_property
    def _client(self) -> OdooClient:
        from .._client import OdooClient

        return OdooClient(self._config)

    def _user_id(self, user: int | str) -> int:
        """Return the id of the user with this id or login."""
        if isinstance(user, int):
            return self._client.security.resolve_user(user_id=user)
        return self._client.security.resolve_user(login=user)

    def _field_types(self, model: str) -> dict[str, str]:
        definitions = self._client.fields_get(model, None, ["type"])
        return {name: definition["type"] for name, definition in definitions.items()}

    def _describe_fields(self, model: str) -> list[Record]:
        attributes = ["string", "type", "required", "readonly", "relation"]
        definitions = self._client.fields_get(model, None, attributes)
        return [{"name": name, **definitions[name]} for name in sorted(definitions)]

    def _write(self, model: str, ids: list[int], words: list[str]) -> bool:
        """Write assignments; read the record for those that depend on its values."""
        assignments = parse_assignments(words)
        types = self._field_types(model)
        needed = [a.field for a in assignments if a.needs_current and a.field in types]
        if not needed:
            return self._client.write(model, ids, values_of(assignments, types))
        records = self._client.read(model, ids, needed)
        ensure_all(model, ids, records)
        for record in records:
            values = values_of(assignments, types, record)
            self._client.write(model, record["id"], values)
        return True


def ensure_all(model: str, ids: Sequence[int], records: Records) -> None:
    """Raise RecordNotFoundError unless each of the ids was read."""
    missing = set(ids) - {record["id"] for record in records}
    if missing:
        raise RecordNotFoundError(model, min(missing))
