# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

import vodoo

from odoo.tools import split_every
from odoo.tools.mail import html2plaintext, plaintext2html

from odoo.addons.component.core import Component
from odoo.addons.connector.components.two_way.version import Version
from odoo.addons.connector.exception import (
    IDMissingInBackend,
    InvalidDataError,
    NetworkRetryableError,
    RetryableJobError,
)
from odoo.addons.connector.read_ahead import read_ahead

from ..remote import ALL_RECORDS, RemoteRefusal
from .dates import DATES, find_write_date, read_write_date, version_of
from .load_row import load_row

#: records of a page of ids and dates
PAGE_SIZE = 1000


class OdooAdapter(Component):
    """Speak Odoo's external API, for the model that the bindings wrap."""

    _name = "odoo.adapter"
    _inherit = ["odoo.connector", "generic.two.way.adapter"]

    #: how many pages are read before they are asked for
    _pages_ahead = 3

    @property
    def remote_model(self) -> str:
        """Return the name of the model in the other Odoo."""
        return self.binder_for().unwrap_model()

    def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method of the model in the other Odoo."""
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
        """Return ``{id: record}`` of those that exist, a many2one being an id.

        Fields that the other Odoo does not know are left out.

        :param language: of the texts, as ``fr_FR``; by default that of our environment
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
        context = {**ALL_RECORDS, "bin_size": True}
        if language:
            context["lang"] = language
        with self._while_fields_last(fields or []):
            rows = self.call(
                "search_read",
                domain,
                fields=self._offered(fields) if fields else None,
                load=None,
                context=context,
            )
        for name in self._plain_texts(fields) if fields else ():
            for row in rows:
                row[name] = plaintext2html(row[name]) if row[name] else False
        return rows

    def read_images(
        self, external_ids: list[int], fields: list[str]
    ) -> dict[int, dict[str, Any]]:
        """Return ``{id: record}`` with the contents of images."""
        rows = self.call(
            "search_read",
            [("id", "in", external_ids)],
            fields=fields,
            load=None,
            context=ALL_RECORDS,
        )
        return {row["id"]: row for row in rows}

    def find_existing(self, external_ids: Iterable[int | str]) -> set[int]:
        """Return those ids, archived or not, that the other Odoo has."""
        return set(self.search([("id", "in", [int(key) for key in external_ids])]))

    def check_gone(self, external_id: int | str) -> None:
        """Make sure that a record that did not come is not there any more.

        A search leaves out what our user may not read; a read refuses it.

        :raise RetryableJobError: it is there
        """
        if self.call("read", [int(external_id)], ["write_date"], context=ALL_RECORDS):
            raise RetryableJobError(
                f"{self.remote_model} {external_id} of the other Odoo is there, but it "
                "did not come."
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
        return self.call(
            "search_read",
            [],
            fields=sorted({*fields, "create_date"}),
            limit=limit,
            order="id",
            load=None,
            context=ALL_RECORDS,
        )

    def filter_parents(self, filters, field, has_parent):
        return [(field, "!=" if has_parent else "=", False), *(filters or [])]

    def _offered(self, fields: list[str]) -> list[str]:
        """Return those fields that the model has in the other Odoo."""
        known = self._types_of(fields)
        return [name for name in fields if name in known]

    def _plain_texts(self, fields: list[str]) -> list[str]:
        """Return those fields that are text there and HTML here.

        Notes are HTML since Odoo 15.
        """
        return [
            name
            for name, field_type in self._types_of(fields).items()
            if field_type == "text"
            and name in self.model._fields
            and self.model._fields[name].type == "html"
        ]

    def _accepted(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values of those fields that the other Odoo has, in its form."""
        names = sorted(values)
        accepted = {name: values[name] for name in self._offered(names)}
        for name in self._plain_texts(names):
            accepted[name] = html2plaintext(accepted[name] or "")
        return accepted

    def find_last_id(self) -> int:
        """Return the id of the record created last there, 0 if there is none."""
        ids = self.call("search", [], limit=1, order="id desc", context=ALL_RECORDS)
        return next(iter(ids), 0)

    def find_last_write_date(self) -> datetime | None:
        """Return when any record was last written there, None if there is none.

        Dates that cannot be read are passed over.

        :raise InvalidDataError: none of the last thousand can be read
        """
        for limit in (1, PAGE_SIZE):
            rows = self.call(
                "search_read",
                [],
                ["write_date"],
                limit=limit,
                order="write_date desc, id desc",
                context=ALL_RECORDS,
            )
            for row in rows:
                with suppress(InvalidDataError):
                    return read_write_date(row, self.remote_model)
        return read_write_date(rows[0], self.remote_model) if rows else None

    def create(self, values: dict[str, Any]) -> int:
        """Create a record there and return its id."""
        with self._while_fields_last(list(values)):
            return self.work.remote.create(self.remote_model, self._accepted(values))

    def create_once(self, key: str, values: dict[str, Any]) -> int:
        """Create a record there, unless it was created under this key before.

        The key becomes its external id there, in the same transaction. A creation
        whose answer was lost is found by it: its record is updated instead.
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
            # The import tells less, and takes less, than the methods it is made of.
            external_id = self._find_by_key(key)
            if external_id is None:
                return self.create(values)
            self.write(external_id, values)
            return external_id

    def _find_by_key(self, key: str) -> int | None:
        """Return the id of the record that has an external id there."""
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
        """Return ``{field: type}`` of those that the model has in the other Odoo."""
        known = self.work.remote.remember(("field types", self.remote_model), dict)
        unknown = [name for name in fields if name not in known]
        if unknown:
            found = self.call("fields_get", unknown, ["type"])
            known.update({name: found.get(name, {}).get("type") for name in unknown})
        return {name: known[name] for name in fields if known[name]}

    @contextmanager
    def _while_fields_last(self, fields: list[str]) -> Iterator[None]:
        """Have a job tried again that was refused because a field came or went there.

        :raise NetworkRetryableError: an addon was upgraded there since we asked
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
        """Write a record there."""
        with self._while_fields_last(list(values)):
            self.work.remote.write(
                self.remote_model, [int(external_id)], self._accepted(values)
            )

    def delete(self, external_id: int) -> None:
        """Delete a record there; one that is gone already is no error."""
        with suppress(IDMissingInBackend):
            self.work.remote.unlink(self.remote_model, [int(external_id)])
