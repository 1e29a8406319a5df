# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Planned activities."""

from __future__ import annotations

import datetime
import re
from typing import Any

from .._runners.sync import blocking
from .._values import HTML, Markdown, Records
from .base import Namespace

FIELDS = (
    "id res_model res_id res_name activity_type_id summary note "
    "date_deadline user_id state"
).split()


class AsyncActivities(Namespace):
    """Plan and finish activities on records."""

    async def list(
        self,
        model: str | None = None,
        record_id: int | None = None,
        *,
        user_id: int | None = None,
        limit: int | None = 50,
    ) -> Records:
        """Return activities, the most urgent first."""
        conditions: Any = [
            ["res_model", "=", model],
            ["res_id", "=", record_id],
            ["user_id", "=", user_id],
        ]
        domain = [condition for condition in conditions if condition[2] is not None]
        return await self._search_existing(
            "mail.activity", domain, FIELDS, limit=limit, order="date_deadline, id"
        )

    async def schedule(
        self,
        model: str,
        record_id: int,
        summary: str = "",
        *,
        note: str | Markdown | HTML = "",
        deadline: datetime.date | str | None = None,
        user_id: int | None = None,
        activity_type: str = "mail.mail_activity_data_todo",
    ) -> int:
        """Plan an activity on a record, by default for today; return its id.

        ``activity_type`` is an external id.
        """
        ids = await self._call(
            model,
            "activity_schedule",
            ids=[record_id],
            act_type_xmlid=activity_type,
            summary=summary,
            note=note,
            date_deadline=deadline,
            user_id=user_id,
        )
        return _first_id(ids)

    async def done(self, activity_id: int, feedback: str | None = None) -> int | None:
        """Finish an activity; return the id of the message about it."""
        message_id = await self._call(
            "mail.activity", "action_feedback", ids=[activity_id], feedback=feedback
        )
        return message_id or None


class Activities(Namespace):
    """Plan and finish activities on records."""

    list = blocking(AsyncActivities.list)
    schedule = blocking(AsyncActivities.schedule)
    done = blocking(AsyncActivities.done)


def _first_id(answer: Any) -> int:
    """Return the id in an answer; Odoo 14 writes records as ``mail.activity(2,)``."""
    if isinstance(answer, list):
        answer = answer[0]
    if isinstance(answer, str):
        (answer,) = re.findall(r"\d+", answer)
    return int(answer)
