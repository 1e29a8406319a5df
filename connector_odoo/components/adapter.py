# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from odoo.addons.component.core import Component

from ..remote import translated_errors

PAGE_SIZE = 1000

#: archived records are records too
CONTEXT = {"active_test": False}


class OdooAdapter(Component):
    """Speak Odoo's external API, for the model that the bindings wrap."""

    _name = "odoo.adapter"
    _inherit = ["odoo.connector", "base.backend.adapter.crud"]

    @property
    def remote_model(self) -> str:
        """Return the name of the model in the other Odoo."""
        return self.binder_for().unwrap_model()

    def call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method of the model in the other Odoo."""
        with translated_errors():
            return self.work.remote.client.execute(
                self.remote_model, method, *args, **kwargs
            )

    def search(self, filters: list | None = None) -> list[int]:
        """Return the ids of the records in the domain ``filters``."""
        return self.call("search", filters or [], order="id", context=CONTEXT)

    def search_pages(self, filters: list | None = None) -> Iterator[list[int]]:
        """Yield the ids in the order of creation, page by page.

        A page begins after the last id of the one before: what is created or
        deleted meanwhile shifts nothing.
        """
        last_id = 0
        while True:
            domain = [("id", ">", last_id), *(filters or [])]
            page = self.call(
                "search", domain, limit=PAGE_SIZE, order="id", context=CONTEXT
            )
            if page:
                yield page
            if len(page) < PAGE_SIZE:
                return
            last_id = page[-1]

    def read_many(
        self, external_ids: Iterable[int], fields: list[str] | None = None
    ) -> dict[int, dict[str, Any]]:
        """Return ``{id: record}`` of those that exist, a many2one being an id."""
        rows = self.call(
            "search_read",
            [("id", "in", list(external_ids))],
            fields=fields,
            load=None,
            context=CONTEXT,
        )
        return {row["id"]: row for row in rows}

    def read(self, external_id: int, fields: list[str] | None = None) -> dict | None:
        """Return one record, None if it does not exist."""
        return self.read_many([external_id], fields).get(external_id)
