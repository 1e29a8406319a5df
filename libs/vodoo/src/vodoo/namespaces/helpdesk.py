# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tickets (Odoo Enterprise)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._runners.sync import blocking
from .._values import HTML, Markdown
from .records import AsyncRecordNamespace, RecordBase, RecordNamespace


class HelpdeskBase(RecordBase):
    model = "helpdesk.ticket"
    id_name = "ticket_id"
    tag_model = "helpdesk.tag"
    list_fields = (
        "id name partner_id stage_id user_id priority tag_ids create_date"
    ).split()


class AsyncHelpdesk(HelpdeskBase, AsyncRecordNamespace):
    """Work with tickets (Odoo Enterprise)."""

    async def create(
        self,
        /,
        name: str,
        *,
        description: str | Markdown | HTML | None = None,
        partner_id: int | None = None,
        tag_ids: Sequence[int] | None = None,
        team_id: int | None = None,
        **extra: Any,
    ) -> int:
        """Create a ticket and return its id."""
        values = {
            "name": name,
            "description": description,
            "partner_id": partner_id,
            "tag_ids": tag_ids,
            "team_id": team_id,
            **extra,
        }
        return await self._create_record(values)


class Helpdesk(HelpdeskBase, RecordNamespace):
    """Work with tickets (Odoo Enterprise)."""

    create = blocking(AsyncHelpdesk.create)
