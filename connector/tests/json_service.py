# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A small HTTP service, with a system in memory behind it.

``python -m odoo.addons.connector.tests.json_service records.json`` serves the records
of a file until it is interrupted.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from ..exception import IDMissingInBackend, RetryableJobError
from ..http.paths import wrap
from ..testing import FakeSystem
from ..timestamps import to_utc
from .rest_server import Reply, Request, RestServer
from .service_rules import Rule


class Tree(NamedTuple):
    """Table that is listed as a tree: each record with the records below it.

    :param parent: field with the id of the record above
    :param children: field in the answer with the records below
    """

    parent: str = "parent"
    children: str = "children"


class Place(NamedTuple):
    """Meaning of a path: a table, keys of its records, and an id or ""."""

    table: str
    keys: dict[str, str]
    external_id: str


class JsonService(RestServer):
    """System in memory that is offered as JSON over HTTP, as many backends do.

    ==================================  ==============================================
    ``GET /partners?page=2``            a page of records, of ``per_page`` (100);
                                        ``modified_after`` leaves out older ones
    ``GET /partners/1``                 one, or 404
    ``POST /partners``                  creates one and returns it: 201
    ``PATCH /partners/1``               writes it and returns it
    ``DELETE /partners/1``              204
    ==================================  ==============================================

    A written record gets the current time (UTC) as its ``updated_at``. An error of the
    system, set by ``fail_next``, is a 503. An answer is the
    record or list of records itself, or has it at the dotted path that
    ``record_paths`` and ``records_paths`` name for the table.

    A path may contain keys of its records: ``customers/{customer}/addresses`` has the
    records whose ``customer`` is that of the address. A table in ``trees`` is listed as
    a tree, see :class:`Tree`. ``rules`` refuse requests, see :mod:`.service_rules`.

    :param tables: ``{path: table of the system}``, the path without outer slashes
    """

    def __init__(
        self, system: FakeSystem, tables: Mapping[str, str], port: int = 0
    ) -> None:
        super().__init__(port)
        self.system = system
        self.tables = dict(tables)
        self.record_paths: dict[str, str | None] = {}
        self.records_paths: dict[str, str | None] = {}
        self.trees: dict[str, Tree] = {}
        self.rules: list[Rule] = []
        self.reply = self._answer

    @classmethod
    def load(
        cls,
        path: Path,
        tables: Mapping[str, str] | None = None,
        port: int = 0,
        id_field: str = "id",
    ) -> JsonService:
        """Return a service of the records in a JSON file: ``{path: [record, …]}``.

        Without ``tables`` those of the system have the names of the paths.
        """
        records_by_path = json.loads(Path(path).read_text(encoding="utf-8"))
        tables = tables or {name: name for name in records_by_path}
        system = FakeSystem(id_field)
        for name, records in records_by_path.items():
            system.put(tables[name], *records)
        return cls(system, tables, port)

    def _answer(self, request: Request) -> Reply:
        for rule in self.rules:
            if refusal := rule(request):
                return refusal
        place = self._find_place(request.path.strip("/"))
        if place is None:
            known = ", ".join(f"/{known}" for known in self.tables)
            return _error(404, f"no {request.path}, only {known}")
        if request.content and not isinstance(request.body, dict):
            return _error(400, "the body must be a JSON object")
        try:
            return self._perform(request, place)
        except IDMissingInBackend as error:
            return _error(404, error)
        except RetryableJobError as error:
            return _error(503, error)

    def _find_place(self, path: str) -> Place | None:
        """Return the table, the keys and the id in a path."""
        steps = path.split("/")
        for pattern, table in self.tables.items():
            expected = pattern.split("/")
            keys = _match(expected, steps[: len(expected)])
            if keys is not None and len(steps) <= len(expected) + 1:
                external_id = "".join(steps[len(expected) :])
                return Place(table, keys, unquote(external_id))
        return None

    def _perform(self, request: Request, place: Place) -> Reply:
        table, keys, external_id = place
        system, stamp = self.system, {"updated_at": _now()}
        record_path = self.record_paths.get(table)
        if external_id:
            self._check_keys(place)
        match request.method, bool(external_id):
            case "GET", False:
                page = self._page(place, request.params)
                return Reply(wrap(page, self.records_paths.get(table)))
            case "GET", True:
                record = system.read(table, external_id)
                return Reply(wrap(self._with_children(table, record), record_path))
            case "POST", False:
                created_id = system.create(table, {**request.body, **keys, **stamp})
                created = system.tables[table][created_id]
                return Reply(wrap(created, record_path), 201)
            case "PATCH" | "PUT", True:
                system.write(table, external_id, {**request.body, **stamp})
                return Reply(wrap(system.read(table, external_id), record_path))
            case "DELETE", True:
                system.delete(table, external_id)
                return Reply(status=204)
        return _error(405, f"no {request.method} of {request.path}")

    def _check_keys(self, place: Place) -> None:
        """Raise an error if a record is at another address."""
        record = self.system._existing(place.table, place.external_id)
        if not _has_keys(record, place.keys):
            raise IDMissingInBackend(
                f"{place.table} {place.external_id} is not at this address"
            )

    def _page(self, place: Place, params: Mapping[str, str]) -> list[dict[str, Any]]:
        since = params.get("modified_after")
        size = int(params.get("per_page", 100))
        start = (int(params.get("page", 1)) - 1) * size
        tree = self.trees.get(place.table)
        records = [
            self._with_children(place.table, record)
            for record in self.system.search_read(place.table)
            if _is_changed_since(record, since)
            and _has_keys(record, place.keys)
            and not (tree and record.get(tree.parent))
        ]
        return records[start : start + size]

    def _with_children(self, table: str, record: dict[str, Any]) -> dict[str, Any]:
        """Return a record with the records below it, if its table is a tree."""
        tree = self.trees.get(table)
        if tree is None:
            return record
        records = self.system.tables[table].values()
        record_id = str(record[self.system.id_field])
        children = [
            self._with_children(table, child)
            for child in records
            if str(child.get(tree.parent) or "") == record_id
        ]
        return {**record, tree.children: children}


def _match(expected: list[str], steps: list[str]) -> dict[str, str] | None:
    """Return the keys in the steps of a path, None if they do not match."""
    if len(expected) != len(steps):
        return None
    keys = {}
    for name, step in zip(expected, steps, strict=True):
        if name.startswith("{"):
            keys[name.strip("{}")] = unquote(step)
        elif name != step:
            return None
    return keys


def _has_keys(record: Mapping[str, Any], keys: Mapping[str, str]) -> bool:
    return all(str(record.get(name)) == value for name, value in keys.items())


def _is_changed_since(record: Mapping[str, Any], since: str | None) -> bool:
    """Return whether a record was changed then or later; times without zone are UTC."""
    updated_at = record.get("updated_at")
    return not (since and updated_at) or to_utc(updated_at) >= to_utc(since)


def _now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")


def _error(status: int, reason: object) -> Reply:
    return Reply({"error": str(reason)}, status)


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve records as JSON over HTTP.")
    parser.add_argument("records", type=Path, help='JSON file: {"partners": [{…}, …]}')
    parser.add_argument("--port", type=int, default=0, help="instead of a free one")
    options = parser.parse_args()
    service = JsonService.load(options.records, port=options.port)
    with service, suppress(KeyboardInterrupt):
        addresses = [f"{service.url}/{name}" for name in service.tables]
        print(*addresses, sep="\n", flush=True)  # pylint: disable=print-used
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
