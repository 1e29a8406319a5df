# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Articles (Odoo Enterprise)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._errors import RecordNotFoundError
from .._runners.sync import blocking
from .._values import HTML, Markdown
from .base import RecordName, blocking_by_id, by_record_id
from .records import AsyncRecordNamespace, RecordBase, RecordNamespace, as_markdown

if TYPE_CHECKING:
    from typing_extensions import Unpack


class KnowledgeBase(RecordBase):
    model = "knowledge.article"
    id_name = "article_id"
    list_fields = "id name parent_id category icon write_date".split()


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
        values = {
            "name": name,
            "body": as_markdown(body),
            "parent_id": parent_id,
            "category": category,
            "icon": icon,
            **extra,
        }
        return await self._create_record(values)

    @by_record_id
    async def url(self, record_id: int, /, **record: Unpack[RecordName]) -> str:
        """Return the address that the article itself names."""
        records = await self._read(self.model, [record_id], ["article_url"])
        if not records:
            raise RecordNotFoundError(self.model, record_id)
        default = f"{self.client.url}/knowledge/article/{record_id}"
        return str(records[0]["article_url"] or default)


class Knowledge(KnowledgeBase, RecordNamespace):
    """Work with articles (Odoo Enterprise)."""

    create = blocking(AsyncKnowledge.create)
    url = blocking_by_id(AsyncKnowledge.url)
