# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from typing import Any

from ..crud import Crud
from ..errors import RecordNotFoundError
from ..operation import Mode, Operation, operation
from ..values import HTML, Markdown
from .base import by_record_id
from .records import RecordNamespace


class Knowledge(RecordNamespace[Mode]):
    """Work with articles (Odoo Enterprise)."""

    model = "knowledge.article"
    id_name = "article_id"
    list_fields = ("id", "name", "parent_id", "category", "icon", "write_date")

    @operation
    def create(
        self,
        /,
        name: str,
        *,
        body: str | Markdown | HTML | None = None,
        parent_id: int | None = None,
        category: str | None = None,
        icon: str | None = None,
        **extra: Any,
    ) -> Operation[int]:
        """Create an article and return its id; the body is Markdown."""
        if isinstance(body, str) and not isinstance(body, HTML):
            body = Markdown(body)
        values = {
            "name": name,
            "body": body,
            "parent_id": parent_id,
            "category": category,
            "icon": icon,
            **extra,
        }
        return (yield from self.create_record(values))

    @operation
    @by_record_id
    def url(self, record_id: int) -> Operation[str]:
        """Return the address that the article itself names."""
        records = yield from Crud.read(
            self.client, self.model, [record_id], ["article_url"]
        )
        if not records:
            raise RecordNotFoundError(self.model, record_id)
        return (
            records[0]["article_url"]
            or f"{self.client.url}/knowledge/article/{record_id}"
        )
