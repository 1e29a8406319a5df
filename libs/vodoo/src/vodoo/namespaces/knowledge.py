# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from typing import Any

from .._errors import RecordNotFoundError
from .._runners.sync import blocking
from .._values import HTML, Markdown
from .base import by_record_id
from .records import AsyncRecordNamespace, RecordBase, RecordNamespace


class KnowledgeBase(RecordBase):
    """What both kinds of this namespace have."""

    model = "knowledge.article"
    id_name = "article_id"
    list_fields = ("id", "name", "parent_id", "category", "icon", "write_date")


class AsyncKnowledge(KnowledgeBase, AsyncRecordNamespace):
    """Work with articles (Odoo Enterprise)."""

    async def create(
        self,
        /,
        name: str,
        *,
        body: str | Markdown | HTML | None = None,
        parent_id: int | None = None,
        category: str | None = None,
        icon: str | None = None,
        **extra: Any,
    ) -> int:
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
        return await self._create_record(values)

    @by_record_id
    async def url(self, record_id: int) -> str:
        """Return the address that the article itself names."""
        records = await self._read(self.model, [record_id], ["article_url"])
        if not records:
            raise RecordNotFoundError(self.model, record_id)
        return (
            records[0]["article_url"]
            or f"{self.client.url}/knowledge/article/{record_id}"
        )


class Knowledge(KnowledgeBase, RecordNamespace):
    """Work with articles (Odoo Enterprise)."""

    create = blocking(AsyncKnowledge.create)
    url = blocking(AsyncKnowledge.url)
