# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the commands share: options, client, written values."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from ..._config import OdooConfig
from ..._errors import RecordNotFoundError
from ..._values import Records
from ..assignments import parse_assignments, values_of
from ..output import show

if TYPE_CHECKING:
    from ..._client import OdooClient

Options = argparse.Namespace
Command: TypeAlias = "Callable[[Options, OdooClient], Any]"


def connected(command: Command) -> Callable[[Options], None]:
    """Give the command a client, and show what it returns."""

    def run(options: Options) -> None:
        from ..._client import OdooClient

        with OdooClient(configuration(options)) as client:
            show(options, command(options, client))

    return run


def configuration(options: Options) -> OdooConfig:
    """Return the configuration of the instance or file that was named."""
    return OdooConfig.from_file(options.config, instance=options.instance)


def split(text: str | None) -> list[str] | None:
    """Return the names in a text like ``name,email``."""
    return text.replace(",", " ").split() if text else None


def write_values(
    client: OdooClient, model: str, ids: list[int], words: list[str]
) -> Any:
    """Write assignments; those that depend on the current value record by record."""
    assignments = parse_assignments(words)
    types = field_types(client, model)
    needed = [a.field for a in assignments if a.needs_current and a.field in types]
    if not needed:
        return client.write(model, ids, values_of(assignments, types))
    records = client.read(model, ids, needed)
    ensure_all(model, ids, records)
    for record in records:
        client.write(model, record["id"], values_of(assignments, types, record))
    return True


def ensure_all(model: str, ids: Sequence[int], records: Records) -> None:
    """Raise RecordNotFoundError unless each of the ids was read."""
    missing = set(ids) - {record["id"] for record in records}
    if missing:
        raise RecordNotFoundError(model, min(missing))


def field_types(client: OdooClient, model: str) -> dict[str, str]:
    definitions = client.fields_get(model, None, ["type"])
    return {name: definition["type"] for name, definition in definitions.items()}
