# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

import vodoo

from odoo.tools import split_every
from odoo.tools.mail import html2plaintext, plaintext2html

from odoo.addons.connector.api import (
    Component,
    IDMissingInBackend,
    InvalidDataError,
    NetworkRetryableError,
    RetryableJobError,
    Version,
)
from odoo.addons.connector.read_ahead import read_ahead

from ..remote import ALL_RECORDS, RemoteRefusal
from .dates import DATES, find_write_date, read_write_date, version_of
from .load_row import load_row

#: records of a page of ids and dates
PAGE_SIZE = 1000


class OdooAdapter(Component):
    """Adapter of the remote model that the bindings of the working model wrap."""

    _name = "odoo.adapter"
    _inherit = ["odoo.connector", "generic.two.way.adapter"]

    #: how many pages are read ahead
    _pages_ahead = 3

    @property
    def remote_model(self) -> str:
        """Return the name of the remote model."""
        return self.binder_for().unwrap_model()

    def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method of the remote model."""
        return self.work.remote.call(self.remote_model, method, *args, **kwargs)

    def search(self, filters: list | None = None) -> list[int]:
        """Return the ids of the records in the domain ``filters``."""
        return self.call("search", filters or [], order="id", context=ALL_RECORDS)

    def search_pages(
        self, filters: list | None = None
    ) -> Iterator[dict[int, datetime | None]]:
        """Yield pages of ``{id: write date}``, in the order of ids, some read ahead.

        A date that cannot be read is None: only the import of its record fails.
        """
        model, remote = self.remote_model, self.work.remote
        remote.open()
        rows = remote.search_iter(model, filters or [], ["write_date"], PAGE_SIZE)
        pages = (
            {row["id"]: find_write_date(row, model) for row in page}
            for page in split_every(PAGE_SIZE, rows, list)
        )
        return read_ahead(pages, self._pages_ahead)

    def read_many(
        self,
        external_ids: Iterable[int],
        fields: list[str] | None = None,
        language: str | None = None,
    ) -> dict[int, dict[str, Any]]:
        """Return ``{id: record}`` of the records that exist; a many2one is an id.

        Fields that the other Odoo does not have are left out.

        :param language: of the texts, like ``fr_FR``; by default the environment's
        """
        domain = [("id", "in", list(external_ids))]
        rows = self.read_all(domain, fields, language=language)
        return {row["id"]: row for row in rows}

    def read_all(
        self,
        domain: list,
        fields: list[str] | None = None,
        language: str | None = None,
    ) -> list[dict[str, Any]]:
        """Return the records in a domain, archived or not.

        A many2one is an id, and an image its size: see :mod:`.images`.
        """
        context = {"bin_size": True, **({"lang": language} if language else {})}
        with self._while_fields_last(fields or []):
            offered = self._offered(fields) if fields else None
            rows = self._search_read(domain, offered, context)
        for name in self._plain_texts(fields) if fields else ():
            for row in rows:
                row[name] = plaintext2html(row[name]) if row[name] else False
        return rows

    def _search_read(
        self,
        domain: list,
        fields: list[str] | None,
        context: dict[str, Any] | None = None,
        **options: Any,
    ) -> list[dict[str, Any]]:
        context = {**ALL_RECORDS, **(context or {})}
        return self.call(
            "search_read", domain, fields=fields, load=None, context=context, **options
        )

    def read_images(
        self, external_ids: list[int], fields: list[str]
    ) -> dict[int, dict[str, Any]]:
        """Return ``{id: record}`` with the contents of images."""
        rows = self._search_read([("id", "in", external_ids)], fields)
        return {row["id"]: row for row in rows}

    def find_existing(self, external_ids: Iterable[int | str]) -> set[int]:
        """Return the ids that the other Odoo has, of archived records, too."""
        return set(self.search([("id", "in", [int(key) for key in external_ids])]))

    def check_deleted(self, external_id: int | str) -> None:
        """Check that a record that a search did not find was deleted.

        A search leaves out records that our user may not read; a read refuses them.

        :raise RetryableJobError: the record exists
        """
        if self.call("read", [int(external_id)], ["write_date"], context=ALL_RECORDS):
            raise RetryableJobError(
                f"{self.remote_model} {external_id} exists in the other Odoo, but a "
                "search did not find it."
            )

    def read(self, external_id: int, fields: list[str] | None = None) -> dict | None:
        """Return one record, None if it does not exist."""
        return self.read_many([external_id], fields).get(external_id)

    def read_version(self, external_id: int, fields: Iterable[str]) -> Version | None:
        row = self.read(int(external_id), sorted({*fields, *DATES}))
        return row and version_of(row, self.remote_model)

    def search_by_key(self, field, value, fields):
        return self.read_all([(field, "=", value)], [*fields, "active"])

    def read_sample(self, fields, limit):
        names = sorted({*fields, "create_date"})
        return self._search_read([], names, limit=limit, order="id")

    def filter_parents(self, filters, field, has_parent):
        return [(field, "!=" if has_parent else "=", False), *(filters or [])]

    def _offered(self, fields: list[str]) -> list[str]:
        """Return the fields that the remote model has."""
        known = self._types_of(fields)
        return [name for name in fields if name in known]

    def _plain_texts(self, fields: list[str]) -> list[str]:
        """Return the fields that are HTML only locally, like notes of Odoo 14."""
        return [
            name
            for name, field_type in self._types_of(fields).items()
            if field_type == "text"
            and name in self.model._fields
            and self.model._fields[name].type == "html"
        ]

    def _accepted(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values of the fields that the other Odoo has, in its format."""
        names = sorted(values)
        accepted = {name: values[name] for name in self._offered(names)}
        for name in self._plain_texts(names):
            accepted[name] = html2plaintext(accepted[name] or "")
        return accepted

    def find_last_id(self) -> int:
        """Return the id of the last record that was created, 0 if there is none."""
        ids = self.call("search", [], limit=1, order="id desc", context=ALL_RECORDS)
        return next(iter(ids), 0)

    def find_last_write_date(self) -> datetime | None:
        """Return the last write date of all records, None without records.

        Dates that cannot be read are ignored.

        :raise InvalidDataError: none of the last thousand can be read
        """
        order = "write_date desc, id desc"
        for limit in (1, PAGE_SIZE):
            rows = self._search_read([], ["write_date"], limit=limit, order=order)
            for row in rows:
                with suppress(InvalidDataError):
                    return read_write_date(row, self.remote_model)
        return read_write_date(rows[0], self.remote_model) if rows else None

    def create(self, values: dict[str, Any]) -> int:
        """Create a record and return its id."""
        with self._while_fields_last(list(values)):
            return self.work.remote.create(self.remote_model, self._accepted(values))

    def create_once(self, key: str, values: dict[str, Any]) -> int:
        """Create a record, or update the one that was created under the same key.

        The key becomes the XML id of the remote record, in the same transaction.
        """
        row = load_row(key, self._accepted(values), self._types_of(list(values)))
        if row is None:
            return self.create(values)
        try:
            return self.work.remote.load(
                self.remote_model,
                row.fields,
                [row.cells],
                context={**ALL_RECORDS, "tz": "UTC"},
            )[0]
        except InvalidDataError:
            # Odoo's import accepts less, and explains less, than create and write.
            external_id = self._find_by_key(key)
            if external_id is None:
                return self.create(values)
            self.write(external_id, values)
            return external_id

    def _find_by_key(self, key: str) -> int | None:
        """Return the id of the record with an XML id."""
        module, xml_id = key.split(".", 1)
        try:
            _model, external_id = self.work.remote.call(
                "ir.model.data",
                "check_object_reference",
                module=module,
                xml_id=xml_id,
            )
        except RemoteRefusal as error:
            if isinstance(error.__cause__, vodoo.InvalidArgumentsError):
                return None
            raise
        return external_id or None

    def _types_of(self, fields: list[str]) -> dict[str, str]:
        """Return ``{field: type}`` of the fields that the remote model has."""
        known = self.work.remote.remember(("field types", self.remote_model), dict)
        unknown = [name for name in fields if name not in known]
        if unknown:
            found = self.call("fields_get", unknown, ["type"])
            known.update({name: found.get(name, {}).get("type") for name in unknown})
        return {name: known[name] for name in fields if known[name]}

    @contextmanager
    def _while_fields_last(self, fields: list[str]) -> Iterator[None]:
        """Retry the job if a call fails because the fields of the model changed.

        :raise NetworkRetryableError: the other Odoo upgraded an addon meanwhile
        """
        known = self._types_of(fields)
        try:
            yield
        except RemoteRefusal as error:
            if not isinstance(error.__cause__, vodoo.InvalidArgumentsError):
                raise
            self.work.remote.forget(("field types", self.remote_model))
            if self._types_of(fields) == known:
                raise
            raise NetworkRetryableError(
                f"The fields of {self.remote_model} have changed in the other Odoo: "
                f"{error}"
            ) from error

    def write(self, external_id: int, values: dict[str, Any]) -> None:
        """Write a record."""
        with self._while_fields_last(list(values)):
            self.work.remote.write(
                self.remote_model, [int(external_id)], self._accepted(values)
            )

    def delete(self, external_id: int) -> None:
        """Delete a record; ignore that it was deleted before."""
        with suppress(IDMissingInBackend):
            self.work.remote.unlink(self.remote_model, [int(external_id)])
