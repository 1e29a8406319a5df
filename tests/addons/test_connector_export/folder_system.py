# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from odoo.addons.connector.exception import IDMissingInBackend, NetworkRetryableError


class FolderSystem:
    """External system that stores each record in a file, for several processes."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)

    def check(self) -> None:
        """Raise ``NetworkRetryableError`` if the folder does not exist."""
        if not self.folder.is_dir():
            raise NetworkRetryableError(f"There is no folder {self.folder}.")

    def ids(self, table: str) -> list[str]:
        """Return the ids of the records."""
        paths = (self.folder / table).glob("*.json")
        return sorted((path.stem for path in paths), key=int)

    def create(self, table: str, values: dict[str, Any]) -> str:
        """Write a new record and return its id."""
        self.check()
        (self.folder / table).mkdir(exist_ok=True)
        number = 1
        while True:
            try:
                with self._path(table, number).open("x") as file:
                    json.dump(values, file)
            except FileExistsError:
                number += 1
                continue
            self._log("create", table, number)
            return str(number)

    def read(self, table: str, external_id: str) -> dict[str, Any]:
        """Return a record."""
        try:
            return json.loads(self._path(table, external_id).read_text())
        except FileNotFoundError as error:
            raise IDMissingInBackend(f"{table} has no {external_id}") from error

    def write(self, table: str, external_id: str, values: dict[str, Any]) -> None:
        """Change a record."""
        record = {**self.read(table, external_id), **values}
        self._path(table, external_id).write_text(json.dumps(record))
        self._log("write", table, external_id, *sorted(values))

    def delete(self, table: str, external_id: str) -> None:
        """Delete a record."""
        try:
            self._path(table, external_id).unlink()
        except FileNotFoundError as error:
            raise IDMissingInBackend(f"{table} has no {external_id}") from error
        self._log("delete", table, external_id)

    @property
    def calls(self) -> list[str]:
        """Return what was done, one line each."""
        log = self.folder / "calls.log"
        return log.read_text().splitlines() if log.exists() else []

    def _path(self, table: str, external_id: Any) -> Path:
        return self.folder / table / f"{external_id}.json"

    def _log(self, *words: Any) -> None:
        with (self.folder / "calls.log").open("a") as log:
            log.write(" ".join(map(str, words)) + "\n")
