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
from typing import Any

from ..exception import IDMissingInBackend, RetryableJobError
from ..http.paths import wrap
from ..testing import FakeSystem
from ..timestamps import to_utc
from .rest_server import Reply, Request, RestServer


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

    :param tables: ``{path: table of the system}``, the path without slashes
    """

    def __init__(
        self, system: FakeSystem, tables: Mapping[str, str], port: int = 0
    ) -> None:
        super().__init__(port)
        self.system = system
        self.tables = dict(tables)
        self.record_paths: dict[str, str | None] = {}
        self.records_paths: dict[str, str | None] = {}
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
        name, _, external_id = request.path.strip("/").partition("/")
        if name not in self.tables:
            known = ", ".join(f"/{known}" for known in self.tables)
            return _error(404, f"no /{name}, only {known}")
        try:
            return self._perform(request, self.tables[name], external_id)
        except IDMissingInBackend as error:
            return _error(404, error)
        except RetryableJobError as error:
            return _error(503, error)

    def _perform(self, request: Request, table: str, external_id: str) -> Reply:
        system, stamp = self.system, {"updated_at": _now()}
        record_path = self.record_paths.get(table)
        match request.method, bool(external_id):
            case "GET", False:
                page = self._page(table, request.params)
                return Reply(wrap(page, self.records_paths.get(table)))
            case "GET", True:
                return Reply(wrap(system.read(table, external_id), record_path))
            case "POST", False:
                created_id = system.create(table, {**request.body, **stamp})
                created = system.tables[table][created_id]
                return Reply(wrap(created, record_path), 201)
            case "PATCH" | "PUT", True:
                system.write(table, external_id, {**request.body, **stamp})
                return Reply(wrap(system.read(table, external_id), record_path))
            case "DELETE", True:
                system.delete(table, external_id)
                return Reply(status=204)
        return _error(405, f"no {request.method} of {request.path}")

    def _page(self, table: str, params: Mapping[str, str]) -> list[dict[str, Any]]:
        since = params.get("modified_after")
        size = int(params.get("per_page", 100))
        start = (int(params.get("page", 1)) - 1) * size
        records = [
            record
            for record in self.system.search_read(table)
            if _is_changed_since(record, since)
        ]
        return records[start : start + size]


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
