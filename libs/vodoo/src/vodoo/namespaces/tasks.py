# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..crud import Crud
from ..operation import Mode, Operation, operation
from ..values import HTML, Cmd, Markdown, Record
from .records import RecordNamespace

#: Before this version a task had one user.
SEVERAL_USERS_VERSION = 15


class Tasks(RecordNamespace[Mode]):
    """Work with the tasks of projects."""

    model = "project.task"
    id_name = "task_id"
    tag_model = "project.tags"
    list_fields = (
        "id",
        "name",
        "partner_id",
        "project_id",
        "stage_id",
        "user_ids",
        "priority",
        "tag_ids",
        "create_date",
    )

    @operation
    def create(
        self,
        /,
        name: str,
        project_id: int,
        description: str | Markdown | HTML | None = None,
        user_ids: Sequence[int] | None = None,
        tag_ids: Sequence[int] | None = None,
        parent_id: int | None = None,
        **extra: Any,
    ) -> Operation[int]:
        """Create a task and return its id; the description is Markdown.

        :raises ValueError: for several users where a task can have only one (Odoo 14).
        """
        if isinstance(description, str) and not isinstance(description, HTML):
            description = Markdown(description)
        values = {
            "name": name,
            "project_id": project_id,
            "description": description,
            "tag_ids": None if tag_ids is None else [Cmd.set(tag_ids)],
            "parent_id": parent_id,
            **(yield from self._user_values(user_ids)),
            **extra,
        }
        context = {"default_project_id": project_id}
        return (yield from self.create_record(values, context=context))

    def _user_values(self, user_ids: Sequence[int] | None) -> Operation[Record]:
        if user_ids is None:
            return {}
        if (yield from self.version_steps()) >= SEVERAL_USERS_VERSION:
            return {"user_ids": [Cmd.set(user_ids)]}
        if len(user_ids) > 1:
            raise ValueError("this server is too old for several users of a task")
        return {"user_id": user_ids[0] if user_ids else False}

    @operation
    def create_tag(self, name: str, color: int | None = None) -> Operation[int]:
        """Create a tag and return its id."""
        values = {"name": name} if color is None else {"name": name, "color": color}
        tag_id: int = yield from Crud.create(self.client, "project.tags", values)
        return tag_id

    @operation
    def delete_tag(self, tag_id: int) -> Operation[bool]:
        """Delete a tag, on all tasks."""
        return (yield from Crud.unlink(self.client, "project.tags", [tag_id]))
