# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Exports into files: one file for the records of a batch.

::

    create_many, write_many ─► a hidden file, which gets its name: the records are sent
    write_file              ─► a hidden file and a job, in the running transaction
                                 └ publish_file, after the commit: its name

The exporters leave receipts of the records that ``create_many`` has sent, so that a
rolled-back job sends no record twice. ``write_file`` is for files without bindings: a
rolled-back job leaves a hidden file, which a later call deletes. No file is replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from odoo import fields

from odoo.addons.component.core import AbstractComponent

from ...exception import InvalidDataError, NetworkRetryableError
from ...files.errors import FileExists, MissingFile
from ...http.paths import look_up
from ..external_id import is_external_id
from .adapter import own_errors

#: numbers that are tried for the name of a file
_MAX_SEQUENCE = 10_000


class FileExportAdapter(AbstractComponent):
    """Adapter that writes records into files of its folder."""

    _name = "generic.file.adapter"
    _inherit = "generic.file.adapter"

    #: name of an exported file, as in ``stock_{date}_{sequence}.csv``
    _export_name: str | None = None
    _records_per_bulk = 5000  #: records of one file

    def bulk_operations(self) -> frozenset[str]:
        return super().bulk_operations() if self._export_name else frozenset()

    # pylint: disable=method-required-super
    def create(self, values: dict[str, Any]) -> Any:
        """Write a file with one record, and return its id."""
        (answer,) = self.create_many([values])
        if isinstance(answer, Exception):
            raise answer
        return answer

    def create_many(self, values: list[dict[str, Any]]) -> list[Any]:
        """Write a file with the records; return the id of each, or an exception."""
        answers = [self._id_to_export(record) for record in values]
        self._send(
            record
            for record, answer in zip(values, answers, strict=True)
            if not isinstance(answer, Exception)
        )
        return answers

    def write(self, external_id: Any, values: dict[str, Any]) -> None:
        """Write a file with one record."""
        self.write_many({external_id: values})

    def write_many(
        self, values: dict[Any, dict[str, Any]]
    ) -> dict[Any, Exception | None]:
        """Write a file with the records, each with its id."""
        self._send({self._id_field: key, **each} for key, each in values.items())
        return dict.fromkeys(values)

    def write_file(self, records: Iterable[Mapping[str, Any]]) -> str:
        """Write a file that gets its name when the transaction is committed."""
        name = next(self._export_names())
        with own_errors():
            self.folder.remove_stale()
            hidden = self.folder.write_hidden(name, self._format.write(records))
        self.model.with_delay(
            description=self.env._(
                "Publish the file %(name)s for %(backend)s",
                name=name,
                backend=self.backend_record.display_name,
            )
        ).publish_file(self.backend_record, hidden)
        return name

    def publish(self, hidden: str) -> str:
        """Give a hidden file the next free name, and return it.

        A hidden file that does not exist has got its name before.
        """
        with own_errors():
            if self.folder.look(hidden) is None:
                return ""
        try:
            return self._use_free_name(lambda name: self.folder.publish(hidden, name))
        except MissingFile as error:
            raise NetworkRetryableError(str(error)) from None

    def _send(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Write a file of the next free name; none without records."""
        records = list(records)
        if records:
            self._use_free_name(
                lambda name: self.folder.write(name, self._format.write(records))
            )

    def _use_free_name(self, act: Callable[[str], Any]) -> str:
        """Call ``act`` with the first name that no file has, and return the name."""
        with own_errors():
            for name in self._export_names():
                try:
                    act(name)
                except FileExists:
                    continue
                return name
        raise InvalidDataError(
            f"{self._name}: the folder has a file of each name of _export_name = "
            f"{self._export_name!r}. Use {{sequence}} or {{time}} in it."
        )

    def _export_names(self) -> Iterator[str]:
        """Yield the names that a file may get, in the order in which they are tried."""
        if not self._export_name or self._format is None:
            raise NotImplementedError(
                f"{self._name} does not say how its files are called: set _export_name "
                "and _format, as in _export_name = 'stock_{date}_{sequence}.csv'."
            )
        now = fields.Datetime.context_timestamp(self.model, fields.Datetime.now())
        numbers = range(1, _MAX_SEQUENCE) if "{sequence" in self._export_name else (1,)
        for sequence in numbers:
            yield self._export_name.format(
                date=now.strftime("%Y%m%d"),
                time=now.strftime("%H%M%S"),
                sequence=sequence,
            )

    def _id_to_export(self, record: dict[str, Any]) -> Any:
        """Return the id of a record to write, or an exception without it."""
        external_id = look_up(record, self._id_field)
        if is_external_id(external_id):
            return external_id
        return InvalidDataError(
            f"{self._name}: the record to export has no {self._id_field}, its fields "
            f"are {', '.join(record)}. Map the field, or set _id_field."
        )
